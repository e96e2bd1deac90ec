"""Every sample model against its entry in the manifest."""

from __future__ import annotations

import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from rnninspect import inspect_file
from rnninspect.render.report.json import report_json

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
FOLDERS = (
    "keras",
    "torch",
    "numpy",
    "jax",
    "tesseract",
    "audio",
    "openvino",
    "coreml",
    "paddle",
    "ncnn",
    "onnx",
    "tflite",
    "gguf",
    "broken",
)
LARGEST_FILE, LARGEST_FOLDER = 100_000, 2_650_000  # bytes, the makers among them

ENTRIES: list[dict[str, Any]] = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
INTACT = [entry for entry in ENTRIES if "fault" not in entry]
BROKEN = [entry for entry in ENTRIES if "fault" in entry]


def path_of(entry: dict[str, Any]) -> str:
    path: str = entry["path"]
    return path


def reported(entry: dict[str, Any]) -> dict[str, Any]:
    return report_json(inspect_file(SAMPLES / path_of(entry)))


def errors(report: dict[str, Any]) -> list[dict[str, Any]]:
    return [finding for finding in report["findings"] if finding["level"] == "error"]


def layer_of(report: dict[str, Any], keys: list[str]) -> dict[str, Any]:
    """A layer of a report in the manifest's words."""
    flat = report | report["parameters"]
    if report["stack"]:
        flat |= {"name": report["stack"]["name"], "level": report["stack"]["level"]}
    return {key: flat[key] for key in keys}


@pytest.mark.parametrize("entry", INTACT, ids=path_of)
def test_an_intact_sample_has_the_layers_of_its_framework(entry: dict[str, Any]) -> None:
    found = reported(entry)["layers"]
    assert len(found) == len(entry["layers"])
    for layer, due in zip(found, entry["layers"], strict=True):
        assert layer_of(layer, list(due)) == due


@pytest.mark.parametrize("entry", INTACT, ids=path_of)
def test_an_intact_sample_has_the_totals_of_its_framework(entry: dict[str, Any]) -> None:
    totals = reported(entry)["totals"]
    kept = {
        purpose: totals["not_parameters"][purpose] for purpose in entry.get("not_parameters", {})
    }
    assert totals["parameters"] == entry["parameters"]
    assert totals["copies"] == entry.get("copies", 0)
    assert kept == entry.get("not_parameters", {})
    assert totals["attributed"] == totals["tensors"]


@pytest.mark.parametrize("entry", INTACT, ids=path_of)
def test_an_intact_sample_raises_no_error_and_the_notes_that_it_should(
    entry: dict[str, Any],
) -> None:
    report = reported(entry)
    assert not errors(report)
    assert not report["skipped"]
    assert set(entry.get("notes", ())) <= {finding["rule"] for finding in report["findings"]}


@pytest.mark.parametrize("entry", BROKEN, ids=path_of)
def test_the_fault_of_a_broken_sample_is_found_where_it_is(entry: dict[str, Any]) -> None:
    findings = reported(entry)["findings"]
    due = {key: entry[key] for key in ("rule", "layer", "tensor") if key in entry}
    told = [{key: finding[key] for key in due} for finding in findings]
    assert due in told, [f"{f['rule']} {f['layer']} {f['tensor']} {f['message']}" for f in findings]


@pytest.mark.parametrize("entry", BROKEN, ids=path_of)
def test_a_broken_sample_raises_no_error_that_its_fault_does_not_explain(
    entry: dict[str, Any],
) -> None:
    explained = {entry["rule"], *entry.get("also", ())}
    assert [f for f in errors(reported(entry)) if f["rule"] not in explained] == []


@pytest.mark.parametrize(
    ("path", "parameters"),
    [
        ("keras/lstm_one_bias.keras", 48),
        ("keras/lstm_no_bias.keras", 40),
        ("torch/lstm_two_biases.pt", 56),
        ("torch/lstm_no_bias.pt", 40),
        ("onnx/no_bias_lstm.onnx", 40),
    ],
)
def test_an_lstm_of_three_inputs_and_two_units(path: str, parameters: int) -> None:
    (layer,) = report_json(inspect_file(SAMPLES / path))["layers"]
    assert (layer["input_size"], layer["hidden_size"]) == (3, 2)
    assert layer["parameters"] == {"expected": parameters, "stored": parameters}


def test_the_manifest_and_the_folders_name_the_same_files() -> None:
    named = Counter(name for entry in ENTRIES for name in (path_of(entry), *companions(entry)))
    there = [file for folder in FOLDERS for file in (SAMPLES / folder).rglob("*")]
    assert named == Counter(str(file.relative_to(SAMPLES)) for file in there)


def companions(entry: dict[str, Any]) -> list[str]:
    return list(entry.get("companions", ()))


def test_every_file_is_small() -> None:
    files = [file for file in SAMPLES.rglob("*") if file.is_file()]
    sizes = {file: file.stat().st_size for file in files if "__pycache__" not in file.parts}
    assert not [file for file, size in sizes.items() if size >= LARGEST_FILE]
    assert sum(sizes.values()) < LARGEST_FOLDER


def test_each_kind_of_file_has_an_intact_sample() -> None:
    kinds = {Path(path_of(entry)).suffix for entry in INTACT}
    assert {".pt", ".ckpt", ".safetensors", ".onnx", ".keras", ".h5"} <= kinds


def test_the_first_onnx_sample_is_an_lstm_with_stored_weights() -> None:
    first = min(path_of(entry) for entry in INTACT if path_of(entry).endswith(".onnx"))
    (layer,) = report_json(inspect_file(SAMPLES / first))["layers"]
    assert layer["cell"] == "LSTM"
    assert {tensor["fate"] for tensor in layer["tensors"]} == {"stored"}


def test_each_broken_sample_is_made_from_an_intact_one() -> None:
    assert len(BROKEN) >= 12
    assert {entry["base"] for entry in BROKEN} <= {path_of(entry) for entry in INTACT}


def test_every_rule_on_formulas_has_a_broken_sample() -> None:
    due = {"R101", "R102", "R103", "R104", "R105", "R107", "R108", "R109"}
    assert due <= {entry["rule"] for entry in BROKEN}
