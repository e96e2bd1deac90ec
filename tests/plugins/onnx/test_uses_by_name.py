"""What nodes use is told by names as it is found by running them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from making.onnx.drawn_quantised import quantised_graph
from making.onnx.graphs import graph, save, value
from making.onnx.results import read
from rnninspect.model import SavedModel
from rnninspect.source.source import Source
from rnninspect_onnx import resolver, slicing
from rnninspect_onnx.operators.uses_by_name import StoredUses
from rnninspect_onnx.protobuf.messages import GraphProto
from rnninspect_onnx.slicing import Sliced

PORTION = 250  # of drawn graphs
NEVER = 10**9


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[StoredUses | None]:
    """What was told by names, of each graph that was read."""
    found: list[StoredUses | None] = []

    def noting(graph: GraphProto, functions: Collection[tuple[str, str]], source: Source) -> Sliced:
        part = slicing.sliced(graph, functions, source)
        found.append(part.uses and StoredUses(set(part.uses.weights), set(part.uses.scales)))
        return part

    monkeypatch.setattr(resolver, "sliced", noting)
    return found


@pytest.mark.parametrize("first", range(0, 500, PORTION))
def test_drawn_graphs(
    first: int,
    tmp_path: Path,
    told: list[StoredUses | None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "model.onnx"
    for seed in range(first, first + PORTION):
        path.write_bytes(quantised_graph(seed).SerializeToString())
        assert both(path, monkeypatch), seed
    some = [uses for uses in told if uses is not None]
    assert sum(bool(uses.weights) for uses in some) > PORTION // 10
    assert sum(bool(uses.scales) for uses in some) > PORTION // 10


def both(path: Path, patch: pytest.MonkeyPatch) -> bool:
    """Whether a file is described alike by names and without."""
    found: list[SavedModel] = []
    for many in (0, NEVER):
        patch.setattr(slicing, "MANY", many)
        found.append(read(path))
    return found[0]._replace(tensors=tuple(found[0].tensors)) == found[1]._replace(
        tensors=tuple(found[1].tensors)
    )


RARE = {
    "a view of a measured scale": "DynamicQuantizeLinear x: q,m,z; Identity m: i; Mul i,s0: p",
    "a measured scale of a declared shape": "DynamicQuantizeLinear x: q,t,z; Mul t,s0: p",
    "a view of a stored factor": "DynamicQuantizeLinear x: q,m,z; Reshape s0,s3: r; Mul m,r: p",
    "two stored factors": "DynamicQuantizeLinear x: q,m,z; Mul s0,s1: p; Mul m,s2: o",
    "made later, and run": "DequantizeLinear n,s0,s1: d; Identity s2: n; LSTM n,s3,s4: y",
    "made twice, of which one is run": (
        "Identity s2: n; Relu x: n; DequantizeLinear n,s0,s1: d; LSTM n,s3,s4: y"
    ),
    "fed and made": "Identity s2: x; QuantizeLinear x,s0,s1: q; DequantizeLinear q,s0,s1: d",
    "a view of what is fed and made": (
        "Identity s2: x; Identity x: i; DequantizeLinear i,s0,s1: d"
    ),
    "an omitted weight": "DequantizeLinear ,s0,s1: d",
    "a view of an omitted one": "Identity : i; DequantizeLinear i,s0,s1: d",
    "a weight before it is quantised": (
        "QuantizeLinear s2,s0,s1: q; DequantizeLinear q,s0,s1: d; MatMul x,d: y"
    ),
    "some of several": "Concat s2,x: c; DequantizeLinear c,s0,s1: d",
    "a scale that is computed": "Mul s0,s1: m; DequantizeLinear s2,m,s3: d",
    "a weight of constants": "Constant : c; DequantizeLinear c,s0,s1: d",
    "two constants of one name": "Constant : c; Constant : c; DequantizeLinear c,s0,s1: d",
}


@pytest.mark.parametrize("text", RARE.values(), ids=RARE)
def test_rare_graphs(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nodes = []
    for line in text.split("; "):
        head, _, outputs = line.partition(": ")
        operator, _, inputs = head.partition(" ")
        given = {"value": tensor("v")} if operator == "Constant" else {}
        names = [] if operator == "Constant" else inputs.split(",")
        nodes.append(helper.make_node(operator, names, outputs.split(","), **given))
    tensors = [tensor(f"s{at}") for at in range(5)] + [tensor("")]
    known = [value("t", 3)]
    path = save(tmp_path, graph(nodes, tensors, [value("x", 2, 2)], value_info=known))
    assert both(path, monkeypatch)


def tensor(name: str) -> onnx.TensorProto:
    """A tensor of integers, whose purpose is seen only from its use."""
    return helper.make_tensor(name, TensorProto.INT8, (2, 2), bytes(4), raw=True)
