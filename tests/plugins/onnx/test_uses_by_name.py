"""What nodes use is told by names as it is found by running them."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from making.onnx.drawn_quantised import quantised_graph
from making.onnx.results import read
from rnninspect.model import SavedModel
from rnninspect.source.source import Source
from rnninspect_onnx import resolver, slicing
from rnninspect_onnx.operators.uses_by_name import StoredUses
from rnninspect_onnx.protobuf.messages import GraphProto

PORTION = 250  # of drawn graphs
NEVER = 10**9


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[StoredUses | None]:
    """What was told by names, of each graph that was read."""
    found: list[StoredUses | None] = []

    def noting(
        graph: GraphProto, functions: Collection[tuple[str, str]], source: Source
    ) -> tuple[GraphProto, StoredUses | None]:
        some, uses = slicing.sliced(graph, functions, source)
        found.append(uses and StoredUses(set(uses.weights), set(uses.scales)))
        return some, uses

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
