"""One model as rows: every sample, and files that cannot be read."""

from __future__ import annotations

import os
import pickle
import shutil
from pathlib import Path

import pytest

import rnninspect
from rnninspect import Limits, RowOptions, inspect_file, inspect_row
from rnninspect.render.report.json import report_json
from rnninspect.rows import inspecting, stamps
from rnninspect.rows.inspecting import rows_of
from rnninspect.rows.schema import INNER, LARGEST_INTEGER, MODELS, Kind, Verdict, fitting
from rnninspect.rows.stamps import Stamp, in_text, stamp_now

SAMPLES = Path(__file__).parents[2] / "sample_models"
KINDS: dict[Kind, type] = {
    Kind.TEXT: str,
    Kind.INTEGER: int,
    Kind.NUMBER: float,
    Kind.FLAG: bool,
    Kind.TIME: str,
    Kind.TEXTS: list,
    Kind.INTEGERS: list,
    Kind.SIZES: dict,
}
MODEL = SAMPLES / "onnx" / "basic_lstm.onnx"
PATHS = sorted(
    str(path)
    for ending in ("onnx", "pt", "keras", "safetensors", "tflite", "h5")
    for path in SAMPLES.rglob(f"*.{ending}")
    if path.is_file()
)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(Path(path).relative_to(SAMPLES)))
def test_rows_say_what_the_report_says(path: str) -> None:
    rows = inspect_row(path)
    assert pickle.loads(pickle.dumps(rows)) == rows  # noqa: S301 - as another process sends it
    assert list(rows.model) == [column.name for column in MODELS]
    for column in MODELS:
        assert isinstance(rows.model[column.name], KINDS[column.kind] | None), column.name
    if rows.verdict is Verdict.UNREADABLE:
        assert rows.model["reason"]
        return
    report = report_json(inspect_file(path))
    flat = report | report["totals"]
    for name in ("path", "format", "file_bytes", "parameters", "recurrent", "other", "attributed"):
        assert rows.model[name] == flat[name]
    assert rows.model["rules"] == sorted({finding["rule"] for finding in report["findings"]})
    assert rows.model["layer_count"] == len(rows.layers) == len(report["layers"])
    errors = {finding["level"] for finding in report["findings"]} & {"error"}
    assert (rows.verdict is Verdict.ERROR) == bool(errors) == bool(rows.model["fault"])
    for row, layer in zip(rows.layers, report["layers"], strict=True):
        assert list(row) == [column.name for column in INNER]
        for column in INNER:
            assert isinstance(row[column.name], KINDS[column.kind] | None), column.name
        said = layer | layer["parameters"] | {"formula": layer["formula"]["symbolic"]}
        for name in ("name", "cell", "variant", "input_size", "own_sizes", "formula", "bytes"):
            assert row[name] == said[name]
        assert [row["expected"], row["stored"]] == [said["expected"], said["stored"]]
        assert row["verdict"] == layer["verdict"]


def test_a_file_that_cannot_be_read_is_a_row(tmp_path: Path) -> None:
    empty = tmp_path / "empty.onnx"
    empty.touch()
    reasons = {
        str(inspect_row(path).model["reason"])
        for path in (empty, tmp_path, tmp_path / "nowhere", Path("/dev/null"), "a\0b")
    }
    assert len(reasons) == 5
    refused = inspect_row(MODEL, RowOptions(Limits(tensors=1)))
    assert refused.verdict is Verdict.UNREADABLE
    assert "limit tensors=1" in str(refused.model["reason"])


def test_a_fault_of_ours_costs_one_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("no such case")

    monkeypatch.setattr(inspecting, "inspect_source", fail)
    rows = inspect_row(MODEL)
    assert rows.path == str(MODEL)
    assert rows.model["reason"] == "internal error: AssertionError: no such case"


def test_what_was_not_understood_is_not_ok() -> None:
    report = inspect_file(MODEL)
    assert rows_of(report, Stamp(0)).verdict is Verdict.OK
    unfinished = report._replace(search=report.search._replace(finished=False))
    assert rows_of(unfinished, Stamp(0)).verdict is Verdict.PARTIAL
    unknown = report._replace(totals=report.totals._replace(possible=1))
    assert rows_of(unknown, Stamp(0)).verdict is Verdict.PARTIAL


def test_a_row_fits_into_every_format() -> None:
    path = os.fsdecode(b"mod\xffel")
    row = fitting({"path": path, "parameters": 2**63, "bytes": LARGEST_INTEGER}, MODELS)
    assert (row["path"], row["parameters"]) == ("mod\\udcffel", None)
    assert row["bytes"] == LARGEST_INTEGER
    sizes = {"name": "a", "own_sizes": {"B": 2**64, "D": 1}, "kernel_size": [3, 2**64]}
    layer = fitting(sizes, INNER)  # type: ignore[arg-type]
    assert (layer["own_sizes"], layer["kernel_size"]) == ({"D": 1}, [3])


def test_the_stamp_of_a_model_is_that_of_all_its_files(tmp_path: Path) -> None:
    for name in ("external_lstm.onnx", "external_lstm.onnx.data"):
        shutil.copy(SAMPLES / "onnx" / name, tmp_path)
    rows = inspect_row(tmp_path / "external_lstm.onnx")
    files = rows.model["files"]
    assert isinstance(files, list)
    assert len(files) == 2
    before = stamp_now(map(str, files))
    assert before == Stamp(rows.model["file_bytes"], str(rows.model["modified"]))  # type: ignore[arg-type]
    os.utime(str(files[-1]), ns=(1, 2 * 10**18))
    after = stamp_now(map(str, files))
    assert after != before
    assert after is not None
    assert after.modified == "2033-05-18T03:33:20.000000Z"
    Path(str(files[-1])).unlink()
    assert stamp_now(map(str, files)) is None


def test_no_file_of_this_machine_is_opened_for_its_stamp(monkeypatch: pytest.MonkeyPatch) -> None:
    """On some file systems, to open a file is to fetch it."""
    path = str(SAMPLES / "onnx/basic_lstm.onnx")
    expected = Stamp(inspect_row(path).model["file_bytes"], inspect_row(path).model["modified"])  # type: ignore[arg-type]
    monkeypatch.delattr(stamps, "open_model")
    assert stamp_now([path]) == expected


def test_a_folder_has_no_stamp_of_its_own(tmp_path: Path) -> None:
    path = str(SAMPLES / "onnx/basic_lstm.onnx")
    assert stamp_now([path, str(tmp_path)]) == stamp_now([path])


def test_a_time_that_no_calendar_has_is_not_one() -> None:
    assert in_text(-1) == "1969-12-31T23:59:59.999999Z"
    assert in_text(2**63 * 10**9) == ""


def test_the_names_are_public() -> None:
    assert {"inspect_row", "RowOptions", "ModelRows"} <= set(rnninspect.__all__)


def test_a_state_that_is_not_known_is_not_zero() -> None:
    found = inspect_row(SAMPLES / "keras" / "conv_lstm2d.keras")
    assert found.layers[0]["state_bytes"] is None
    assert (found.model["state_elements"], found.model["state_bytes"]) == (None, None)
