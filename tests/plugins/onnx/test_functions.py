"""Recurrent nodes in model-local functions: called once, twice, nested, with references."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from making.onnx.graphs import Shape, constant, graph, model, save, weights
from making.onnx.results import counts, errors, only, read, report
from rnninspect.errors import RefusedFile
from rnninspect.model import Origin
from rnninspect.source.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def function(
    nodes: Sequence[onnx.NodeProto], name: str = "encode", **parts: object
) -> onnx.FunctionProto:
    given = {"attributes": [], "attribute_protos": [], **parts}
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    return helper.make_function("own", name, ["x", "w", "r"], ["y"], list(nodes), opsets, **given)


def referring(name: str, reference: str, kind: int) -> onnx.AttributeProto:
    """An attribute that refers to one of the enclosing function."""
    return onnx.AttributeProto(name=name, ref_attr_name=reference, type=kind)


def recurrent(hidden: str | int = 2) -> onnx.NodeProto:
    made = helper.make_node("LSTM", ["x", "w", "r"], ["y"], name="inner")
    if isinstance(hidden, int):
        made.attribute.append(helper.make_attribute("hidden_size", hidden))
    else:
        made.attribute.append(referring("hidden_size", hidden, onnx.AttributeProto.INT))
    return made


def call(
    number: int, prefix: str = "", name: str = "encode", **attributes: object
) -> onnx.NodeProto:
    inputs = ["X", f"{prefix}W", f"{prefix}R"]
    return helper.make_node(
        name, inputs, [f"y{number}"], name=f"call{number}", domain="own", **attributes
    )


BARE = Shape("LSTM", 3, 2, bias=False)


def test_a_function_called_once_and_twice(tmp_path: Path) -> None:
    once = model(graph([call(1)], weights(BARE)), functions=[function([recurrent()])])
    assert counts(report(save(tmp_path, once))) == [("call1/inner", 40, 40)]
    tensors = [*weights(BARE), *weights(BARE, "b_")]
    twice = model(graph([call(1), call(2, "b_")], tensors), functions=[function([recurrent()])])
    of = report(save(tmp_path, twice))
    assert counts(of) == [("call1/inner", 40, 40), ("call2/inner", 40, 40)]
    assert {layer.layer.origin for layer in of.layers} == {Origin.DECLARED}
    assert not of.findings


def test_a_function_within_a_function(tmp_path: Path) -> None:
    inner = call(1)
    inner.input[:] = ["x", "w", "r"]
    inner.output[:] = ["y"]
    functions = [function([recurrent()]), function([inner], "outer")]
    whole = model(graph([call(9, name="outer")], weights(BARE)), functions=functions)
    assert counts(report(save(tmp_path, whole))) == [("call9/call1/inner", 40, 40)]


@pytest.mark.parametrize("given", [True, False])
def test_attributes_by_reference(tmp_path: Path, given: bool) -> None:
    """From the call, else the function's default."""
    body_function = function(
        [recurrent("size")], attribute_protos=[helper.make_attribute("size", 2)]
    )
    calls = [call(1, size=4)] if given else [call(1)]
    shape = Shape("LSTM", 3, 4 if given else 2, bias=False)
    layer = only(
        read(save(tmp_path, model(graph(calls, weights(shape)), functions=[body_function])))
    )
    assert (layer.sizes.hidden_size, layer.origin) == (shape.n, Origin.DECLARED)


def test_a_dangling_reference_is_a_missing_attribute(tmp_path: Path) -> None:
    whole = model(
        graph([call(1)], weights(BARE)),
        functions=[function([recurrent("size")], attributes=["size"])],
    )
    layer = only(read(save(tmp_path, whole)))
    assert (layer.sizes.hidden_size, layer.origin) == (2, Origin.INFERRED)


def test_a_functions_own_weights_are_stored_once(tmp_path: Path) -> None:
    kernels = [
        constant("w2", np.ones((1, 8, 3), np.float32)),
        constant("r2", np.ones((1, 8, 2), np.float32)),
    ]
    lstm = recurrent()
    lstm.input[1:] = ["w2", "r2"]
    whole = model(graph([call(1), call(2)]), functions=[function([*kernels, lstm])])
    of = report(save(tmp_path, whole))
    assert counts(of) == [("call1/inner", 40, 40)]
    assert of.layers[0].layer.also_at == ("call2/inner",)
    assert of.totals.parameters == 40


def test_a_tensor_by_reference(tmp_path: Path) -> None:
    kernel = helper.make_node("Constant", [], ["w2"])
    tensor = numpy_helper.from_array(np.ones((1, 8, 3), np.float32))
    kernel.attribute.append(referring("value", "kernel", onnx.AttributeProto.TENSOR))
    lstm = recurrent()
    lstm.input[1] = "w2"
    whole = model(
        graph([call(1, kernel=tensor)], weights(BARE)[1:]),
        functions=[function([kernel, lstm], attributes=["kernel"])],
    )
    assert counts(report(save(tmp_path, whole))) == [("call1/inner", 40, 40)]


def test_a_function_cannot_use_names_outside(tmp_path: Path) -> None:
    lstm = recurrent()
    lstm.input[1] = "W"
    whole = model(graph([call(1)], weights(BARE)), functions=[function([lstm])])
    assert errors(report(save(tmp_path, whole))) == {"R102", "R104"}


def test_an_input_that_the_caller_omits(tmp_path: Path) -> None:
    lstm = helper.make_node("LSTM", ["x", "w", "r", "b"], ["y"], name="inner", hidden_size=2)
    opsets = [helper.make_opsetid("", 17)]
    encode = helper.make_function("own", "encode", ["x", "w", "r", "b"], ["y"], [lstm], opsets)
    layer = only(read(save(tmp_path, model(graph([call(1)], weights(BARE)), functions=[encode]))))
    assert len(layer.roles) == 2


def test_a_function_named_like_an_operator_is_a_function(tmp_path: Path) -> None:
    """torch's exporter has written functions named LSTM in a domain of its own."""
    plain = helper.make_node("Relu", ["x"], ["y"])
    whole = model(
        graph([call(1, name="LSTM")], weights(BARE)), functions=[function([plain], "LSTM")]
    )
    described = read(save(tmp_path, whole))
    assert not described.layers
    assert not described.skipped


def test_exponential_calls_are_limited(tmp_path: Path) -> None:
    """Each of forty calls the next one twice: 2^40 calls in two kilobytes."""
    functions = []
    for level in range(40):
        twice = [
            helper.make_node(f"f{level + 1}", [a], [b], domain="own")
            for a, b in (("x", "m"), ("m", "y"))
        ]
        opsets = [helper.make_opsetid("own", 1)]
        functions.append(helper.make_function("own", f"f{level}", ["x"], ["y"], twice, opsets))
    first = helper.make_node("f0", ["X"], ["Y"], domain="own")
    path = save(tmp_path, model(graph([first]), functions=functions))
    with pytest.raises(RefusedFile, match="nodes=50000"):
        read(path, Limits(nodes=50_000))


def test_recursive_functions_are_limited(tmp_path: Path) -> None:
    again = helper.make_node("f", ["x"], ["y"], domain="own")
    opsets = [helper.make_opsetid("own", 1)]
    f = helper.make_function("own", "f", ["x"], ["y"], [again], opsets)
    path = save(
        tmp_path, model(graph([helper.make_node("f", ["X"], ["Y"], domain="own")]), functions=[f])
    )
    with pytest.raises(RefusedFile, match="nesting=100"):
        read(path)
