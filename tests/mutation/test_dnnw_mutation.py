"""Each fault in each array of a dense and a sparse cell in a blob of RNNoise or Opus."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from makers.dnnw_files import Arrays, blob_of, linear, sparse
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
CELLS: dict[str, Arrays] = {
    "dense": {**linear("gru1_input", 5, 24), **linear("gru1_recurrent", 8, 24)},
    "sparse": {
        **sparse("gru1_input", ((0,), (4,), (0, 4))),
        **sparse("gru1_recurrent", ((4,), (0,), (0, 4)), diagonal=True),
    },
}
WIDTHS = {0: 4, 1: 4, 3: 1}
# Of a matrix in float and in int8 either may be absent, with its sums and scales; whether a
# diagonal is kept apart is in no file.
OPTIONAL = ("_subias", "_scale", "_weights_int8", "_weights_diag")


def cut(arrays: Arrays, name: str) -> None:
    code, data = arrays[name]
    arrays[name] = code, data[: -WIDTHS[code]]


def grown(arrays: Arrays, name: str) -> None:
    code, data = arrays[name]
    arrays[name] = code, data + struct.pack("<i", 0)[: WIDTHS[code]]


def dropped(arrays: Arrays, name: str) -> None:
    del arrays[name]


def renamed(arrays: Arrays, name: str) -> None:
    arrays[f"{name}x"] = arrays.pop(name)


FAULTS: dict[str, Callable[[Arrays, str], None]] = {
    "cut": cut,
    "grown": grown,
    "dropped": dropped,
    "renamed": renamed,
}
SEEN = frozenset({"R101", "R102", "R104", "R106", "R107", "R401"})


def told(arrays: Arrays, folder: Path) -> frozenset[str] | None:
    """The rules of level error and warning; None if the file is refused."""
    path = folder / "weights_blob.bin"
    path.write_bytes(blob_of(arrays))
    try:
        findings = inspect_file(path).findings
    except UnreadableFile:
        return None
    return frozenset(each.rule for each in findings if each.level != "note")


def is_optional(name: str, arrays: Arrays) -> bool:
    is_twin = name.replace("_float", "_int8") in arrays and name.endswith("_float")
    return is_twin or name.endswith(OPTIONAL)


@pytest.mark.parametrize("cell", CELLS)
def test_each_seeded_fault_is_found(cell: str, tmp_path: Path) -> None:
    wrong, seeded = [], 0
    for name in CELLS[cell]:
        for fault, seed in FAULTS.items():
            arrays = dict(CELLS[cell])
            if fault in ("dropped", "renamed") and is_optional(name, arrays):
                continue
            seed(arrays, name)
            found = told(arrays, tmp_path)
            seen = found is None or bool(found & SEEN)
            note(f"dnnw blob, {cell}", fault, found=seen)
            seeded += 1
            wrong += [] if seen else [f"{fault} in {name}: {sorted(found or ())}"]
    assert not wrong
    assert seeded > 10


@pytest.mark.parametrize("cell", CELLS)
def test_an_intact_cell_raises_no_error(cell: str, tmp_path: Path) -> None:
    found = told(dict(CELLS[cell]), tmp_path)
    note(f"dnnw blob, {cell}", "(false alarms)", found=not found)
    assert found == frozenset()
