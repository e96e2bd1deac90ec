"""Tells whether the body of a loop looks like a recurrent cell that an exporter took apart.

The sign is a value that the loop carries round: multiplied by a stored matrix, it goes through a
sigmoid or a tanh, and what comes of that is carried on. Counters, tokens of a search and caches of
an attention are carried too, and none of them goes this way.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.graph.values import ValueKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.operators.control import LoopBody
    from rnninspect_onnx.protobuf.messages import NodeProto

# How far a value has come on the way; of several operands the one that has come farthest counts.
_STATE, _PRODUCT, _ACTIVE = 1, 2, 3

_PRODUCTS = frozenset(
    {
        "MatMul",
        "Gemm",
        "FusedMatMul",
        "FusedGemm",
        "MatMulInteger",
        "MatMulIntegerToFloat",
        "DynamicQuantizeMatMul",
        "MatMulNBits",
    }
)
_SIGMOIDS = frozenset({"Sigmoid", "Tanh", "HardSigmoid"})
_OTHERS_PASSING = """
    Add Sub Mul Div Neg Sum Max Min Clip Relu Softsign LayerNormalization Dropout
    Identity Cast Reshape Flatten Squeeze Unsqueeze Transpose Expand Split Slice Concat
    QuantizeLinear DequantizeLinear DynamicQuantizeLinear
"""
_PASSING = _SIGMOIDS | frozenset(_OTHERS_PASSING.split())
_PASSING_THE_FIRST = frozenset(
    {"Gather", "Split", "Slice", "Reshape", "Expand", "Squeeze", "Unsqueeze"}
)
_MOST_OTHERS = 16  # weights of one cell besides those that multiply its states
_STORED = (ValueKind.CONSTANT, ValueKind.CHOSEN, ValueKind.SCALED)


class LoopCell(Record):
    """What looks like a cell.

    Attributes:
        name: where the loop stands.
        matrices: what multiplies its states.
        others: what multiplies its inputs, and what is added to the products.
        activations: the operators that the products go through.
    """

    name: str
    matrices: tuple[Value, ...]
    others: tuple[Value, ...]
    activations: tuple[str, ...]


def find_cell(name: str, body: LoopBody) -> LoopCell | None:
    """The cell in the body of a loop, if it looks like one."""
    walk = _BodyWalk(body)
    for node in body.scope.graph.nodes:
        walk.visit(node)
    if all(walk.levels.get(result) != _ACTIVE for result in body.carried.values()):
        return None
    matrices = tuple(walk.matrices)
    others = tuple(value for value in walk.others if value not in walk.matrices)
    return LoopCell(name, matrices, others, tuple(sorted(walk.activations)))


class _BodyWalk:
    """Goes through the nodes of a body; dicts serve as sets that keep their order."""

    __slots__ = ("_body", "_others", "activations", "levels", "matrices", "others")

    def __init__(self, body: LoopBody) -> None:
        self._body = body
        self._others: dict[str, list[Value]] = {}  # weights in products of other values
        self.levels = dict.fromkeys(body.carried, _STATE)
        self.matrices: dict[Value, None] = {}
        self.others: dict[Value, None] = {}
        self.activations: dict[str, None] = {}

    def visit(self, node: NodeProto) -> None:
        """Note how far the outputs of a node have come."""
        level = self._reached(node)
        if node.operator in _PRODUCTS:
            level = self._product(node)
        elif node.operator in _SIGMOIDS and level >= _PRODUCT:
            self.activations[node.operator] = None
            level = _ACTIVE
        if level:
            self.levels.update(dict.fromkeys(node.outputs, level))
        if level >= _PRODUCT:
            self.others.update(dict.fromkeys(self._other_weights(node)))
        elif node.operator in _PASSING and not self._others.keys().isdisjoint(node.inputs):
            found = self._other_weights(node)[:_MOST_OTHERS]
            self._others.update(dict.fromkeys(node.outputs, found))

    def _reached(self, node: NodeProto) -> int:
        """How far the operands of a node have come; 0 where it leads off the way."""
        names = node.inputs
        if node.operator == "Where":
            names = node.inputs[1:]
        elif node.operator in _PASSING_THE_FIRST:
            names = node.inputs[:1]
        elif node.operator not in _PASSING:
            return 0
        return max((self.levels.get(name, 0) for name in names), default=0)

    def _product(self, node: NodeProto) -> int:
        """The level of a product, which a Gemm may add to another one."""
        stored = [value for name in node.inputs[:2] for value in self._stored(name)]
        if stored and any(name in self.levels for name in node.inputs[:2]):
            self.matrices.update(dict.fromkeys(stored))
            return _PRODUCT
        found = self._other_weights(node)[:_MOST_OTHERS]
        self._others.update(dict.fromkeys(node.outputs, found))
        addend = node.inputs[2:3] if node.operator.endswith("Gemm") else ()
        return max((self.levels.get(name, 0) for name in addend), default=0)

    def _other_weights(self, node: NodeProto) -> list[Value]:
        """Weights that a node puts beside the product of a state: a bias, a kernel of inputs."""
        names = [name for name in node.inputs if name not in self.levels]
        found = [value for name in names for value in self._others.get(name) or self._stored(name)]
        return list(dict.fromkeys(found))

    def _stored(self, name: str) -> list[Value]:
        value = self._body.scope.lookup(name)
        if value is None or value.kind not in _STORED:
            return []
        return [value] if value.offset is not None or value.sources else []
