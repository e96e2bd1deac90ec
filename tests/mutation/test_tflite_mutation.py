"""Each fault in each tensor of each layer of the intact TFLite samples: found by a right rule."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from making.tensorflow.tflite_schema import packed, schema
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.counter import LayerCount
from rnninspect.report import Report

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models" / "tflite"
INTACT = sorted(path.name for path in SAMPLES.glob("*.tflite"))
SHAPES = frozenset({"R101", "R104", "R105", "R106", "R107", "R108"})


class Spot:
    """One stored tensor of a layer in a model that is being edited."""

    def __init__(self, model: Any, name: str) -> None:  # noqa: ANN401 - a generated class
        self.model = model
        found = [
            (graph, at)
            for graph in model.subgraphs
            for at, tensor in enumerate(graph.tensors)
            if tensor.name == name.encode() and model.buffers[tensor.buffer].data is not None
        ]
        self.graph, self.index = found[0]
        self.tensor = self.graph.tensors[self.index]
        self.buffer = model.buffers[self.tensor.buffer]

    def reshape(self, *shape: int) -> None:
        elements = 1
        for size in self.tensor.shape:
            elements *= int(size)
        width = len(self.buffer.data) // elements
        for size in shape:
            width *= size
        self.tensor.shape, self.buffer.data = list(shape), [0] * width


def cut(spot: Spot) -> frozenset[str]:
    first, *rest = map(int, spot.tensor.shape)
    spot.reshape(first - 1, *rest)
    return SHAPES


def grown(spot: Spot) -> frozenset[str]:
    *first, last = map(int, spot.tensor.shape)
    spot.reshape(*first, last + 1)
    return SHAPES


def swapped(spot: Spot) -> frozenset[str]:
    shape = [*map(int, spot.tensor.shape)]
    if len(set(shape)) == 1:
        return frozenset()
    spot.reshape(*reversed(shape))
    return SHAPES


def dropped(spot: Spot) -> frozenset[str]:
    """A fused operator is without it; another one reads a tensor that nothing computes."""
    for operator in spot.graph.operators:
        given = () if operator.inputs is None else operator.inputs
        operator.inputs = [-1 if at == spot.index else int(at) for at in given]
    fused = any(len(operator.inputs) > 19 for operator in spot.graph.operators)
    return frozenset({"R102", "R106"}) if fused else frozenset()


def payload_cut(spot: Spot) -> frozenset[str]:
    spot.buffer.data = spot.buffer.data[:-1]
    return frozenset({"R201"})


def buffer_gone(spot: Spot) -> frozenset[str]:
    spot.tensor.buffer = 9_999
    return frozenset({"R104"})


def retyped(spot: Spot) -> frozenset[str]:
    spot.tensor.type = 99
    return frozenset({"R104"})


FAULTS: dict[str, Callable[[Spot], frozenset[str]]] = {
    "shape cut": cut,
    "shape grown": grown,
    "axes swapped": swapped,
    "dropped": dropped,
    "retyped": retyped,
    "payload cut": payload_cut,
    "buffer gone": buffer_gone,
}


def names(counted: LayerCount) -> list[str]:
    return [tensor.name for operand in counted.layer.operands for tensor in operand.tensors]


@pytest.mark.parametrize("name", INTACT)
def test_each_seeded_fault_is_found(name: str, tmp_path: Path) -> None:
    path, target = SAMPLES / name, tmp_path / name
    report = inspect_file(path)
    wrong, seeded = [], 0
    for tensor in (each for counted in report.layers for each in names(counted)):
        for fault, seed in FAULTS.items():
            model = schema().ModelT.InitFromPackedBuf(path.read_bytes())
            rules = seed(Spot(model, tensor))
            if not rules:
                continue
            target.write_bytes(packed(model))
            told = errors(inspect_file(target))
            note("tflite", fault, found=bool(rules & told))
            seeded += 1
            if not rules & told:
                wrong.append(f"{fault} in {tensor}: {sorted(told)}")
    assert not wrong
    assert seeded > 10


@pytest.mark.parametrize("name", INTACT)
def test_an_intact_file_raises_no_error(name: str) -> None:
    told = errors(inspect_file(SAMPLES / name))
    note("tflite", "(false alarms)", found=not told)
    assert not told


def errors(report: Report) -> frozenset[str]:
    return frozenset(each.rule for each in report.findings if each.level == "error")
