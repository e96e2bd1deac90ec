"""Each fault in each array of each layer in files of arrays: found by a right rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.array_cells import NAMED
from mutation.arrays import WRITERS, Arrays, read, short, write
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.counter import LayerCount
from rnninspect.errors import UnknownFormat, UnreadableFile
from rnninspect.report import Report

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
INTACT = sorted(
    path for name in ("numpy", "jax") for path in (SAMPLES / name).iterdir() if path.is_file()
)
SHAPES = frozenset({"R101", "R104", "R105", "R106", "R107", "R108"})
# What lacks a weight may be another module: then it is named as a possible cell, and not checked.
LACKING = frozenset({"R102", "R104", "R106", "R107", "R405"})


def cut(arrays: Arrays, name: str, axis: int) -> frozenset[str]:
    arrays[name] = np.take(arrays[name], range(arrays[name].shape[axis] - 1), axis)
    return SHAPES


def grown(arrays: Arrays, name: str, axis: int) -> frozenset[str]:
    more = np.take(arrays[name], [0], axis)
    arrays[name] = np.concatenate([arrays[name], more], axis)
    return SHAPES


def swapped(arrays: Arrays, name: str, axis: int) -> frozenset[str]:
    del axis
    shape = arrays[name].shape
    if len(set(shape)) == 1 or 1 in shape:
        return frozenset()
    arrays[name] = np.ascontiguousarray(arrays[name].T)
    return SHAPES


def dropped(arrays: Arrays, name: str, axis: int) -> frozenset[str]:
    del axis, arrays[name]
    return LACKING


def renamed(arrays: Arrays, name: str, axis: int) -> frozenset[str]:
    del axis
    arrays[f"{name}_of_another_name"] = arrays.pop(name)
    return LACKING


def retyped(arrays: Arrays, name: str, axis: int) -> frozenset[str]:
    del axis
    arrays[name] = arrays[name].astype(np.float64)
    return frozenset({"R207"})


FAULTS: dict[str, Callable[[Arrays, str, int], frozenset[str]]] = {
    "shape cut": cut,
    "shape grown": grown,
    "axes swapped": swapped,
    "dropped": dropped,
    "renamed": renamed,
    "retyped": retyped,
}
_NO_BIAS = "a cell without this bias, as intact ones are"
_ONE_MATRIX = "a matrix of input and state together, as in TensorFlow 1"
_FORGET = "no name of a weight but that of the forget gate is looked up: the others may be anything"
# Why the file with the fault, in an array of a cell or of a sample, is equal to an intact one.
UNSEEN = {
    ("Keras' LSTM", "dropped", "lstm/bias"): _NO_BIAS,
    ("Keras' LSTM", "dropped", "lstm/recurrent_kernel"): _ONE_MATRIX,
    ("Keras' GRU", "dropped", "gru/bias:0"): _NO_BIAS,
    ("a GRU with underscores", "dropped", "enc_b_ih"): _NO_BIAS,
    ("a GRU with underscores", "dropped", "enc_b_hh"): _NO_BIAS,
    ("MLX' LSTM", "dropped", "lstm.bias"): _NO_BIAS,
    ("MLX' GRU", "dropped", "gru.bhn"): _NO_BIAS,
    ("an LSTM gate by gate", "dropped", "Wf"): _FORGET,
    ("an LSTM gate by gate", "renamed", "Wf"): _FORGET,
    ("an Elman cell", "dropped", "bh"): _NO_BIAS,
    ("an Elman cell", "dropped", "Whh"): "two dense layers",
    ("an Elman cell", "axes swapped", "Wxh"): "x @ W instead of W @ x; the other is square",
    ("keras_weights.npz", "dropped", "lstm/lstm_cell/bias"): _NO_BIAS,
    ("keras_weights.npz", "dropped", "lstm/lstm_cell/recurrent_kernel"): _ONE_MATRIX,
    **{
        ("encoder_decoder.npz", "dropped", f"{part}_{bias}"): _NO_BIAS
        for part in ("enc", "dec")
        for bias in ("b_ih", "b_hh")
    },
}


def drawn(shapes: dict[str, tuple[int, ...]]) -> Arrays:
    random = np.random.default_rng(0)  # no two arrays have equal bytes
    return {name: random.random(shape, np.float32) for name, shape in shapes.items()}


def spots(report: Report, arrays: Arrays) -> list[tuple[str, int]]:
    """Each array of each layer, and its axis of gates or units: the longest that they divide."""
    found = []
    for counted in report.layers:
        hidden = counted.layer.sizes.hidden_size
        for name in names(counted):
            key = name if name in arrays else name.replace(".", "/")
            shape = arrays[key].shape
            axis = max(range(len(shape)), key=lambda at: (shape[at] % hidden == 0, shape[at]))
            found.append((key, axis))
    return found


def names(counted: LayerCount) -> list[str]:
    return [tensor.name for operand in counted.layer.operands for tensor in operand.tensors]


def told(path: Path) -> frozenset[str] | None:
    """The rules that the file breaks, none if it is taken for data; None if it is unreadable."""
    try:
        return frozenset(each.rule for each in inspect_file(path).findings)
    except UnknownFormat:
        return frozenset()
    except UnreadableFile:
        return None


def missed(label: str, arrays: Arrays, target: Path) -> list[str]:
    """Seed all faults into all arrays; what is not as it should be is returned."""
    write(target, arrays)
    report = inspect_file(target)
    wrong = [f"alarm {each}" for each in report.findings if each.level == "error"]
    note(target.suffix[1:], "(false alarms)", found=not wrong)
    for name, axis in spots(report, arrays):
        for fault, seed in FAULTS.items():
            changed = dict(arrays)
            rules = seed(changed, name, axis)
            if rules:
                write(target, changed)
                wrong += checked(label, fault, name, rules, target)
        short(target, arrays, name)
        wrong += checked(label, "payload cut", name, frozenset({"R201"}), target)
    return wrong


def checked(label: str, fault: str, name: str, rules: frozenset[str], target: Path) -> list[str]:
    found = told(target)
    is_found = found is None or not rules.isdisjoint(found)
    unseen = (label, fault, name) in UNSEEN
    note(target.suffix[1:], fault, found=is_found, unseen=unseen)
    return [f"{label}: {fault} in {name}: {found}"] if is_found is unseen else []


@pytest.mark.parametrize("path", INTACT, ids=lambda path: path.name)
def test_each_fault_in_a_sample_is_found(path: Path, tmp_path: Path) -> None:
    assert missed(path.name, read(path), tmp_path / path.name) == []


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("cell", NAMED)
def test_each_fault_in_a_cell_by_its_names_is_found(cell: str, suffix: str, tmp_path: Path) -> None:
    assert missed(cell, drawn(NAMED[cell]), tmp_path / f"model{suffix}") == []
