"""Nodes of a large graph that are run once for all that are alike give what each of them gives."""

from __future__ import annotations

from pathlib import Path

import onnx
import pytest
from onnx import TensorProto, helper

from making.onnx.drawn_followed import followed_graph
from making.onnx.graphs import Shape, graph, model, node, value, weights
from rnninspect.source.source import open_source
from rnninspect_onnx import slicing
from rnninspect_onnx.graph.leaves import Leaves
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.resolver import Resolver

NEVER, PORTION = 10**9, 200


def found(path: Path) -> object:
    """The recurrent nodes and loops of a graph, with all that is known of what they are given."""
    with open_source(path) as source:
        decoder = Decoder(source)
        read = decoder.model()
        resolver, leaves = Resolver(decoder, read.functions), Leaves(source)
        resolver.run_graph(read.graph, alone=True)
        calls = [(each.name, each.call.inputs) for each in resolver.recurrent_calls]
        cells = [(each.name, each.matrices + each.others) for each in resolver.cells]
        every = (*calls, *cells, ("states", tuple(resolver.initial_values)))
        return resolver.operators, [
            (
                name,
                [each and (each.kind, each.shape, each.integers, leaves.of(each)) for each in of],
            )
            for name, of in every
        ]


def both(path: Path, patch: pytest.MonkeyPatch) -> tuple[object, object]:
    """What is found where the nodes are run forward, and where each is run for itself."""
    results = []
    for many in (0, NEVER):
        patch.setattr(slicing, "MANY", many)
        patch.setattr(slicing, "IN_A_FUNCTION", many)
        results.append(found(path))
    return results[0], results[1]


@pytest.mark.parametrize("first", range(0, 2 * PORTION, PORTION))
def test_drawn_graphs(first: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, seen = tmp_path / "model.onnx", 0
    for seed in range(first, first + PORTION):
        path.write_bytes(followed_graph(seed).SerializeToString())
        forward, each = both(path, monkeypatch)
        assert forward == each, seed
        seen += forward != (0, [("states", [])])
    assert seen > PORTION // 2


def test_what_looks_alike_is_not_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An If chooses between two values that look alike: what is chosen is not known."""
    shape, path = Shape(), tmp_path / "model.onnx"
    given = [value(name, element=TensorProto.INT64) for name in "ab"]
    branches = {
        f"{name}_branch": helper.make_graph([], name, [], [one])
        for name, one in zip(("then", "else"), given, strict=True)
    }
    nodes = [
        helper.make_node("Relu", ["x"], ["r"]),  # the first of a graph is always decoded
        helper.make_node("Shape", ["x"], ["a"]),
        helper.make_node("Shape", ["y"], ["b"]),
        helper.make_node("If", ["go"], ["c"], **branches),
        helper.make_node("Reshape", ["x", "c"], ["X"]),
        node(shape),
    ]
    inputs = [value(name, 2, 2, 3) for name in "xy"]
    inputs.append(value("go", element=TensorProto.BOOL))
    path.write_bytes(model(graph(nodes, weights(shape), inputs)).SerializeToString())
    forward, each = both(path, monkeypatch)
    assert forward == each


def test_attributes_of_calls_differ(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The nodes of a function are alike only if it is called with the same attributes."""
    shape, path = Shape(), tmp_path / "model.onnx"
    turned = helper.make_node("Transpose", ["f"], ["t"])
    turned.attribute.add(name="perm", ref_attr_name="order", type=onnx.AttributeProto.INTS)
    opsets = [helper.make_opsetid("", 17)]
    function = helper.make_function(
        *("own", "F", ["f"], ["t"], [helper.make_node("Relu", ["f"], ["r"]), turned], opsets),
        ["order"],
    )
    nodes = []
    for at, order in enumerate([[0, 1, 2], [1, 0, 2], [0, 1, 2]]):
        nodes.append(helper.make_node("F", ["x"], [f"X{at}"], domain="own", order=order))
        nodes.append(node(shape, x=f"X{at}"))
        nodes[-1].output[:] = [f"Y{at}"]
    made = model(graph(nodes, weights(shape), [value("x", 4, 5, 3)]), functions=[function])
    path.write_bytes(made.SerializeToString())
    forward, each = both(path, monkeypatch)
    assert forward == each
