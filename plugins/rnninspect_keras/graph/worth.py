"""Whether a graph may contain recurrent layers: a cheap look at its nodes.

An operator is a layer by itself, or a state returns: in a loop, through a matrix that is used
twice, or from an output of the graph to an input. Where none of these is, the graph is not run.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect_keras.graph.operators.fused import FUSED
from rnninspect_keras.graph.running.order import RETURNS, node_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_keras.graph.messages.records import GraphDef, Node

_PRODUCT_NAMES = """
    MatMul BatchMatMul BatchMatMulV2 BatchMatMulV3 SparseMatMul QuantizedMatMul Einsum _FusedMatMul
    _MklMatMul _MklFusedMatMul _MklNativeFusedMatMul
"""
_ACTIVATION_NAMES = """
    Sigmoid Tanh Relu Relu6 Elu Selu LeakyRelu Softsign Softplus ClipByValue Minimum Maximum
    _FusedMatMul
"""
_PRODUCTS, _ACTIVATIONS = (
    frozenset(names.split()) for names in (_PRODUCT_NAMES, _ACTIVATION_NAMES)
)
_LOOPS = frozenset({"While", "StatelessWhile", *RETURNS})
_COPIES = frozenset({"Identity", "ReadVariableOp", "Enter", "Cast", "Transpose", "Dequantize"})
_PLACEHOLDERS = frozenset({"Placeholder", "PlaceholderV2", "PlaceholderWithDefault"})
_CALLS = frozenset({"PartitionedCall", "StatefulPartitionedCall"})
_LONGEST_WAY = 4


def may_contain_layer(graph: GraphDef) -> bool:
    """Whether it is worth while to run the graph."""
    bodies = [graph.nodes, *(function.nodes for function in graph.functions.values())]
    kinds = {node.operator for nodes in bodies for node in nodes}
    if kinds & FUSED.keys() or kinds & _LOOPS:
        return True
    if not kinds & _PRODUCTS or not kinds & _ACTIVATIONS:
        return False
    fed = sum(node.operator in _PLACEHOLDERS for node in graph.nodes)
    return fed > 1 or _calls_again(bodies) or any(_repeats(nodes) for nodes in bodies)


def _calls_again(bodies: Sequence[Sequence[Node]]) -> bool:
    """Whether a function is called more than once: each time with the same weights, perhaps."""
    calls = Counter(
        node.function("f") for nodes in bodies for node in nodes if node.operator in _CALLS
    )
    return any(count > 1 for name, count in calls.items() if name)


def _repeats(nodes: Sequence[Node]) -> bool:
    """Whether products read the same value twice, be it by way of copies."""
    copies = {
        node.name: node_of(node.inputs[0])
        for node in nodes
        if node.operator in _COPIES and node.inputs
    }
    uses: Counter[str] = Counter()
    for node in nodes:
        if node.operator in _PRODUCTS and "gradients" not in node.name:
            for reference in node.inputs[:2]:
                name = node_of(reference)
                for _ in range(_LONGEST_WAY):
                    name = copies.get(name, name)
                uses[name] += 1
    constant = {node.name for node in nodes if node.operator in _STORED}
    return any(count > 1 and (name in constant or not constant) for name, count in uses.items())


_STORED = frozenset({"Const", "Variable", "VariableV2", "VarHandleOp", "_Arg"})
