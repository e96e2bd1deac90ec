"""Each fault in each recurrent layer of the intact samples of ncnn, and in their weights."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from makers.ncnn_files import HALF, Net, gru, lstm, rnn
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile

pytestmark = pytest.mark.mutation
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "ncnn"
INTACT = ("small", "int8", "three", "half")
SIZES = {"declared size": "0", "kernel": "1", "hidden size": "3"}


def intact(name: str, folder: Path) -> Path:
    """A sample, or a network that is made here."""
    if name == "three":
        return rnn(gru(lstm(Net(), 3, 4), 4, 5, ways=2), 10, 2).save(folder / "three.param")
    if name == "half":
        return lstm(Net(), 5, 4, outputs=3, tag=HALF).save(folder / "half.param")
    return SAMPLES / f"{name}.param"


def changes(line: str) -> dict[str, str]:
    """Each fault in the line of a recurrent layer."""
    found = {}
    for fault, key in SIZES.items():
        for by in (-1, 1):
            changed = re.sub(rf" {key}=(\d+)", lambda at: f" {key}={int(at[1]) + by}", line)  # noqa: B023 - called here
            found[f"{fault} {by:+d}"] = changed
    rows = re.search(r" 0=(\d+) 1=(\d+)", line)
    if rows:
        size = int(rows[2])
        found["kernel doubled"] = line.replace(f" 1={size}", f" 1={2 * size}")
    for ways in ("0", "2"):
        found[f"direction {ways}"] = re.sub(r" 2=\d", f" 2={ways}", line)
    found["scales"] = line.replace(" 8=1", "")
    return {fault: changed for fault, changed in found.items() if changed != line}


def is_found(path: Path) -> bool:
    try:
        return any(found.level == "error" for found in inspect_file(path).findings)
    except UnreadableFile:
        return True


@pytest.mark.parametrize("name", INTACT)
def test_each_fault_in_a_layer_is_found(name: str, tmp_path: Path) -> None:
    path, target = intact(name, tmp_path), tmp_path / "model.param"
    target.with_suffix(".bin").write_bytes(path.with_suffix(".bin").read_bytes())
    text, wrong = path.read_text(), []
    for line in re.findall(r"^(?:LSTM|GRU|RNN) .*$", text, re.MULTILINE):
        for fault, changed in changes(line).items():
            target.write_text(text.replace(line, changed))
            found = is_found(target)
            note("ncnn", fault.split(" ")[0], found=found)
            wrong += [] if found else [f"{fault}: {changed}"]
        target.write_text(text.replace(f"{line}\n", ""))
        note("ncnn", "dropped", found=is_found(target))
        wrong += [] if is_found(target) else [f"dropped: {line}"]
    assert not wrong


@pytest.mark.parametrize("name", INTACT)
def test_each_fault_in_the_weights_is_found(name: str, tmp_path: Path) -> None:
    path, target = intact(name, tmp_path), tmp_path / "model.param"
    target.write_text(path.read_text())
    data = path.with_suffix(".bin").read_bytes()
    for fault, changed in {
        "payload cut": data[:-4],
        "no payload": b"",
        "payload longer": data + bytes(4),
        "first tag": b"\x47\x6b\x30\x01" + data[4:]
        if data[:4] != b"\x47\x6b\x30\x01"
        else b"\0" + data[1:],
    }.items():
        target.with_suffix(".bin").write_bytes(changed)
        note("ncnn", fault, found=is_found(target))
        assert is_found(target), fault


@pytest.mark.parametrize("name", INTACT)
def test_an_intact_network_raises_no_error(name: str, tmp_path: Path) -> None:
    found = is_found(intact(name, tmp_path))
    note("ncnn", "(false alarms)", found=not found)
    assert not found
