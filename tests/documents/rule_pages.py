"""The rules as Markdown: a table; for each rule why it matters, how to fix it and an example."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from documents.tables import table
from rnninspect.rules import FAMILIES, RULES, Rule

ROOT = Path(__file__).parents[2]
WORDS = {"rnninspect": (sys.executable, "-m", "rnninspect"), "cp": ("cp",), "mv": ("mv",)}
LIMITED = "check sample_models/onnx/basic_lstm.onnx --format github"
# Examples that are no single fault of a sample; each is a command without its first word.
OTHERS = {
    "R208": "sample_models/torch/tied_gru.pt",
    "R402": "sample_models/torch/tagger.pt",
    "R403": "sample_models/onnx/joined_lstm.onnx",
    "R404": "sample_models/onnx/input_weights_lstm.onnx",
    "R406": "sample_models/broken/no_buffer.tflite",
    "R407": "sample_models/torch/traced.pt",
    "R408": "inspect --values sample_models/onnx/family.onnx",
    "R501": f"{LIMITED} --max-parameters 100",
    "R502": f"{LIMITED} --max-hidden-size 2",
    "R503": f"{LIMITED} --allowed-cells GRU",
    "R504": "check sample_models/torch/tagger.pt --format github --require-declared",
}
# Examples that take several commands, in a folder of their own: the last one prints the finding.
ACCEPT = "rnninspect check model.pt --baseline rnninspect.lock --update-baseline"
SMALL, LARGE = "sample_models/torch/tagger.pt", "sample_models/torch/family.pt"
INDEX = (
    """{"metadata": {"total_parameters": 7}, """
    """"weight_map": {"rnn.weight_ih_l0": "part.safetensors"}}"""
)
UNKNOWN = """{"architecture": "HyperGRU", "config": {}, "weights": [0.5, -0.5]}"""
SCENES = {
    "R212": (
        "cp sample_models/torch/stacked_lstm.safetensors part.safetensors",
        f"echo '{INDEX}' > model.safetensors.index.json",
        "rnninspect model.safetensors.index.json",
    ),
    "R401": (f"echo '{UNKNOWN}' > amp.nam", "rnninspect amp.nam"),
    "R405": (
        """echo '{"rnn.weight_ih_l0": [[1], [2], [3]], "head.weight": [[4]]}' > weights.json""",
        "rnninspect weights.json",
    ),
    "R505": (
        f"echo '{UNKNOWN}' > amp.nam",
        "rnninspect check amp.nam --min-coverage 100% --format github",
    ),
    "R506": (
        f"cp {SMALL} model.pt",
        ACCEPT,
        f"cp {LARGE} model.pt",
        "rnninspect check model.pt --baseline rnninspect.lock --format github",
    ),
    "R507": (
        f"cp {SMALL} model.pt",
        ACCEPT,
        f"cp {LARGE} new.pt",
        "rnninspect check model.pt new.pt --baseline rnninspect.lock --format github",
    ),
    "R508": (
        f"cp {SMALL} model.pt",
        ACCEPT,
        "mv model.pt renamed.pt",
        "rnninspect check renamed.pt --baseline rnninspect.lock --format github",
    ),
    "R509": (
        f"cp {SMALL} model.pt",
        ACCEPT,
        f"cp {LARGE} new.pt",
        "rnninspect check new.pt --baseline rnninspect.lock --format github",
    ),
}


def page() -> str:
    """All rules, by family."""
    parts = [_table()]
    for prefix, family in FAMILIES.items():
        parts.append(f"## {family[0].upper()}{family[1:]}")
        parts += [_section(rule) for rule in RULES.values() if rule.code.startswith(prefix)]
    return "\n\n".join(parts)


@cache
def examples() -> dict[str, str]:
    """A command for each rule that no scene shows: the shortest name of a sample with one fault."""
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
    if rule.code in SCENES:
        commands = list(SCENES[rule.code])
        yield "```sh\n" + "\n".join(commands) + "\n```"
        yield "prints"
    else:
        commands = [f"rnninspect {examples()[rule.code]}"]
        yield f"`{commands[0]}` prints"
    printed = _printed(commands).splitlines()
    line = next(line for line in printed if f"{rule.code} {rule.name}" in line)
    yield f"```text\n{line}\n```"


def _printed(commands: Iterable[str]) -> str:
    """What the last of some commands prints, run in a folder that has the sample models."""
    with TemporaryDirectory() as folder:
        (Path(folder) / "sample_models").symlink_to(ROOT / "sample_models")
        printed = ""
        for command in commands:
            match shlex.split(command):
                case ["echo", text, ">", name]:
                    (Path(folder) / name).write_text(f"{text}\n")
                case [word, *rest]:
                    printed = subprocess.run(
                        [*WORDS[word], *rest], capture_output=True, text=True, check=False,
                        cwd=folder, env={**os.environ, "COLUMNS": "80"},
                    ).stdout  # fmt: skip
        return printed
