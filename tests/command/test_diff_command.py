"""`diff` from outside: models, earlier reports, streams, exit codes."""

from __future__ import annotations

import json
from pathlib import Path

from making.process import ROOT, call

SAMPLES = ROOT / "sample_models"
KERAS, ONNX = SAMPLES / "keras" / "lstm_one_bias.keras", SAMPLES / "onnx" / "basic_lstm.onnx"
TORCH, BROKEN = SAMPLES / "torch" / "lstm_two_biases.pt", SAMPLES / "broken" / "cut_tensor.onnx"


def test_diff_between_formats_finds_only_conventions() -> None:
    done = call("diff", KERAS, TORCH, "--fail-on-change")
    assert (done.returncode, done.stderr) == (0, "")
    assert "one bias vector in Keras, two in PyTorch: +8" in done.stdout
    assert done.stdout.splitlines()[-1].startswith("no change but conventions")


def test_diff_fails_on_a_change_only_when_asked() -> None:
    assert call("diff", KERAS, ONNX).returncode == 0
    assert call("diff", KERAS, ONNX, "--fail-on-change").returncode == 1
    assert call("diff", ONNX, ONNX, "--fail-on-change").returncode == 0


def test_an_earlier_json_report_is_as_good_as_the_model(tmp_path: Path) -> None:
    kept = tmp_path / "old.json"
    call(KERAS, "-f", "json", "-o", kept)
    again = call("diff", kept, ONNX)
    assert again.stdout == call("diff", KERAS, ONNX).stdout
    assert (again.returncode, again.stderr) == (0, "")
    assert call("diff", kept, KERAS, "--fail-on-change").returncode == 0


def test_of_a_report_on_several_files_the_one_of_that_name_is_taken(tmp_path: Path) -> None:
    kept = tmp_path / "old.json"
    call(KERAS, ONNX, TORCH, "-f", "json", "-o", kept)
    assert call("diff", kept, ONNX, "--fail-on-change").returncode == 0
    moved = tmp_path / ONNX.name
    moved.write_bytes(ONNX.read_bytes())
    assert call("diff", kept, moved, "--fail-on-change").returncode == 0
    done = call("diff", kept, BROKEN)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"rnninspect: {kept}: a report on 3 files, of which not one is named {BROKEN.name}\n"
    )


def test_a_report_may_come_through_a_pipe() -> None:
    report = call(KERAS, "-f", "json").stdout
    piped = call("diff", "-", ONNX, text=report)
    assert (piped.returncode, piped.stderr) == (0, "")
    assert piped.stdout == call("diff", KERAS, ONNX).stdout
    assert call("diff", ONNX, "-", "--fail-on-change", text=report).returncode == 1
    for text in ("", "words"):
        done = call("diff", "-", ONNX, text=text)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr == "rnninspect: -: not a JSON report; give a model by its path\n"


def test_both_unreadable_sides_are_named(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text('{"reports": []}')
    done = call("diff", wrong, tmp_path / "absent.onnx")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == (
        f"rnninspect: {wrong}: schema_version is missing\n"
        f"rnninspect: {tmp_path}/absent.onnx: No such file or directory\n"
    )


def test_diff_writes_its_output_to_a_file(tmp_path: Path) -> None:
    target = tmp_path / "diff.json"
    done = call("diff", KERAS, ONNX, "-f", "json", "-o", target)
    assert (done.returncode, done.stdout) == (0, "")
    assert json.loads(target.read_text())["changed"] is True
    assert call("diff", KERAS, ONNX, "-o", tmp_path / "absent" / "x").returncode == 2
