"""Loops whose bodies are no recurrent operator, and calculate like one.

The criterion: a body gives a state to its next iteration, multiplies by a stored matrix, and has a
sigmoid or a tanh. Counters of loops and caches of an attention do not.
"""

from __future__ import annotations

from rnninspect.plugin import Purpose, SkippedLayer, no_formula
from rnninspect_openvino.layers import is_recurrent
from rnninspect_openvino.values import is_state, weight_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_openvino.tensors import Stored
    from rnninspect_openvino.values import Scope

_PRODUCTS = frozenset({"MatMul", "FullyConnected", "Gemm", "InnerProduct", "Convolution"})
_GATES = frozenset({"Sigmoid", "Tanh", "TanH", "HSigmoid", "HardSigmoid", "Activation"})
_ADDED = frozenset({"Add", "Subtract", "Multiply"})


def suspects(
    source: Source, found: list[Scope], stored: Stored, taken: frozenset[str]
) -> Iterator[SkippedLayer]:
    """The loops with a step in which no cell was recognised, and the weights in it.

    Args:
        source: the file.
        found: the network and all bodies.
        stored: the constants.
        taken: the identities of the tensors of the cells that were recognised.
    """
    for scope in found:
        if scope.outer is None or not _may_be_cell(scope):
            continue
        tensors = _weights(source, scope, stored)
        if tensors and taken.isdisjoint(each.identity for each in tensors):
            owner = scope.outer[1]
            name = scope.path.rstrip("/")
            reason = no_formula("the operators of its body")
            yield SkippedLayer(name, owner.kind, reason, tensors)


def _may_be_cell(scope: Scope) -> bool:
    operators = scope.network.operators
    kinds = {operator.kind for operator in operators.values()}
    if not kinds & _PRODUCTS or not kinds & _GATES:
        return False
    if any(is_recurrent(operator) for operator in operators.values()):
        return False
    parameters = (operators.get(each) for each in scope.carried)
    return any(each is not None and is_state(scope, each) for each in parameters)


def _weights(source: Source, scope: Scope, stored: Stored) -> tuple[StoredTensor, ...]:
    """The stored weights that products and sums of a body read."""
    tensors: dict[str, StoredTensor] = {}
    has_product = False
    for operator in scope.network.operators.values():
        if operator.kind not in _PRODUCTS and operator.kind not in _ADDED:
            continue
        given = (
            weight_at(source, scope, operator, position) for position in range(len(operator.inputs))
        )
        constants = (constant for each in given if each for _, constant in each.constants)
        parts = [tensor for one in (operator, *constants) for tensor in stored.of(one)]
        weights = [tensor for tensor in parts if tensor.purpose is Purpose.PARAMETER]
        has_product |= bool(weights) and operator.kind in _PRODUCTS
        tensors.update((tensor.identity, tensor) for tensor in weights)
    return tuple(tensors.values()) if has_product else ()
