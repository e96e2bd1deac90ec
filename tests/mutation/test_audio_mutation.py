"""Each fault in each array of each layer of the intact samples in JSON: found by a right rule."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from mutation.table import note
from rnninspect import inspect_file

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "audio"
NESTED = ("rtneural.json", "guitarml.json")
INTACT = (*NESTED, "lstm.nam")
SHAPES = frozenset({"R101", "R104", "R105", "R106", "R107"})
Array = list[Any]


def cut(array: Array) -> None:
    array.pop()


def grown(array: Array) -> None:
    array.append(array[-1])


def swapped(array: Array) -> None:
    array[:] = [list(column) for column in zip(*array, strict=True)]


def ragged(array: Array) -> None:
    array[-1].pop()


def nested(array: Array) -> None:
    array[-1] = [array[-1]]


FAULTS: dict[str, Callable[[Array], None]] = {
    "cut": cut,
    "grown": grown,
    "swapped": swapped,
    "ragged": ragged,
    "nested": nested,
}
Place = tuple[dict[str, Any] | Array, Any]


def document_of(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((SAMPLES / name).read_text())
    return document


def places(name: str, document: dict[str, Any]) -> Iterator[tuple[str, Place]]:
    """Where the arrays of layers are: each as an object or list, and a key in it."""
    if name == "guitarml.json":
        states = document["state_dict"]
        yield from ((key, (states, key)) for key in states if key.startswith("rec."))
    for number, layer in enumerate(document.get("layers", ())):
        if layer["type"] in ("lstm", "gru"):
            for at in range(len(layer["weights"])):
                yield f"layers.{number}.weights.{at}", (layer["weights"], at)


def told(document: dict[str, Any], target: Path) -> frozenset[str]:
    target.write_text(json.dumps(document))
    return frozenset(each.rule for each in inspect_file(target).findings if each.level == "error")


def fits(fault: str, array: Array) -> bool:
    rows = isinstance(array[0], list)
    if fault == "swapped":
        return rows and len(array) != len(array[0])
    return rows or fault != "ragged"


@pytest.mark.parametrize("name", NESTED)
def test_each_seeded_fault_is_found(name: str, tmp_path: Path) -> None:
    wrong, seeded = [], 0
    for at, (where, _) in enumerate(list(places(name, document_of(name)))):
        for fault, seed in FAULTS.items():
            document = document_of(name)
            holder, key = list(places(name, document))[at][1]
            if not fits(fault, holder[key]):
                continue
            seed(holder[key])
            found = told(document, tmp_path / name)
            note(name, fault, found=bool(found & SHAPES))
            seeded += 1
            wrong += [] if found & SHAPES else [f"{fault} in {where}: {sorted(found)}"]
    assert not wrong
    assert seeded > 10


@pytest.mark.parametrize("name", NESTED)
def test_a_missing_array_is_found(name: str, tmp_path: Path) -> None:
    for at in range(len(list(places(name, document_of(name))))):
        document = document_of(name)
        holder, key = list(places(name, document))[at][1]
        del holder[key]
        found = told(document, tmp_path / name) & (SHAPES | {"R102"})
        note(name, "dropped", found=bool(found))
        assert found


SIZES: dict[str, list[tuple[str | int, ...]]] = {
    "rtneural.json": [
        ("in_shape", -1),
        ("layers", 0, "shape", -1),
        ("layers", 1, "shape", -1),
    ],
    "guitarml.json": [("model_data", key) for key in ("input_size", "hidden_size", "num_layers")],
    "lstm.nam": [("config", key) for key in ("input_size", "hidden_size", "num_layers")],
}


@pytest.mark.parametrize("name", INTACT)
def test_each_size_declared_otherwise_is_found(name: str, tmp_path: Path) -> None:
    for *path, key in SIZES[name]:
        document = document_of(name)
        holder: Any = document
        for part in path:
            holder = holder[part]
        holder[key] *= 2
        found = told(document, tmp_path / name) & (SHAPES | {"R102"})
        note(name, "declared size", found=bool(found))
        assert found, key


@pytest.mark.parametrize(
    ("count", "fault"), [(-1, "cut"), (-60, "cut"), (1, "grown"), (99, "grown")]
)
def test_a_flat_list_of_another_length_is_found(count: int, fault: str, tmp_path: Path) -> None:
    document = document_of("lstm.nam")
    weights = document["weights"]
    document["weights"] = weights[:count] if count < 0 else weights + [0.5] * count
    found = told(copy.deepcopy(document), tmp_path / "lstm.nam")
    note("lstm.nam", fault, found="R104" in found)
    assert "R104" in found


@pytest.mark.parametrize("name", INTACT)
def test_an_intact_file_raises_no_error(name: str, tmp_path: Path) -> None:
    found = told(document_of(name), tmp_path / name)
    note(name, "(false alarms)", found=not found)
    assert not found
