"""What constants are kept for, by the operators that read them: scales, zero points, states."""

from __future__ import annotations

from math import prod

from rnninspect.plugin import Purpose
from rnninspect_openvino.elements import QUANTISED
from rnninspect_openvino.layout import OPERATORS
from rnninspect_openvino.values import is_state, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect_openvino.constants import Constant
    from rnninspect_openvino.records import Operator
    from rnninspect_openvino.values import Scope

    Constants = Mapping[Operator, tuple[Constant, ...]]

_SCALING = frozenset({"Multiply", "Subtract", "Divide"})
# Of these inputs a single number is one that the graph calculates with, whatever its rank.
_NUMBERS = {"Multiply": (0, 1), "Divide": (0, 1), "Power": (1,), "Subtract": (0,)}
_RANGES = {"FakeQuantize": range(1, 5), "FakeConvert": range(1, 3)}


def uses_of(found: list[Scope], constants: Constants) -> dict[Operator, Purpose]:
    """The purposes of the constants whose readers say more than their types do."""
    uses: dict[Operator, Purpose] = {}
    for scope in found:
        for operator in scope.network.operators.values():
            for constant, purpose in _read_by(scope, operator, constants):
                uses.setdefault(constant, purpose)
        for constant in _beginnings(scope):
            uses.setdefault(constant, Purpose.STATE)
    return uses


def _read_by(
    scope: Scope, operator: Operator, constants: Constants
) -> Iterator[tuple[Operator, Purpose]]:
    if operator.kind in _SCALING:
        yield from _scaled(scope, operator, constants)
    if operator.kind in _NUMBERS:
        yield from _single(scope, operator, constants)
        return
    states: range | None = None
    if operator.kind in OPERATORS:
        states = range(1, 1 + OPERATORS[operator.kind].states)
    elif operator.kind == "ReadValue":
        states = range(1)
    purpose = Purpose.QUANTISATION if states is None else Purpose.STATE
    for position in _RANGES.get(operator.kind, range(0)) if states is None else states:
        constant = source_of(scope, scope.producer(operator, position))
        if constant is not None:
            yield constant, purpose


def _scaled(
    scope: Scope, operator: Operator, constants: Constants
) -> Iterator[tuple[Operator, Purpose]]:
    """A quantised weight, and its scale or its zero point."""
    pair = [source_of(scope, scope.producer(operator, position)) for position in range(2)]
    if operator.kind == "Multiply" and not _is_quantised(pair[0], constants):
        pair.reverse()
    weight, other = pair
    if weight is not None and other is not None and _is_quantised(weight, constants):
        yield weight, Purpose.PARAMETER
        yield other, Purpose.QUANTISATION


def _single(
    scope: Scope, operator: Operator, constants: Constants
) -> Iterator[tuple[Operator, Purpose]]:
    """Numbers such as the 1 of `1 - z`, to which converters give the rank of the other operand."""
    for position in _NUMBERS[operator.kind]:
        constant = source_of(scope, scope.producer(operator, position))
        parts = () if constant is None else constants.get(constant, ())
        if constant is not None and any(
            len(one.shape) > 1 and prod(one.shape) == 1 for one in parts
        ):
            yield constant, Purpose.CONSTANT


def _is_quantised(operator: Operator | None, constants: Constants) -> bool:
    parts = () if operator is None else constants.get(operator, ())
    return any(part.dtype in QUANTISED for part in parts)


def _beginnings(scope: Scope) -> Iterator[Operator]:
    """The constants that the states of a body start from."""
    if scope.outer is None:
        return
    around, owner = scope.outer
    for parameter in map(scope.network.operators.get, scope.carried):
        port = None if parameter is None else scope.bound.get(parameter.id)
        if parameter is None or port is None or not is_state(scope, parameter):
            continue
        constant = source_of(around, around.at_port(owner, port))
        if constant is not None:
            yield constant
