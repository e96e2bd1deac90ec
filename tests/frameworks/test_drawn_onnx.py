"""ONNX models drawn at random, by hand or by torch's exporters: onnx and onnxruntime judge."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import example, given

from making.drawing import Truth, agree, drawn, hold
from making.judges import ONNX, ONNXRUNTIME
from making.onnx.drawn_nodes import Node, by_hand, by_torch, nodes, shapes

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]


def truth(node: Node, level: int) -> Truth:
    known = shapes(node, level)
    quantised = node.exporter == "quantised"
    if quantised:  # onnxruntime turns the kernels round
        known |= {name: (known[name][0], *known[name][:0:-1]) for name in ("W", "R")}
    return Truth(
        cell=node.operator,
        input_size=shapes(node, level)["W"][2],
        hidden_size=node.hidden_size,
        directions=node.directions,
        biases=2 if node.bias else 0,
        count=sum(math.prod(shape) for shape in known.values()),
        peepholes=node.peepholes,
        dtype="float32 int8" if quantised else node.dtype,
        shapes=tuple(sorted(known.values())),
    )


@given(nodes())
@example(Node("GRU", 1, 1))
@example(Node("LSTM", 4, 3, exporter="dynamo", direction="bidirectional"))
@example(Node("LSTM", 4, 3, exporter="quantised", direction="bidirectional", levels=2))
@drawn
def test_drawn_nodes_are_what_onnx_and_onnxruntime_count(node: Node) -> None:
    import onnx

    expected = [truth(node, level) for level in range(node.levels)]
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.onnx"
        model = by_torch(node, path.parent) if node.exporter else by_hand(node)
        external = node.store == "external"
        onnx.save(model, path, save_as_external_data=external, size_threshold=0, location="w.data")
        os.chdir(folder)  # the judges write beside them, as in the child's own folder
        try:
            report = hold(path, expected, sum(layer.count for layer in expected))
            agree(ONNX, report)
            # Of these two onnxruntime has no kernels.
            if not node.batch_first and (node.operator, node.dtype) != ("RNN", "float64"):
                agree(ONNXRUNTIME, report)
        finally:
            os.chdir(before)
