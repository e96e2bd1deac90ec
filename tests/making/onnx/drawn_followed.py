"""Drawn ONNX graphs that lead to recurrent nodes: chains of what is alike, and what is not."""

from __future__ import annotations

from random import Random

import onnx
from onnx import TensorProto, helper

OPERATORS = (
    *("MatMul", "Add", "Mul", "Relu", "Softmax", "ReduceSum", "TopK", "Shape", "Range", "Gemm"),
    *("Transpose", "Reshape", "Gather", "Slice", "Split", "Cast", "Identity", "Dropout"),
    *("Concat", "Where", "Constant", "Squeeze", "Unsqueeze", "Expand", "Unknown", "Called"),
    *("SequenceEmpty", "SequenceInsert", "SequenceAt", "ConcatFromSequence"),
)
CHAINED = ("Relu", "Add", "MatMul", "Identity", "Mul")
ENDS = ("LSTM", "GRU", "RNN", "If", "Loop", "LSTM")
INPUTS = {"Where": 3, "Slice": 4, "LSTM": 7, "GRU": 6, "RNN": 6, "Loop": 4}
OUTPUTS = {
    **dict.fromkeys(("Called", "Twice", "Split", "Dropout", "TopK", "GRU", "RNN"), 2),
    **dict.fromkeys(("LSTM", "Loop"), 3),
}
ATTRIBUTES: tuple[dict[str, object], ...] = (
    {},
    {},
    {"axis": 0},
    {"axis": -1},
    {"perm": [1, 0]},
    {"perm": [0, 2, 1]},
    {"keepdims": 0},
    {"axes": [0]},
)
TYPES = (TensorProto.FLOAT, TensorProto.FLOAT, TensorProto.INT64)
DIMS = ((), (1,), (2, 2), (4,), (3,), (1, 2, 2), (1, 8, 2))
STORED = 14


def followed_graph(seed: int) -> onnx.ModelProto:
    """Nodes over stored tensors, inputs and each other; some names are given twice or too late."""
    draw = Random(seed)  # noqa: S311 - a test
    tensors = [_tensor(draw, f"s{at}") for at in range(STORED)]
    tensors += [_tensor(draw, "s0")] * (draw.random() < 0.1)
    names = [tensor.name for tensor in tensors]
    nodes: list[onnx.NodeProto] = []
    for at in range(draw.randrange(4, 40)):
        nodes.append(_node(draw, at, names))
        names += nodes[-1].output
    if draw.random() < 0.05:
        draw.shuffle(nodes)
    fed = [*("x", "y"), *("s1", "v3") * (draw.random() < 0.1)]
    inputs = [helper.make_tensor_value_info(name, TensorProto.FLOAT, (2, 2, 2)) for name in fed]
    known = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ("n", 2)) for name in names]
    typed = draw.choice([[], [], known[-2:], known])
    made = helper.make_graph(nodes, "g", inputs, known[:1], tensors, value_info=typed)
    if draw.random() < 0.2:
        made.sparse_initializer.append(
            helper.make_sparse_tensor(
                helper.make_tensor(draw.choice(["s2", "sparse"]), TensorProto.FLOAT, (1,), [1.0]),
                helper.make_tensor("places", TensorProto.INT64, (1,), [0]),
                (2, 2),
            )
        )
    return helper.make_model(made, functions=[_function(draw, at) for at in range(2)])


def _function(draw: Random, at: int) -> onnx.FunctionProto:
    """A function of own nodes; the second one may call the first."""
    nodes: list[onnx.NodeProto] = []
    names = ["f", "g"]
    for each in range(draw.randrange(1, 12)):
        node = _node(draw, each, names)
        if node.op_type not in ("Called", "Twice"):
            if draw.random() < 0.3 and node.op_type not in ENDS and not node.attribute:
                node.attribute.add(name="axis", ref_attr_name="axis", type=onnx.AttributeProto.INT)
            nodes.append(node)
            names += node.output
    if draw.random() < 0.1:
        draw.shuffle(nodes)
    if at:
        nodes.append(helper.make_node("Called", names[-2:], ["inner", "other"], domain="own"))
        names += ["inner", "other"]
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    outputs = [draw.choice(names), *names[-1:]]
    name = "Twice" if at else "Called"
    return helper.make_function("own", name, ["f", "g"], outputs, nodes, opsets, ["axis"])


def _tensor(draw: Random, name: str) -> onnx.TensorProto:
    kind, dims = draw.choice(TYPES), draw.choice(DIMS)
    count = 1
    for axis in dims:
        count *= axis
    return helper.make_tensor(name, kind, dims, [draw.randrange(3) for _ in range(count)])


def _node(draw: Random, at: int, names: list[str]) -> onnx.NodeProto:
    choice = draw.random()
    operator = draw.choice(CHAINED if choice < 0.4 else OPERATORS if choice < 0.85 else ENDS)
    if operator == "Called" and draw.random() < 0.5:
        operator = "Twice"
    inputs = [_input(draw, names) for _ in range(INPUTS.get(operator, draw.randrange(1, 4)))]
    outputs = [f"v{at}", f"v{at}.1", f"v{at}.2"][: OUTPUTS.get(operator, 1)]
    if draw.random() < 0.03:
        outputs[0] = draw.choice([*names, ""])
    more = {"hidden_size": 2} if operator in ("LSTM", "GRU", "RNN") else draw.choice(ATTRIBUTES)
    if operator == "Constant":
        inputs, more = [], {"value": _tensor(draw, draw.choice([outputs[0], ""]))}
    if operator == "If":
        more = {f"{each}_branch": _body(draw, at, names) for each in ("then", "else")}
    if operator == "Loop":
        more = {"body": _body(draw, at, names, (f"i{at}", f"c{at}", f"a{at}", f"b{at}"))}
    plain = operator in ("If", "Loop") or draw.random() < 0.9
    domain = "" if plain else draw.choice(["com.microsoft", "own"])
    if operator in ("Called", "Twice"):
        domain = "own"
    name = draw.choice(["", f"n{at}", f"n{at}", "same"])
    text = draw.choice([None, None, f"line {at}"])
    return helper.make_node(operator, inputs, outputs, name, text, domain, **more)


def _body(draw: Random, at: int, names: list[str], fed: tuple[str, ...] = ()) -> onnx.GraphProto:
    """A graph inside a node, which gives what is around it, as it is or changed."""
    inner = [*names, *fed] if names else [*fed]
    nodes = [
        helper.make_node(draw.choice(CHAINED), [_input(draw, inner) for _ in range(2)], [f"w{at}"])
        for _ in range(draw.randrange(2))
    ]
    inner += [f"w{at}"] * len(nodes)
    given = [_input(draw, inner) for _ in range(3 if fed else 1)]
    values = [
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in some]
        for some in (fed, given)
    ]
    return helper.make_graph(nodes, "body", *values)


def _input(draw: Random, names: list[str]) -> str:
    choice = draw.random()
    if choice < 0.6:
        return draw.choice(names[-5:])
    if choice < 0.85:
        return draw.choice(names[:STORED])
    return draw.choice(["x", "y", "", "nobody", "sparse", f"v{draw.randrange(40)}"])
