"""Attributes that a node has more than once: ONNX Runtime and onnx.checker reject the model."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
import pytest
from onnx import helper
from onnxruntime import InferenceSession
from onnxruntime.capi.onnxruntime_pybind11_state import InvalidGraph

from making.onnx.graphs import Shape, graph, model, node, save, value, weights
from making.onnx.results import report

if TYPE_CHECKING:
    from pathlib import Path

SHAPE = Shape("LSTM", 5, 3)
Y = helper.make_tensor_value_info("Y", onnx.TensorProto.FLOAT, [4, 1, 2, 3])
REFUSED = "onnx.checker and ONNX Runtime reject the model"
REPEATED: dict[str, tuple[dict[str, object], list[tuple[str, str]]]] = {
    "another size": (
        {"hidden_size": 7},
        [("R104", f"hidden_size occurs 2 times, as 3 and 7: {REFUSED}")],
    ),
    "the same size": ({"hidden_size": 3}, [("R209", f"hidden_size occurs 2 times: {REFUSED}")]),
    "another direction": (
        {"direction": "reverse"},
        [("R104", f"direction occurs 2 times, as forward and reverse: {REFUSED}")],
    ),
    "nothing twice": ({"clip": 1.0}, []),
}


def repeated(**attributes: object) -> onnx.ModelProto:
    """A model whose node has these attributes after its own ones, which include a direction."""
    recurrent = node(SHAPE, direction="forward")
    recurrent.attribute.extend(helper.make_attribute(*given) for given in attributes.items())
    whole = model(graph([recurrent], weights(SHAPE), [value("X", 4, 2, 5)]))
    whole.graph.output.append(Y)
    return whole


@pytest.mark.parametrize("name", REPEATED)
def test_an_attribute_that_is_repeated(tmp_path: Path, name: str) -> None:
    attributes, expected = REPEATED[name]
    whole = repeated(**attributes)
    of = report(save(tmp_path, whole))
    assert [(finding.rule, finding.message) for finding in of.findings] == expected
    assert [layer.stored for layer in of.layers] == [SHAPE.parameters]
    if not expected:
        onnx.checker.check_model(whole)
        return
    with pytest.raises(onnx.checker.ValidationError, match="appeared multiple times"):
        onnx.checker.check_model(whole)
    with pytest.raises(InvalidGraph, match="appeared multiple times"):
        InferenceSession(whole.SerializeToString())


def test_the_first_of_many_attributes_is_used(tmp_path: Path) -> None:
    """Also with so many attributes that they are looked up in a table."""
    whole = repeated(**{f"a{at}": at for at in range(40)}, hidden_size=7)
    of = report(save(tmp_path, whole))
    assert [finding.rule for finding in of.findings] == ["R104"]
    assert of.layers[0].layer.sizes.hidden_size == SHAPE.n
