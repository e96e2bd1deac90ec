"""Nodes of a large graph that are run once for all that are alike give what each of them gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.onnx.drawn_followed import followed_graph
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
