"""Finds loop bodies that look like a recurrent cell decomposed by an exporter.

The criterion: a state of the loop is multiplied by a stored matrix, passes through a sigmoid or a
tanh, and ends in a state again. Counters, tokens of a search and caches of an attention are states
too, and none of them takes this path.
"""

from __future__ import annotations

from rnninspect.plugin import Record
from rnninspect_onnx.graph.values import ValueKind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.operators.control import LoopBody
    from rnninspect_onnx.protobuf.messages import NodeProto

# Stages on the path from state to state; a node is at the highest stage of its operands.
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
_MOST_OTHERS = 16  # weights of one cell that do not multiply its states
_STORED = (ValueKind.CONSTANT, ValueKind.CHOSEN, ValueKind.SCALED)


class LoopCell(Record):
    """A loop body that looks like a cell.

    Attributes:
        name: the path of the loop.
        matrices: the values that multiply its states.
        others: the values that multiply its inputs or are added to the products.
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
    """Visits the nodes of a loop body in order; dicts serve as ordered sets."""

    __slots__ = ("_body", "_others", "activations", "levels", "matrices", "others")

    def __init__(self, body: LoopBody) -> None:
        self._body = body
        self._others: dict[str, list[Value]] = {}  # weights in products of other values
        self.levels = dict.fromkeys(body.carried, _STATE)
        self.matrices: dict[Value, None] = {}
        self.others: dict[Value, None] = {}
        self.activations: dict[str, None] = {}

    def visit(self, node: NodeProto) -> None:
        """Record the stage of a node's outputs."""
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
        """The highest stage of a node's operands; 0 if its operator is not on the path."""
        names = node.inputs
        if node.operator == "Where":
            names = node.inputs[1:]
        elif node.operator in _PASSING_THE_FIRST:
            names = node.inputs[:1]
        elif node.operator not in _PASSING:
            return 0
        return max((self.levels.get(name, 0) for name in names), default=0)

    def _product(self, node: NodeProto) -> int:
        """The stage of a product; Gemm adds it to another value."""
        stored = [value for name in node.inputs[:2] for value in self._stored(name)]
        if stored and any(name in self.levels for name in node.inputs[:2]):
            self.matrices.update(dict.fromkeys(stored))
            return _PRODUCT
        found = self._other_weights(node)[:_MOST_OTHERS]
        self._others.update(dict.fromkeys(node.outputs, found))
        addend = node.inputs[2:3] if node.operator.endswith("Gemm") else ()
        return max((self.levels.get(name, 0) for name in addend), default=0)

    def _other_weights(self, node: NodeProto) -> list[Value]:
        """Weights that a node combines with the product of a state: a bias, a kernel of inputs."""
        names = [name for name in node.inputs if name not in self.levels]
        found = [value for name in names for value in self._others.get(name) or self._stored(name)]
        return list(dict.fromkeys(found))

    def _stored(self, name: str) -> list[Value]:
        value = self._body.scope.lookup(name)
        if value is None or value.kind not in _STORED:
            return []
        return [value] if value.offset is not None or value.sources else []
