"""What the tool knows, and the arithmetic of layers, as JSON for programs."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from math import prod
from pathlib import Path
from typing import Any

import pytest

from making.reports import CASES, drawn
from rnninspect.cells import every_cell
from rnninspect.counter import count_layer
from rnninspect.inspection import inspect_file
from rnninspect.readers import built_in_readers
from rnninspect.render import CATALOGUE, EXPLANATION
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.knowledge.listings import cell_catalogue, reader_catalogue, rule_catalogue
from rnninspect.render.report.json import report_json
from rnninspect.report import Report
from rnninspect.rules import RULES

SAMPLES = Path(__file__).parents[2] / "sample_models"
FILES = ["torch/tagger.pt", "onnx/basic_lstm.onnx", "keras/bidirectional.keras"]
INTACT = [
    sample["path"]
    for sample in tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
    if "fault" not in sample
]
HEAD = ["schema_version", "tool"]


def call(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "rnninspect", *arguments, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def explained(report: Report) -> dict[str, Any]:
    text = drawn(EXPLANATION, "json", Explanation(report, report.layers))
    document: dict[str, Any] = json.loads(text)
    return document


@pytest.mark.parametrize(
    "words",
    [
        *(["rules"], ["rule", "tensor-shape"], ["cells"], ["readers"]),
        ["explain", str(SAMPLES / FILES[0])],
        ["count", "lstm", "--input-size", "3", "--hidden-size", "2"],
        ["count", "mamba", "--d-model", "16", "--d-state", "16", "--expand", "2"],
    ],
    ids=" ".join,
)
def test_each_document_says_its_version_first_and_is_the_same_each_time(words: list[str]) -> None:
    document = call(*words)
    assert list(document)[:2] == HEAD
    assert (document["schema_version"], document["tool"]["name"]) == (1, "rnninspect")
    assert call(*words) == document


def test_the_catalogues_have_every_thing() -> None:
    rules = json.loads(drawn(CATALOGUE, "json", rule_catalogue()))["rules"]
    assert [rule["code"] for rule in rules] == list(RULES)
    for entry, rule in zip(rules, RULES.values(), strict=True):
        assert (entry["why"], entry["fix"], entry["level"]) == (rule.why, rule.fix, rule.level)
    cells = json.loads(drawn(CATALOGUE, "json", cell_catalogue()))["cells"]
    assert [cell["name"] for cell in cells] == list(every_cell())
    readers = json.loads(drawn(CATALOGUE, "json", reader_catalogue(built_in_readers())))["readers"]
    assert [reader["name"] for reader in readers] == [each.name for each in built_in_readers()]
    assert all(reader["conventions"] or reader["name"] == "ggml" for reader in readers)


def test_a_rule_by_itself_is_as_in_the_list() -> None:
    (listed,) = (each for each in call("rules")["rules"] if each["code"] == "R107")
    assert call("rule", "r107")["rule"] == listed


def test_a_gated_cell_names_its_sizes_and_its_weights() -> None:
    cells = {cell["name"]: cell for cell in call("cells")["cells"]}
    lstm = cells["LSTM"]
    assert [size["names"][0] for size in lstm["sizes"]] == [
        *("input_size", "hidden_size", "projection_size")
    ]
    assert lstm["gates"] == ["input", "forget", "candidate", "output"]
    assert {weight["role"]: weight["formula"] for weight in lstm["weights"]} == {
        "kernel": "g·n·m",
        "recurrent_kernel": "g·n·r",
        "bias": "g·n",
        "recurrent_bias": "g·n",
        "normalisation": "g·n",
        "peephole": "3·n",
        "projection": "p·n",
        "projection_bias": "p",
    }
    assert [each["role"] for each in lstm["weights"] if not each["optional"]] == [
        *("kernel", "recurrent_kernel")
    ]
    assert {"symbol": "B", "names": ["B"], "meaning": "units in the backbone"} in (
        cells["CfC"]["sizes"]
    )
    assert cells["Mamba"]["sizes"][0]["names"] == ["d_model"]


@pytest.mark.parametrize("file", FILES)
def test_a_layer_has_what_the_report_says_and_its_arithmetic(file: str) -> None:
    report = inspect_file(SAMPLES / file)
    document = explained(report)
    for layer, plain in zip(document["layers"], report_json(report)["layers"], strict=True):
        assert plain.items() <= layer.items()
        assert sum(slot["expected"] for slot in layer["slots"]) == layer["parameters"]["expected"]
        assert sum(one["stored"] for one in layer["operands"]) == layer["parameters"]["stored"]
        for slot in layer["slots"]:
            here = {"role": slot["role"], "direction": slot["direction"]}
            filling = [layer["operands"][place] for place in slot["operands"]]
            assert filling
            assert all(here in operand["slots"] for operand in filling)
            numbers = map(int, slot["formula"]["substituted"].split("·"))
            assert prod(numbers) == slot["expected"]


@pytest.mark.parametrize("file", INTACT)
def test_a_shape_in_symbols_is_the_shape_in_numbers(file: str) -> None:
    for layer in explained(inspect_file(SAMPLES / file))["layers"]:
        sizes = {
            "m": layer["input_size"],
            "n": layer["hidden_size"],
            "p": layer["projection_size"],
            "D": layer["directions"],
            **layer["own_sizes"],
        }
        sizes |= {f"k{'₁₂₃'[at]}": size for at, size in enumerate(layer["kernel_size"] or ())}
        for operand in layer["operands"]:
            shape = operand["expected_shape"]
            if shape is not None:
                assert [value_of(axis, sizes) for axis in shape["symbolic"]] == shape["substituted"]


def value_of(axis: str, sizes: dict[str, int]) -> int:
    """The number that a sum of products is."""
    terms = axis.replace(" - ", " + -1·").split(" + ")
    return sum(prod(_factor(factor, sizes) for factor in term.split("·")) for term in terms)


def _factor(factor: str, sizes: dict[str, int]) -> int:
    return int(factor) if re.fullmatch(r"-?\d+", factor) else sizes[factor]


def test_an_absent_weight_is_a_slot_without_operands() -> None:
    (made,) = CASES["faulty"]
    cut = made.layers[0].layer
    lacking = count_layer(cut._replace(operands=cut.operands[:-1]))
    text = drawn(EXPLANATION, "json", Explanation(made, (lacking,)))
    slot = json.loads(text)["layers"][0]["slots"][-1]
    assert (slot["fate"], slot["operands"]) == ("absent", [])


def test_a_model_without_layers_is_a_document_without_layers(tmp_path: Path) -> None:
    path = tmp_path / "dense.safetensors"
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}'
    path.write_bytes(len(header).to_bytes(8, "little") + header + bytes(4))
    command = [sys.executable, "-m", "rnninspect", "explain", str(path), "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert json.loads(done.stdout)["layers"] == []
