"""Loops that look like a recurrent cell: a product of what they carry that returns to it."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from rnninspect_tflite.operators.values import Value
    from rnninspect_tflite.schema.records import Operator, Subgraph, Tensor

_PRODUCTS = {
    **dict.fromkeys(("FULLY_CONNECTED", "BATCH_MATMUL"), 1),
    **dict.fromkeys(("CONV_2D", "DEPTHWISE_CONV_2D", "CONV_3D"), 1),
}
"""Operators and the position of their weight."""
_ACTIVATIONS = {"LOGISTIC": "sigmoid", "TANH": "tanh", "HARD_SWISH": "hard swish"}
_FLOATS = (0, 1, 10)  # element types
_LONGEST_TRACE = 8


class Suspect(Record):
    """A loop by name, the matrices that multiply what it carries, and its activations."""

    name: str
    matrices: tuple[Tensor, ...]
    activations: tuple[str, ...]


def suspect(
    name: str, body: Subgraph, given: dict[int, Value], carried: Collection[int]
) -> Suspect | None:
    """The loop, if a product with an activation leads from what it carries back to that.

    Args:
        name: the loop's.
        body: what it repeats.
        given: the values of the body's inputs, by their indices.
        carried: positions of the inputs that change.
    """
    activations = {
        _ACTIVATIONS[each.name]: None for each in body.operators if each.name in _ACTIVATIONS
    }
    starts = [body.inputs[at] for at in carried if at < len(body.outputs)]
    starts = [at for at in starts if body.tensors[at].element_type in _FLOATS]
    if not activations or not starts:
        return None
    reached = _reached(body.operators, starts)
    products = [
        each
        for each in body.operators
        if each.name in _PRODUCTS and len(each.inputs) > 1 and each.inputs[0] in reached
    ]
    after = _reached(body.operators, [at for each in products for at in each.outputs])
    if not any(body.outputs[at] in after for at in carried if at < len(body.outputs)):
        return None
    matrices = {
        leaf.key: leaf
        for each in products
        for leaf in _stored(body, given, each.inputs[_PRODUCTS[each.name]])
    }
    return Suspect(name, tuple(matrices.values()), tuple(activations)) if matrices else None


def _reached(operators: Collection[Operator], starts: Collection[int]) -> set[int]:
    """The tensors that are computed from some; operators are in the order in which they run."""
    found = set(starts)
    for operator in operators:
        if not found.isdisjoint(operator.inputs):
            found.update(operator.outputs)
    found.discard(-1)
    return found


def _stored(body: Subgraph, given: dict[int, Value], index: int) -> tuple[Tensor, ...]:
    """The stored tensors of a weight, through copies of it."""
    makers = {at: each for each in body.operators for at in each.outputs}
    for _ in range(_LONGEST_TRACE):
        if index in given:
            return given[index].leaves
        maker = makers.get(index)
        if maker is None or not maker.inputs:
            return (body.tensors[index],) if index >= 0 and maker is None else ()
        index = maker.inputs[0]
    return ()
