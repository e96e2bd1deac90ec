"""Whether a model may contain a cell that was taken apart: a cheap look at its nodes.

A state returns in a loop, through a stored matrix that is applied twice, or from an output of the
graph to an input of the same shape. Where none of these is, no expression is made.
"""

from __future__ import annotations

from collections import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_onnx.protobuf.decoding import Decoding
    from rnninspect_onnx.protobuf.messages import GraphProto, ModelProto, NodeProto

_PRODUCT_NAMES = """
    MatMul Gemm FusedMatMul TransposeMatMul FusedGemm MatMulInteger MatMulIntegerToFloat
    DynamicQuantizeMatMul MatMulNBits MatMulBnb4 QLinearMatMul QGemm Einsum Conv FusedConv
    QLinearConv ConvInteger
"""
_ACTIVATION_NAMES = """
    Sigmoid Tanh HardSigmoid Relu Clip Softsign Elu Selu Celu LeakyRelu Max Min QLinearSigmoid
    Softplus Abs Erf Exp Gelu FastGelu QuickGelu BiasGelu Mish Swish HardSwish ThresholdedRelu
    PRelu QLinearLeakyRelu FusedGemm FusedConv
"""
_PRODUCTS, _ACTIVATIONS = (
    frozenset(names.split()) for names in (_PRODUCT_NAMES, _ACTIVATION_NAMES)
)
_VIEW_NAMES = """
    Transpose DequantizeLinear QuantizeLinear Cast CastLike Slice Split Identity Reshape Squeeze
    Unsqueeze Concat
"""
_VIEWS = frozenset(_VIEW_NAMES.split())
_LOOPS = frozenset({"Loop", "Scan"})
_LEAST_AXES = 2


def may_contain_cell(model: ModelProto, decoder: Decoding) -> bool:
    """Whether recognition may find a cell."""
    graphs = [model.graph, *(function.body for function in model.functions)]
    kinds = {node.operator for graph in graphs for node in graph.nodes}
    if kinds & _LOOPS or any(function.body.nodes for function in model.functions):
        return True
    if not kinds & _PRODUCTS or not kinds & _ACTIVATIONS:
        return any(_chooses(node) for graph in graphs for node in graph.nodes)
    return _repeats(model.graph) or _returns(model.graph, decoder)


def _chooses(node: NodeProto) -> bool:
    """Whether a branch of an If contains graphs that may loop, or a step."""
    return any(
        inner.operator in _LOOPS or inner.operator in _PRODUCTS or inner.operator == "If"
        for attribute in node.attributes
        for graph in attribute.graphs
        for inner in graph.nodes
    )


def _repeats(graph: GraphProto) -> bool:
    """Whether a stored matrix is used twice."""
    matrices = {tensor.name for tensor in graph.initializers if len(tensor.dims) >= _LEAST_AXES}
    uses: Counter[str] = Counter()
    for node in graph.nodes:
        if node.operator == "Constant":
            tensors = (tensor for attribute in node.attributes for tensor in attribute.tensors)
            if any(len(tensor.dims) >= _LEAST_AXES for tensor in tensors):
                matrices.update(node.outputs[:1])
        elif node.operator in _PRODUCTS:
            uses.update(name for name in node.inputs[:4] if name in matrices)
        elif node.operator in _VIEWS:
            given = [name for name in node.inputs if name in matrices]
            uses.update(given)
            matrices.update(node.outputs if given else ())
    return any(count > 1 for count in uses.values())


def _returns(graph: GraphProto, decoder: Decoding) -> bool:
    """Whether an output has the shape of an input: of a net of one step, a state."""
    stored = {tensor.name for tensor in graph.initializers}
    fed = [name for name in graph.inputs if name not in stored]
    shapes = [decoder.shape(graph.types[name]) for name in fed if name in graph.types]
    inputs = [shape for shape in shapes if shape is not None and len(shape) >= _LEAST_AXES]
    return bool(inputs) and len(fed) > 1 and bool(list(_wide(inputs)))


def _wide(shapes: list[tuple[int | None, ...]]) -> Iterator[tuple[int | None, ...]]:
    for shape in shapes:
        if any(size is not None and size > 1 for size in shape):
            yield shape
