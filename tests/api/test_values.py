"""What programs get: values with plain attributes that print themselves and become JSON."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import rnninspect
from rnninspect import (
    Audit,
    Comparison,
    GatedCount,
    Limits,
    PolicyError,
    RefusedFile,
    Report,
    SizedCount,
    SizeError,
    UnknownFormat,
    UnreadableFile,
    check,
    compare,
    count,
    inspect_bytes,
    inspect_file,
)

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD, OTHER = SAMPLES / "torch" / "tagger.pt", SAMPLES / "onnx" / "basic_lstm.onnx"
FAULTY = SAMPLES / "broken" / "grown_bias.pt"


def printed(*arguments: str) -> str:
    """What the command prints at a width of 80."""
    command = [sys.executable, "-m", "rnninspect", *arguments]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80"}
    )
    assert done.returncode in (0, 1)
    return done.stdout


@pytest.fixture(autouse=True)
def eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")


VALUES: dict[str, tuple[object, tuple[str, ...]]] = {
    "report": (inspect_file(GOOD), (str(GOOD),)),
    "faulty": (inspect_file(FAULTY), (str(FAULTY),)),
    "comparison": (compare(GOOD, OTHER), ("diff", str(GOOD), str(OTHER))),
    "audit": (
        check(inspect_file(GOOD), {"max-parameters": 100}),
        ("check", str(GOOD), "--max-parameters", "100"),
    ),
    "gated": (
        count("gru", input_size=3, hidden_size=2, layers=2, bidirectional=True),
        ("count", "gru", "--input-size", "3", "--hidden-size", "2", "--levels", "2",
         "--bidirectional"),
    ),
    "sized": (
        count("mamba", d_model=16, d_state=4, expand=2, layers=3),
        ("count", "mamba", "--d-model", "16", "--d-state", "4", "--expand", "2", "--levels", "3"),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", VALUES)
def test_a_value_prints_what_the_command_prints(name: str) -> None:
    value, arguments = VALUES[name]
    assert f"{value}\n" == printed(*arguments)


@pytest.mark.parametrize("name", VALUES)
def test_its_json_is_that_of_the_command_to_the_byte(name: str) -> None:
    value, arguments = VALUES[name]
    assert isinstance(value, Report | Comparison | Audit | GatedCount | SizedCount)
    text = value.to_json()
    assert text == printed(*arguments, "--format", "json")
    assert value.to_dict() == json.loads(text)


@pytest.mark.parametrize("name", VALUES)
def test_it_says_in_one_short_line_what_it_is(name: str) -> None:
    value, _ = VALUES[name]
    said = repr(value)
    assert said.startswith(f"<{type(value).__name__} ")
    assert "\n" not in said
    assert len(said) < 300


@pytest.mark.parametrize("name", VALUES)
def test_it_can_be_sent_to_another_process(name: str) -> None:
    value, _ = VALUES[name]
    again = pickle.loads(pickle.dumps(value))  # noqa: S301 - as another process sends it
    assert (type(again), again) == (type(value), value)


def test_a_layer_has_plain_attributes() -> None:
    report = inspect_file(SAMPLES / "onnx" / "basic_lstm.onnx")
    (layer,) = report.layers
    assert (layer.name, layer.kind, layer.convention) == ("lstm", "LSTM", "onnx")
    assert (layer.input_size, layer.hidden_size, layer.projection_size) == (5, 3, None)
    assert (layer.directions, layer.bias_vectors) == (1, 2)
    assert (layer.expected, layer.stored, layer.bytes) == (120, 120, 480)
    assert (str(layer.cell), str(layer.formula)) == ("LSTM", "4(nm + n² + 2n)")
    assert str(report.verdict(layer)) == "ok"
    assert repr(layer) == "<LayerCount 'lstm': LSTM, 4(nm + n² + 2n) = 120, stored 120>"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (GOOD, "pytorch zip, 2 recurrent layers, 584 parameters, 2 notes>"),
        (FAULTY, "1 error>"),
    ],
)
def test_a_report_says_the_worst_of_its_findings(path: Path, said: str) -> None:
    assert repr(inspect_file(path)).endswith(said)


def test_the_names_of_models_do_not_break_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a\x1b[2J\nb.onnx"
    path.write_bytes(OTHER.read_bytes())
    assert repr(inspect_file(path)).isprintable()


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
@pytest.mark.parametrize("path", [GOOD, OTHER, SAMPLES / "keras" / "bidirectional.keras"])
def test_bytes_are_reported_as_their_file_is(kind: type, path: Path) -> None:
    report = inspect_bytes(kind(path.read_bytes()), path.name)
    assert report == inspect_file(path)._replace(path=path.name, files=(path.name,))
    unnamed = inspect_bytes(path.read_bytes())
    assert (unnamed.path, unnamed.layers) == ("model", report.layers)


def test_bytes_have_no_other_file_beside_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = SAMPLES / "onnx" / "external_lstm.onnx"
    for file in source.parent.glob("external_lstm*"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert not inspect_file(source.name).findings_of("lstm")
    report = inspect_bytes(source.read_bytes(), source.name)
    assert {finding.rule for finding in report.findings} >= {"R204"}
    assert report.files == (source.name,)


def test_bytes_are_bounded_before_they_are_read() -> None:
    with pytest.raises(RefusedFile, match="the data exceeds the limit input_bytes=10") as caught:
        inspect_bytes(bytes(11), "zeros", Limits(input_bytes=10))
    assert caught.value.path == "zeros"
    with pytest.raises(UnknownFormat) as unknown:
        inspect_bytes(b"hello", "greeting")
    assert unknown.value.path == "greeting"


def test_reports_and_paths_are_compared_alike(tmp_path: Path) -> None:
    saved = tmp_path / "old.json"
    saved.write_text(inspect_file(GOOD).to_json(), encoding="utf-8")
    wanted = compare(GOOD, OTHER)
    assert wanted.changed
    assert compare(inspect_file(GOOD), OTHER) == wanted
    assert compare(saved, inspect_file(OTHER)) == wanted
    assert not compare(GOOD, str(GOOD)).changed
    with pytest.raises(UnreadableFile) as caught:
        compare(GOOD, tmp_path / "absent.pt")
    assert caught.value.path == str(tmp_path / "absent.pt")


def test_a_policy_is_a_mapping_or_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RNNINSPECT_MAX_PARAMETERS", "1")
    reports = [inspect_file(GOOD), inspect_file(OTHER)]
    assert check(reports, {}).passed
    failing = check(iter(reports), {"max_parameters": "500"})
    assert (failing.passed, failing.failing) == (False, (str(GOOD),))
    file = tmp_path / "rnninspect.toml"
    file.write_text('max-parameters = "500"\n', encoding="utf-8")
    assert check(reports, file).measures == failing.measures
    with pytest.raises(PolicyError, match="policy: max-parameter: unknown key; did you mean"):
        check(reports, {"max-parameter": 5})
    with pytest.raises(PolicyError):
        check(reports, tmp_path / "absent.toml")


@pytest.mark.parametrize(
    ("cell", "given", "reason"),
    [
        ("lstmx", {}, "no cell 'lstmx'; did you mean LSTM"),
        ("lstm", {"input_size": 3}, "LSTM needs hidden_size"),
        ("lstm", {"input_size": 3, "hidden_size": 0}, "hidden_size is 0, not a positive number"),
        ("lstm", {"d_state": 1}, "LSTM does not take d_state; its sizes: input_size, hidden_size"),
        ("mamba", {"d_model": 1, "bidirectional": 1}, "Mamba does not take bidirectional"),
        ("mamba2", {"d_model": 768}, "Mamba-2 needs d_state (state); its sizes: d_model"),
        ("cfc", {"input_size": 3, "hidden_size": 2}, "CfC needs B: units in the backbone"),
        ("mamba", {"d_model": 16, "including": ("x{}",)}, "not 'x{}'"),
    ],
)
def test_what_is_no_layer_is_refused_by_the_names_of_keywords(
    cell: str, given: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SizeError) as caught:
        count(cell, **given)
    assert reason in str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - as above
    assert (str(again), again.names) == (str(caught.value), caught.value.names)


def test_the_textbook_is_one_convention_among_others() -> None:
    found = count("lstm", input_size=3, hidden_size=2, peepholes=True)
    assert isinstance(found, GatedCount)
    counts = {one.name: one.parameters for one in found.conventions}
    assert (counts["textbook"], counts["onnx"], counts["pytorch"]) == (54, 62, None)


def test_every_public_name_is_listed_for_completion() -> None:
    assert set(rnninspect.__all__) <= set(dir(rnninspect))
    with pytest.raises(AttributeError, match="no attribute 'inspect_folder'"):
        _ = rnninspect.inspect_folder
