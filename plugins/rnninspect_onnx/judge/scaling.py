"""The scale and zero point of weights that are multiplied as integers."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    import onnx

_FUSED = {  # the positions of the weights, their scale and their zero point
    "DynamicQuantizeMatMul": (1, 2, 3),
    "MatMulIntegerToFloat": (1, 3, 5),
}
_PLAIN, _WEIGHTS, _ZERO_POINT = "MatMulInteger", 1, 3


class Scaling(Record):
    """Names of a scale and of a zero point; an empty zero point is 0."""

    scale: str
    zero_point: str


def scaling_of(name: str, graph: onnx.GraphProto) -> Scaling | None:
    """What makes floats of the integers with this name; None where that is not found."""
    for node in graph.node:
        places = _FUSED.get(node.op_type)
        if places is not None and _input(node, places[0]) == name:
            return Scaling(_input(node, places[1]), _input(node, places[2]))
        if node.op_type == _PLAIN and _input(node, _WEIGHTS) == name:
            scale = next(_scales(node.output[0], graph), None)
            return None if scale is None else Scaling(scale, _input(node, _ZERO_POINT))
    return None


def _scales(product: str, graph: onnx.GraphProto) -> Iterator[str]:
    """Stored numbers among the factors by which a product of integers is scaled."""
    stored = {tensor.name for tensor in graph.initializer}
    makers = {name: node for node in graph.node for name in node.output}
    for node in graph.node:
        if product not in node.input:
            continue
        if node.op_type == "Cast":
            yield from _scales(node.output[0], graph)
        elif node.op_type == "Mul":
            other = next(name for name in (*node.input, "") if name != product)
            maker = makers.get(other)
            factors = [other] if maker is None or maker.op_type != "Mul" else maker.input
            yield from (name for name in factors if name in stored)


def _input(node: onnx.NodeProto, position: int) -> str:
    return node.input[position] if position < len(node.input) else ""
