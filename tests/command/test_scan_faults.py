"""Scans into a file of rows that are ended at any point: with --resume no row is lost or twice."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from making.scans import names_in, paths_in
from rnninspect.results.files import Format, read_results

pytestmark = [pytest.mark.frameworks, pytest.mark.slow]

MODEL = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"
MODELS = 160
MAIN = "from rnninspect.__main__ import main; main()"
SMALL_PARTS = "from rnninspect.results import storing; storing.PART_ROWS = 16\n"
KILL = "__import__('os').kill(__import__('os').getpid(), 9)"


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    for at in range(MODELS):
        shutil.copy(MODEL, folder / f"{at:05}.onnx")
    return folder


def started(program: str, models: Path, output: Path, *options: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", program + MAIN, "scan", str(models), "-o", str(output)]
    return subprocess.Popen(
        [*command, "-j", "2", *options], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def until_parts(output: Path, number: int) -> Path:
    """The folder of parts, once there are some."""
    folder, until = output.with_name(f"{output.name}.parts"), time.monotonic() + 60
    while len(list(folder.glob("part-*"))) < number and time.monotonic() < until:
        time.sleep(0.01)
    return folder


def require_whole_after_resuming(models: Path, output: Path) -> None:
    said, errors = started("", models, output, "--resume").communicate(timeout=120)
    assert errors == ""
    assert said.startswith(f"{MODELS} models: {MODELS} ok")
    assert Counter(paths_in(output)) == {str(path): 1 for path in models.iterdir()}
    assert names_in(output.parent) == [output.name]


@pytest.mark.parametrize(
    ("kind", "how"),
    [
        *((kind, signal.SIGKILL) for kind in Format),
        (Format.PARQUET, signal.SIGTERM),
        (Format.CSV, signal.SIGINT),
    ],
)
def test_a_scan_that_is_ended_midway_is_gone_on_with(
    models: Path, tmp_path: Path, kind: Format, how: signal.Signals
) -> None:
    output = tmp_path / f"results.{kind}"
    process = started(SMALL_PARTS, models, output)
    folder = until_parts(output, 3)
    process.send_signal(how)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (-how, 128 + how)
    assert not output.exists()
    assert 3 <= len(list(folder.glob("part-*"))) < 20
    if how is not signal.SIGKILL:
        assert "has the rows so far; --resume goes on with them" in said
    refused = started("", models, output)
    assert "--resume goes on with it" in refused.communicate(timeout=60)[1]
    assert refused.returncode == 2
    require_whole_after_resuming(models, output)


@pytest.mark.parametrize("kind", Format)
@pytest.mark.parametrize(
    "program",
    [
        f"storing.functions = lambda _: {KILL}",  # when all parts are there
        f"import pathlib; pathlib.Path.replace = lambda *_: {KILL}",  # in the first part
        f"storing.parts.remove = lambda _: {KILL}",  # when the file is whole
        f"import pathlib; pathlib.Path.rmdir = lambda _: {KILL}",  # when parts are removed
    ],
    ids=["before it is written", "at the first part", "once it is written", "while parts go"],
)
def test_a_scan_that_is_killed_at_its_end_is_gone_on_with(
    models: Path, tmp_path: Path, kind: Format, program: str
) -> None:
    output = tmp_path / f"results.{kind}"
    process = started(f"{SMALL_PARTS}{program}\n", models, output)
    process.communicate(timeout=120)
    assert process.returncode == -signal.SIGKILL
    require_whole_after_resuming(models, output)


@pytest.mark.parametrize("kind", Format)
def test_a_killed_worker_costs_a_row_that_is_made_again(
    models: Path, tmp_path: Path, kind: Format
) -> None:
    output = tmp_path / f"results.{kind}"
    process = started(SMALL_PARTS, models, output)
    until_parts(output, 2)
    children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
    os.kill(int(children[0]), signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    assert Counter(paths_in(output)) == {str(path): 1 for path in models.iterdir()}
    unread = [each for each in read_results(output) if each.verdict == "unreadable"]
    assert len(unread) == len(said.splitlines()) <= 1
    assert all("was ended by SIGKILL" in str(each.model["reason"]) for each in unread)
    require_whole_after_resuming(models, output)
