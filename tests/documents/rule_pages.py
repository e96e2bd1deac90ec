"""The rules as Markdown: a table; for each rule why it matters, how to fix it and an example."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from documents.tables import table
from rnninspect.rules import FAMILIES, RULES, Rule

ROOT = Path(__file__).parents[2]
LIMITED = "check sample_models/onnx/basic_lstm.onnx --format github"
# Examples that are no single fault of a sample; each is a command without its first word.
OTHERS = {
    "R208": "sample_models/torch/tied_gru.pt",
    "R402": "sample_models/torch/tagger.pt",
    "R404": "sample_models/onnx/input_weights_lstm.onnx",
    "R406": "sample_models/broken/no_buffer.tflite",
    "R407": "sample_models/torch/traced.pt",
    "R408": "inspect --values sample_models/onnx/family.onnx",
    "R501": f"{LIMITED} --max-parameters 100",
    "R502": f"{LIMITED} --max-hidden-size 2",
    "R503": f"{LIMITED} --allowed-cells GRU",
    "R504": "check sample_models/torch/tagger.pt --format github --require-declared",
}
# What no sample model shows, and what needs an earlier run to compare with.
WITHOUT = {"R110", "R212", "R401", "R403", "R405", "R505", "R506", "R507", "R508", "R509"}


def page() -> str:
    """All rules, by family."""
    parts = [_table()]
    for prefix, family in FAMILIES.items():
        parts.append(f"## {family[0].upper()}{family[1:]}")
        parts += [_section(rule) for rule in RULES.values() if rule.code.startswith(prefix)]
    return "\n\n".join(parts)


@cache
def examples() -> dict[str, str]:
    """A command for each rule that has one: the shortest name of a sample with one fault."""
    text = (ROOT / "sample_models" / "manifest.toml").read_text()
    faults = [entry for entry in tomllib.loads(text)["sample"] if "rule" in entry]
    found = dict(OTHERS)
    for entry in sorted(faults, key=lambda entry: (len(entry["path"]), entry["path"])):
        found.setdefault(entry["rule"], f"sample_models/{entry['path']}")
    return found


def _table() -> str:
    rows = [
        (f"[{rule.code}](#{rule.code.lower()})", rule.name, rule.level.value, rule.summary)
        for rule in RULES.values()
    ]
    return table(("Rule", "Name", "Level", "Finds"), rows)


def _section(rule: Rule) -> str:
    lines = [
        f"### {rule.code}",
        f"**{rule.name}**, {rule.level.value}. {rule.summary}",
        f"*Why:* {rule.why}",
        f"*Fix:* {rule.fix}",
    ]
    return "\n\n".join([*lines, *_example(rule)])


def _example(rule: Rule) -> Iterator[str]:
    command = examples().get(rule.code)
    if command is None:
        return
    done = subprocess.run(
        [sys.executable, "-m", "rnninspect", *command.split()],
        capture_output=True, text=True, check=False, cwd=ROOT, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    line = next(line for line in done.stdout.splitlines() if f"{rule.code} {rule.name}" in line)
    yield f"`rnninspect {command}` prints"
    yield f"```text\n{line}\n```"
