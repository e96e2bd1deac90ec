"""`scan` into a file of rows, `report` on it, and scans that end too early."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from making.scans import names_in, paths_in
from rnninspect.results.files import Format, read_results

pytestmark = pytest.mark.frameworks  # the files that it writes need packages

SAMPLES = Path(__file__).parents[2] / "sample_models"
MODEL = SAMPLES / "onnx" / "basic_lstm.onnx"


def call(*arguments: object, folder: Path = SAMPLES) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "rnninspect", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, cwd=folder, timeout=120
    )


def models_in(folder: Path, number: int) -> Path:
    folder.mkdir()
    for at in range(number):
        shutil.copy(MODEL, folder / f"{at:05}.onnx")
    return folder


@pytest.mark.parametrize("kind", Format)
def test_report_prints_what_scan_printed(tmp_path: Path, kind: Format) -> None:
    output = tmp_path / f"results.{kind}"
    scanned = call("scan", "onnx", "broken/half_bias.onnx", "-o", output)
    assert scanned.returncode == 1
    assert "1 error" in scanned.stdout
    reported = call("report", output)
    assert (reported.returncode, reported.stderr) == (1, "")
    assert reported.stdout == scanned.stdout == call("scan", "onnx", "broken/half_bias.onnx").stdout
    assert call("report", output, "--fail-on", "never", "-f", "json").returncode == 0
    assert names_in(tmp_path) == [output.name]


def test_a_file_that_cannot_be_read_is_a_row_and_a_line(tmp_path: Path) -> None:
    models = models_in(tmp_path / "models", 2)
    (models / "bad.onnx").write_bytes(b"")
    done = call("scan", models, "-o", tmp_path / "results.csv")
    assert done.returncode == 2
    assert done.stderr == f"rnninspect: {models}/bad.onnx: the file is empty\n"
    assert call("report", tmp_path / "results.csv").returncode == 2


def test_what_is_there_is_left_out(tmp_path: Path) -> None:
    models, output = models_in(tmp_path / "models", 3), tmp_path / "results.jsonl"
    assert call("scan", models, "-o", output).returncode == 0
    before = output.read_bytes()
    again = call("scan", models, "-o", output, "--resume")
    assert (again.returncode, again.stderr) == (0, "")  # nor is the folder without a model
    assert output.read_bytes() == before
    os.utime(models / "00001.onnx", (1, 1))
    assert call("scan", models, "-o", output, "--resume").returncode == 0
    assert len(paths_in(output)) == 3
    times = {each.path: each.model["modified"] for each in read_results(output)}
    assert times[f"{models}/00001.onnx"] == "1970-01-01T00:00:01.000000Z"


def test_dask_finds_what_the_pool_finds(tmp_path: Path) -> None:
    files = [tmp_path / "pool.parquet", tmp_path / "dask.parquet"]
    pool = call("scan", "onnx", "torch", "-o", files[0])
    dask = call("scan", "onnx", "torch", "-o", files[1], "--engine", "dask", "-j", 1)
    assert (dask.returncode, dask.stderr, dask.stdout) == (0, "", pool.stdout)
    assert list(read_results(files[0])) == list(read_results(files[1]))
    empty = call("scan", tmp_path, "-o", tmp_path / "none.csv", "--engine", "dask", "-j", 1)
    assert (empty.returncode, empty.stderr) == (2, f"rnninspect: {tmp_path}: no known model\n")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("--resume",), "--resume needs --output FILE that ends in .jsonl, .csv"),
        (("--engine", "dask"), "--engine dask needs --output FILE"),
        (("--engine", "ray"), "'ray' is not one of pool, dask"),
        (("--scheduler", "tcp://x:1", "-o", "a.csv"), "--scheduler needs --engine dask"),
        (("-v", "-o", "a.csv"), "--verbose and a file of rows exclude each other"),
    ],
)
def test_options_that_do_not_fit_are_named(
    tmp_path: Path, arguments: tuple[str, ...], reason: str
) -> None:
    done = call("scan", MODEL, *arguments, folder=tmp_path)
    assert done.returncode == 2
    assert reason in " ".join(done.stderr.split())
    assert names_in(tmp_path) == []


def test_what_cannot_be_stored_or_read_is_one_line(tmp_path: Path) -> None:
    for arguments in (
        ("scan", MODEL, "-o", tmp_path / "nowhere" / "a.csv"),
        ("report", tmp_path / "absent.csv"),
        ("report", MODEL),
        (
            "scan",
            MODEL,
            "-o",
            tmp_path / "a.csv",
            "--engine",
            "dask",
            "--scheduler",
            "tcp://127.0.0.1:9",
        ),
    ):
        done = call(*arguments)
        assert done.returncode == 2
        assert done.stderr.startswith("rnninspect: ")
        assert done.stderr.count("\n") == 1
        assert done.stdout == ""
