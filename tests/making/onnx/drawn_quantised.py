"""Drawn ONNX graphs around operators with scales, which stored tensors reach in many ways."""

from __future__ import annotations

from random import Random

import onnx
from onnx import TensorProto, helper

OPERATORS = (
    *("QuantizeLinear", "DequantizeLinear", "DynamicQuantizeLinear", "MatMulInteger", "Mul"),
    *("QLinearMatMul", "QLinearAdd", "QLinearConcat", "MatMulNBits", "GatherBlockQuantized"),
    *("MatMul", "Add", "Relu", "Softmax", "ReduceSum", "TopK", "Shape", "ConstantOfShape"),
    *("Transpose", "Reshape", "Gather", "Slice", "Split", "Cast", "Identity", "Dropout"),
    *("Concat", "Where", "Constant", "If", "SequenceConstruct", "SequenceAt", "Unknown", "LSTM"),
)
OFTEN = ("DequantizeLinear", "QuantizeLinear", "DynamicQuantizeLinear", "Mul", "MatMulInteger")
TYPES = (TensorProto.FLOAT, TensorProto.INT8, TensorProto.UINT8, TensorProto.INT32)
INPUTS = {"QLinearMatMul": 8, "QLinearAdd": 8, "QLinearConcat": 8, "MatMulInteger": 4, "Where": 3}
OUTPUTS = {"DynamicQuantizeLinear": 3, "Split": 2, "Dropout": 2, "TopK": 2}
STORED = 12


def quantised_graph(seed: int) -> onnx.ModelProto:
    """Nodes over stored tensors, inputs and each other; some names are given twice or too late."""
    draw = Random(seed)  # noqa: S311 - a test
    tensors = [_tensor(draw, f"s{at}") for at in range(STORED)]
    tensors += [_tensor(draw, "s0")] * (draw.random() < 0.1)
    names = [tensor.name for tensor in tensors]
    nodes: list[onnx.NodeProto] = []
    for at in range(draw.randrange(2, 24)):
        nodes.append(_node(draw, at, names))
        names += nodes[-1].output
    if draw.random() < 0.1:
        draw.shuffle(nodes)
    fed = [*("x", "y"), *("s1", "v3") * (draw.random() < 0.1)]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (2, 2)) for name in fed]
    known = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ()) for name in names[-2:]]
    made = helper.make_graph(
        *(nodes, "g", inputs, known[:1], tensors),
        value_info=known if draw.random() < 0.3 else [],
    )
    return helper.make_model(made)


def _tensor(draw: Random, name: str) -> onnx.TensorProto:
    dims = draw.choice([(), (1,), (2, 2), (4,)])
    kind = draw.choice(TYPES)
    size = helper.tensor_dtype_to_np_dtype(kind).itemsize
    for axis in dims:
        size *= axis
    return helper.make_tensor(name, kind, dims, bytes(size), raw=True)


def _node(draw: Random, at: int, names: list[str]) -> onnx.NodeProto:
    operator = draw.choice(OFTEN if draw.random() < 0.4 else OPERATORS)
    inputs = [_input(draw, names) for _ in range(INPUTS.get(operator, draw.randrange(1, 4)))]
    outputs = [f"v{at}", f"v{at}.1", f"v{at}.2"][: OUTPUTS.get(operator, 1)]
    if draw.random() < 0.03:
        outputs[0] = draw.choice([*names, ""])
    more: dict[str, object] = {}
    if operator == "Constant":
        inputs, more = [], {"value": _tensor(draw, draw.choice([outputs[0], ""]))}
    if operator == "If":
        given = [helper.make_tensor_value_info(_input(draw, names), TensorProto.FLOAT, ())]
        more = {"then_branch": helper.make_graph([], "then", [], given)}
    if operator == "MatMulNBits":
        more = {"K": 4, "N": 2}
    domain = draw.choice(["", "", "", "", "com.microsoft", "own"]) if operator != "If" else ""
    return helper.make_node(operator, inputs, outputs, domain=domain, **more)


def _input(draw: Random, names: list[str]) -> str:
    choice = draw.random()
    if choice < 0.5:
        return draw.choice(names[-6:])
    if choice < 0.85:
        return draw.choice(names[:STORED])
    return draw.choice(["x", "y", "", "nobody", f"v{draw.randrange(24)}"])
