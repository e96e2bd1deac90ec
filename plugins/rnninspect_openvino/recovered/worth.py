"""Whether a network may contain a cell that was taken apart: a cheap look at its operators.

A state returns in a body, through a variable, through a matrix that is applied twice, or from an
output to an input of the same shape.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect_openvino.values import is_state, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_openvino.tensors import Stored
    from rnninspect_openvino.values import Scope

_FUNCTIONS = frozenset(
    {"Sigmoid", "Tanh", "Relu", "Clamp", "HardSigmoid", "HSigmoid", "SoftSign", "Elu", "Gelu"}
)


def may_contain_cell(found: list[Scope], stored: Stored) -> bool:
    """Whether recognition may find a cell."""
    kinds = {one.kind for scope in found for one in scope.network.operators.values()}
    if "MatMul" not in kinds or not kinds & _FUNCTIONS:
        return False
    return (
        {"ReadValue", "Assign"} <= kinds
        or any(map(_carries, found))
        or any(_repeats(scope, stored) for scope in found)
        or _returns(found[0])
    )


def _carries(scope: Scope) -> bool:
    parameters = map(scope.network.operators.get, scope.carried)
    return any(each is not None and is_state(scope, each) for each in parameters)


def _repeats(scope: Scope, stored: Stored) -> bool:
    """Whether a matrix is used twice; equal constants are stored once."""
    uses: Counter[str] = Counter()
    for operator in scope.network.operators.values():
        if operator.kind == "MatMul":
            constants = (source_of(scope, scope.producer(operator, at)) for at in range(2))
            parts = (part for one in constants if one for part in stored.constants.get(one, ()))
            uses.update(part.identity for part in parts)
    return any(count > 1 for count in uses.values())


def _returns(scope: Scope) -> bool:
    """Whether an output has the shape of an input: of a net of one step, a state."""
    operators = scope.network.operators.values()
    fed = [one.outputs[0].dims for one in operators if one.kind == "Parameter" and one.outputs]
    given = [one.inputs[0].dims for one in operators if one.kind == "Result" and one.inputs]
    return len(fed) > 1 and any(dims in fed for dims in given if len(dims) > 1)
