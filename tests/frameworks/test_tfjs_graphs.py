"""Graph models of TensorFlow.js say what the frozen graphs say that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.tensorflow import frozen, tfjs_graphs
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.frameworks
CASES = {
    "loop": (frozen.dynamic, "BasicLSTMCell", False),
    "loop with functions": (frozen.dynamic, "GRUCell", True),
    "unrolled": (frozen.static, "GRUCell", False),
    "one step": (frozen.single, "BasicLSTMCell", False),
    "both ways": (frozen.both_ways, "LSTMCell with a projection", False),
}


@pytest.mark.parametrize("stored", ["", "float16", "uint8"])
@pytest.mark.parametrize("case", CASES)
def test_a_graph_model_has_the_cells_of_its_graph(tmp_path: Path, case: str, stored: str) -> None:
    way, cell, functions = CASES[case]
    make, _ = frozen.CELLS[cell]
    number = frozen.freeze(tmp_path / "m.pb", lambda: way(make), functions=functions)
    path = tfjs_graphs.graph_model(tmp_path / "m.pb", tmp_path / "web", stored, shard=500)
    own, graph = inspect_file(path), inspect_file(tmp_path / "m.pb")
    assert own.format == "tensorflow.js graph model"
    assert [
        (count.layer.name, count.layer.kind, count.layer.sizes, count.expected, count.stored)
        for count in own.layers
    ] == [
        (count.layer.name, count.layer.kind, count.layer.sizes, count.expected, count.stored)
        for count in graph.layers
    ]
    assert own.layers
    assert own.totals.parameters == graph.totals.parameters == number
    assert {found.rule for found in own.findings} <= {"R402"}
    kept = {stored or "float32"}
    assert {dtype for count in own.layers for dtype in count.dtypes} == kept


def test_a_shard_of_a_graph_that_is_missing_or_cut(tmp_path: Path) -> None:
    make, _ = frozen.CELLS["GRUCell"]
    frozen.freeze(tmp_path / "m.pb", lambda: frozen.dynamic(make))
    path = tfjs_graphs.graph_model(tmp_path / "m.pb", tmp_path / "web", shard=500)
    last = min((tmp_path / "web").glob("*.bin"), key=lambda each: len(each.read_bytes()))
    last.write_bytes(last.read_bytes()[:-1])
    assert "R201" in {found.rule for found in inspect_file(path).findings}
    last.unlink()
    assert "R204" in {found.rule for found in inspect_file(path).findings}
