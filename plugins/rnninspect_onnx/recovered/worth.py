"""Whether a model may contain a cell that was taken apart: a cheap look at its nodes.

A state returns in a loop, through a stored matrix that is applied twice, or from an output of the
graph to an input. Where none of these is, no expression is made.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.plugin import Limit
from rnninspect_onnx.protobuf.initializers import Initializers
from rnninspect_onnx.recovered.returning import returns

TYPE_CHECKING = False
if TYPE_CHECKING:
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
_CHOSEN = _LOOPS | _PRODUCTS | {"If"}  # what makes a branch one that may hold a step
_WITH_GRAPHS = frozenset({"If", "SequenceMap", "BeamSearch", "GreedySearch", "Sampling"})
_LEAST_AXES = 2


def may_contain_cell(model: ModelProto, decoder: Decoding) -> bool:
    """Whether recognition may find a cell."""
    graphs = [model.graph, *(function.body for function in model.functions)]
    kinds = {operator for graph in graphs for operator in graph.nodes.operators}
    if kinds & _LOOPS:
        return True
    if kinds & _WITH_GRAPHS and any(
        _chooses(node) for graph in graphs for node in graph.nodes.holders
    ):
        return True
    if not kinds & _PRODUCTS or not kinds & _ACTIVATIONS:
        return False
    if any(function.body.nodes for function in model.functions):
        return True  # each call applies its matrices again
    decoder.source.spend(Limit.STEPS, len(model.graph.nodes) // 2)  # most are passed over
    return _repeats(model.graph) or returns(model.graph, decoder, _PRODUCTS, _ACTIVATIONS)


def nodes_within(model: ModelProto) -> int:
    """The nodes of a model's graph, its functions, and the graphs inside those."""
    graphs = [model.graph, *(function.body for function in model.functions)]
    for each in graphs:  # which grows
        graphs += [
            graph
            for node in each.nodes.holders
            for attribute in node.attributes
            for graph in attribute.graphs
        ]
    return sum(len(each.nodes) for each in graphs)


def _chooses(node: NodeProto) -> bool:
    """Whether a branch of an If contains graphs that may loop, or a step."""
    return any(
        not graph.nodes.operators.isdisjoint(_CHOSEN)
        for attribute in node.attributes
        for graph in attribute.graphs
    )


def _repeats(graph: GraphProto) -> bool:
    """Whether a stored matrix is used twice."""
    matrices = set(graph.initializers.named(_LEAST_AXES))
    constants: set[str] = set()
    for part in graph.nodes.storing:
        if isinstance(part, Initializers):
            constants.update(part.named(_LEAST_AXES))
        elif _is_matrix(part):
            constants.add(part.outputs[0])
    uses: Counter[str] = Counter()
    for node in graph.nodes.links(_PRODUCTS | _VIEWS | {"Constant"}):
        if node.operator == "Constant":
            matrices.update(constants.intersection(node.outputs[:1]))
        elif node.operator in _PRODUCTS:
            uses.update(name for name in node.inputs[:4] if name in matrices)
        else:
            given = [name for name in node.inputs if name in matrices]
            uses.update(given)
            matrices.update(node.outputs if given else ())
    return any(count > 1 for count in uses.values())


def _is_matrix(node: NodeProto) -> bool:
    """Whether a node is a constant matrix."""
    if node.operator != "Constant" or not node.outputs:
        return False
    tensors = (tensor for attribute in node.attributes for tensor in attribute.tensors)
    return any(len(tensor.dims) >= _LEAST_AXES for tensor in tensors)
