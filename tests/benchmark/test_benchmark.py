"""The benchmark runs and prints its table; its figures are not tested."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.__main__ import copies
from benchmark.goals import FEW, MANY, files, goals
from benchmark.measure import MOST_SECONDS, Summary, interleaved, run, share
from benchmark.models import MAKERS, SIZES, sizes_of
from benchmark.netron_peer import netron_command
from benchmark.peers import BOTH, FLOORS, LIBRARIES, OURS, OURS_SMALL, PEERS, peers_of
from rnninspect.inspection import inspect_file
from rnninspect.rules import Level

ROOT = Path(__file__).parents[2]


def test_a_run_prints_a_row_for_each_command() -> None:
    command = [sys.executable, "-m", "tests.benchmark", "--formats", "safetensors"]
    options = ["--sizes", "small", "--rounds", "1"]
    said = subprocess.run([*command, *options], check=True, cwd=ROOT, capture_output=True)
    (head, rule, *rows), _, aims = (
        part.splitlines() for part in said.stdout.decode().split("\n\n")
    )
    assert {line.count("|") for line in (head, rule, *rows)} == {11}
    assert aims[0] == "| goal | wanted | safetensors |"
    measured = [line for line in aims[2:] if not line.endswith("| – |")]
    assert [line.split("÷")[0].strip("| ") for line in measured] == [
        *("small, table", "small, JSON", "small, framework's load", "small, framework's memory"),
    ]
    names = [row.split(" | ")[2] for row in rows]
    assert names == [peer.name for peer in peers_of("safetensors", "small")]
    for row in rows:
        assert re.search(r"\| [\d.,]+ MB \| [\d.,]+ MB \|$", row)
        assert "exit code" not in row


def test_a_run_is_measured() -> None:
    quiet, reader = interleaved(
        [
            [sys.executable, "-c", "x = bytearray(60_000_000)"],
            [sys.executable, "-c", f"open({sys.executable!r}, 'rb').read(20_000_000)"],
        ],
        rounds=2,
    )
    assert quiet.fastest <= quiet.seconds <= quiet.slowest
    assert 60_000_000 < quiet.peak < 2**32
    assert 0 < quiet.busy < MOST_SECONDS
    size = min(20_000_000, Path(sys.executable).stat().st_size)
    assert reader.read > size
    assert run([sys.executable, "-c", "raise SystemExit(3)"]).code == 3


def test_what_runs_it_is_smaller_than_what_is_run() -> None:
    nothing = run([sys.executable, "-I", "-S", "-c", "pass"])
    held = bytearray(100_000_000)
    assert run([sys.executable, "-I", "-S", "-c", "pass"]).peak < nothing.peak + 2_000_000
    assert len(held) == 100_000_000


def test_a_slow_command_shares_the_patience_out_among_fewer_runs() -> None:
    assert [share(seconds, 5, 20) for seconds in (0.1, 4, 4.1, 9, 11, 300)] == [5, 5, 4, 2, 1, 1]
    quick = [sys.executable, "-c", "pass"]
    assert [each.runs for each in interleaved([quick, quick], 2, patience=math.inf)] == [2, 2]
    assert [each.runs for each in interleaved([quick, quick], 2, patience=0)] == [1, 1]


def summary(seconds: float, peak: int, code: int = 0) -> Summary:
    return Summary(1, seconds, seconds, seconds, seconds / 2, peak, 0, code)


def test_a_goal_is_held_against_what_was_measured() -> None:
    found = {
        ("onnx", "small", OURS): summary(0.06, 12_000_000),
        ("onnx", "small", LIBRARIES): summary(0.12, 20_000_000),
        ("onnx", "small", "onnx.load"): summary(0.3, 400_000_000),
        ("onnx", "2GB", OURS): summary(0.06, 50_000_000),
        ("onnx", "2GB", OURS_SMALL): summary(0.06, 12_000_000),
        ("onnx", "2GB", "onnx.load"): summary(3, 4_000_000_000, code=1),
        ("onnx", files(FEW), OURS): summary(1, 14_000_000),
        ("onnx", files(MANY), OURS): summary(2, 14_000_000),
    }
    lines = [line.strip("|\n").split("|") for line in goals(found, ["onnx"])][3:]
    cells = {line[0].strip(): line[2].strip() for line in lines}
    assert cells["small, table ÷ import typer, tabulate"] == "0.50 · 0.50"
    assert cells["small, JSON ÷ python -c pass"] == "–"
    assert cells["2 GB ÷ small, time"] == "1.00 · 1.00"
    assert cells["2 GB − small, MB"] == "**38**"
    assert cells["small, framework's load ÷ ours"] == "**5.00** · **5.00**"
    assert cells["small, framework's memory ÷ ours"] == "33"
    assert cells["2 GB, framework's load ÷ ours"] == "–"
    assert cells["files a second in one call"] == "900 · 1,800"
    assert cells["1,000 files − 100, MB"] == "0.00"


def test_many_files_are_copies_with_what_lies_beside_them(tmp_path: Path) -> None:
    first = tmp_path / "0" / "model.index"
    first.parent.mkdir()
    for name in ("model.index", "model.data-00000-of-00001"):
        (first.parent / name).write_text(name)
    paths = list(copies(first, 3))
    assert len({*paths}) == len(paths) == 3
    assert {len(list(path.parent.iterdir())) for path in paths} == {2}


def test_netron_is_a_peer_only_where_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRON", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    assert netron_command() == ()
    (tmp_path / "node").write_text("#!/bin/sh")
    (tmp_path / "node").chmod(0o755)
    (tmp_path / "view.js").write_text("export {}")
    node, script, folder = netron_command()
    assert node == str(tmp_path / "node")
    assert Path(script).is_file()
    assert {path.name for path in Path(folder).iterdir()} == {"view.js", "package.json"}


@pytest.mark.parametrize(
    ("family", "size"),
    [
        *(("safetensors", size) for size in SIZES),
        *(("gguf", size) for size in SIZES),
        *(("onnx", size) for size in SIZES if size != "2GB"),  # half of it is written, not a hole
    ],
)
def test_the_models_are_what_they_are_called(tmp_path: Path, family: str, size: str) -> None:
    name, make = MAKERS[family]
    make(tmp_path / name, size)
    report = inspect_file(tmp_path / name)
    assert [layer.width for layer in report.layers] == [SIZES[size]]
    assert report.worst() in (None, Level.NOTE)
    expected = {"small": 0, "200MB": 200e6, "2GB": 2e9, "10000": 0}[size]
    assert 0.99 * expected <= report.file_bytes < 1.01 * expected + 2_000_000
    if size == "10000":
        assert report.totals.tensors == 10_000


def test_the_model_in_shards_is_one_of_seven_billion_parameters(tmp_path: Path) -> None:
    name, make = MAKERS["sharded"]
    make(tmp_path / name, "7B")
    report = inspect_file(tmp_path / name)
    assert len(report.layers) == 64
    assert report.totals.parameters == 7_272_665_088
    assert report.worst() in (None, Level.NOTE)
    assert sum(path.stat().st_blocks * 512 for path in tmp_path.iterdir()) < 500_000


def test_every_format_has_peers_beside_ours() -> None:
    assert PEERS.keys() == MAKERS.keys()
    for family in MAKERS:
        size = sizes_of(family)[0]
        names = [peer.name for peer in peers_of(family, size)]
        assert names[0] == OURS
        assert len(names) > len(BOTH) + (len(FLOORS) if size == "small" else 0)
