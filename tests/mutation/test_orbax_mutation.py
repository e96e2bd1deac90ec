"""Each fault in each array of the layer of a checkpoint of Orbax, in either kind of store."""

from __future__ import annotations

import json
from collections.abc import Callable
from math import prod
from pathlib import Path

import pytest

from making.orbax_folders import LSTM, in_files, in_ocdbt, zarr
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
Shapes = dict[str, tuple[int, ...]]
Values = dict[str, bytes | None]  # of the store by key, where they are not those of the shapes
Change = Callable[[Shapes, Values, str], frozenset[str]]

STORES: dict[str, Callable[..., Path]] = {"orbax files": in_files, "orbax ocdbt": in_ocdbt}
CELL = [name for name in LSTM if "/cell/" in name]
WRONG = frozenset({"R101", "R104", "R105", "R106"})
LACKING = frozenset({"R102", "R104", "R106"})


def _param(name: str) -> str:
    return name.replace("/", ".")


def _chunk(name: str) -> str:
    return f"{_param(name)}/{'.'.join('0' for _ in LSTM[name])}"


def cut(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del values
    *first, last = shapes[name]
    shapes[name] = (*first, last - 1)
    return WRONG


def grown(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del values
    *first, last = shapes[name]
    shapes[name] = (*first, last + 1)
    return WRONG


def swapped(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del values
    shapes[name] = shapes[name][::-1]
    return WRONG if shapes[name] != LSTM[name] else frozenset()


def dropped(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del values, shapes[name]
    return LACKING


def renamed(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del values
    shapes[f"{name}_of_another_name"] = shapes.pop(name)
    return LACKING


def retyped(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    described = zarr(shapes[name], dtype="<f8")
    values[f"{_param(name)}/.zarray"] = json.dumps(described).encode()
    values[_chunk(name)] = bytes(8 * prod(shapes[name]))
    return frozenset({"R207"})


def payload_cut(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    values[_chunk(name)] = bytes(4 * prod(shapes[name]) - 1)
    return frozenset({"R201"})


def chunk_gone(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del shapes
    values[_chunk(name)] = None
    return frozenset({"R201"})


def array_gone(shapes: Shapes, values: Values, name: str) -> frozenset[str]:
    del shapes
    values[f"{_param(name)}/.zarray"] = None
    return frozenset({"R204"})


FAULTS: dict[str, Change] = {
    "shape cut": cut,
    "shape grown": grown,
    "axes swapped": swapped,
    "dropped": dropped,
    "renamed": renamed,
    "retyped": retyped,
    "payload cut": payload_cut,
    "buffer gone": chunk_gone,
    "array gone": array_gone,
}


def told(path: Path) -> frozenset[str] | None:
    """The rules of level error and warning that are broken; None if the folder is refused."""
    try:
        found = inspect_file(path).findings
    except UnreadableFile:
        return None
    return frozenset(each.rule for each in found if each.level != "note")


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("store", STORES)
def test_each_seeded_fault_is_found(store: str, fault: str, tmp_path: Path) -> None:
    wrong, seeded = [], 0
    for number, name in enumerate(CELL):
        shapes, values = dict(LSTM), Values()
        rules = FAULTS[fault](shapes, values, name)
        if not rules:
            continue
        found = told(STORES[store](tmp_path / str(number), shapes, **values))
        is_found = found is None or not rules.isdisjoint(found)
        note(store, fault, found=is_found)
        seeded += 1
        if not is_found:
            wrong.append(f"{fault} in {name}: {found}")
    assert wrong == []
    assert seeded


@pytest.mark.parametrize("store", STORES)
def test_an_intact_checkpoint_raises_no_error(store: str, tmp_path: Path) -> None:
    found = told(STORES[store](tmp_path / "intact", LSTM))
    note(store, "(false alarms)", found=not found)
    assert not found
