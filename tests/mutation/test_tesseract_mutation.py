"""Each fault in each network of a Tesseract file that its own classes would write."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from makers.tesseract_files import (
    NETWORK,
    VERSION,
    matrix,
    network,
    series,
    softmax,
    start,
    trained_data,
)
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
INPUTS, HIDDEN, GATES = 6, 5, 4
SIZES = frozenset({"R101", "R104", "R105", "R106", "R108"})


class Written:
    """What is written of one LSTM, and of the network around it; a fault changes one of these."""

    def __init__(self, *, int8: bool) -> None:
        self.int8 = int8
        self.inputs, self.hidden, self.width = INPUTS, HIDDEN, INPUTS + HIDDEN
        self.gates = [(HIDDEN, self.width + 1)] * GATES
        self.weights = self.of_lstm + 3 * (HIDDEN + 1)
        self.missing = 0

    @property
    def of_lstm(self) -> int:
        return GATES * HIDDEN * (INPUTS + HIDDEN + 1)

    def data(self) -> bytes:
        gates = b"".join(matrix(*shape, int8=self.int8) for shape in self.gates)
        body = struct.pack("<I", self.width) + gates
        cell = network("LSTM", "Lfx5", self.inputs, self.hidden, self.of_lstm, body)
        whole = series(start(), cell, softmax(HIDDEN, 3, int8=self.int8), weights=self.weights)
        whole = whole[: len(whole) - self.missing]
        return trained_data({VERSION: b"5.0", NETWORK: whole})


def _gate(place: int, rows: int, columns: int) -> Callable[[Written], frozenset[str]]:
    def change(written: Written) -> frozenset[str]:
        first, second = written.gates[place]
        written.gates[place] = (first + rows, second + columns)
        return SIZES

    return change


def _turned(place: int) -> Callable[[Written], frozenset[str]]:
    def change(written: Written) -> frozenset[str]:
        written.gates[place] = written.gates[place][::-1]
        return SIZES

    return change


def _dropped(written: Written) -> frozenset[str]:
    del written.gates[-1]
    return SIZES


def _inputs(written: Written) -> frozenset[str]:
    written.inputs += 1
    return SIZES


def _outputs(written: Written) -> frozenset[str]:
    written.hidden -= 1
    return SIZES


def _weights(written: Written) -> frozenset[str]:
    """A number of weights is not compared with int8, which may be packed."""
    written.weights += 1
    return frozenset() if written.int8 else frozenset({"R212"})


def _cut(written: Written) -> frozenset[str]:
    written.missing = 20
    return frozenset({"R201"})


FAULTS: dict[str, list[Callable[[Written], frozenset[str]]]] = {
    "shape cut": [_gate(place, -1, 0) for place in range(GATES)],
    "shape grown": [_gate(place, 0, 1) for place in range(GATES)],
    "axes swapped": [_turned(place) for place in range(GATES)],
    "dropped": [_dropped],
    "declared size": [_inputs, _outputs, _weights],
    "payload cut": [_cut],
}


def _told(written: Written, folder: Path) -> frozenset[str] | None:
    """The rules of level error and warning that are broken; None if the file is refused."""
    path = folder / "model.traineddata"
    path.write_bytes(written.data())
    try:
        found = inspect_file(path).findings
    except UnreadableFile:
        return None
    return frozenset(each.rule for each in found if each.level != "note")


def _each() -> Iterator[tuple[str, int, Callable[[Written], frozenset[str]]]]:
    for fault, changes in FAULTS.items():
        for number, change in enumerate(changes):
            yield fault, number, change


@pytest.mark.parametrize("int8", [False, True])
def test_each_seeded_fault_is_found(tmp_path: Path, *, int8: bool) -> None:
    wrong = []
    for fault, number, change in _each():
        written = Written(int8=int8)
        rules = change(written)
        if not rules:
            continue
        told = _told(written, tmp_path)
        found = told is None or not rules.isdisjoint(told)
        note("tesseract", fault, found=found)
        if not found:
            wrong.append(f"{fault} {number}: {told}")
    assert wrong == []


@pytest.mark.parametrize("int8", [False, True])
def test_an_intact_file_raises_no_error(tmp_path: Path, *, int8: bool) -> None:
    told = _told(Written(int8=int8), tmp_path)
    note("tesseract", "(false alarms)", found=told == frozenset())
    assert told == frozenset()
