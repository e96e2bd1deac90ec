"""The benchmark runs and says what it should; no figure of it is a test."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmark.measure import MOST_SECONDS, interleaved, run
from benchmark.models import MAKERS, SIZES
from benchmark.peers import BOTH, FLOORS, OURS, PEERS, command_of, peers_of
from rnninspect.inspection import inspect_file
from rnninspect.rules import Level

ROOT = Path(__file__).parents[2]


def test_a_run_prints_a_row_for_each_command() -> None:
    command = [sys.executable, "-m", "tests.benchmark", "--formats", "safetensors"]
    options = ["--sizes", "small", "--rounds", "1"]
    said = subprocess.run([*command, *options], check=True, cwd=ROOT, capture_output=True)
    head, rule, *rows = said.stdout.decode().splitlines()
    assert {line.count("|") for line in (head, rule, *rows)} == {10}
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


@pytest.mark.parametrize(
    ("family", "size"),
    [*(("safetensors", size) for size in SIZES), ("onnx", "small"), ("onnx", "10000")],
)
def test_the_models_are_what_they_are_called(tmp_path: Path, family: str, size: str) -> None:
    name, make = MAKERS[family]
    make(tmp_path / name, size)
    report = inspect_file(tmp_path / name)
    assert [layer.layer.sizes.hidden_size for layer in report.layers] == [SIZES[size]]
    assert report.worst() in (None, Level.NOTE)
    expected = {"small": 0, "200MB": 200e6, "2GB": 2e9, "10000": 0}[size]
    assert 0.99 * expected <= report.file_bytes < 1.01 * expected + 2_000_000
    if size == "10000":
        assert report.totals.tensors == 10_000


def test_every_format_has_peers_beside_ours() -> None:
    assert PEERS.keys() == MAKERS.keys()
    for family in MAKERS:
        names = [peer.name for peer in peers_of(family, "small")]
        assert names[0] == OURS
        assert len(names) > len(BOTH) + len(FLOORS)
    assert command_of(BOTH[0], "model.onnx")[-1] == "model.onnx"
