"""The sizes of a fused operator: by its input and its states, else by its weights."""

from __future__ import annotations

from rnninspect.plugin import LARGEST_SIZE, Origin, Record, Role, Sizes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_tflite.layout import Direction, Fused
    from rnninspect_tflite.operators.values import Call, Value

_MATRIX = 2


class Measured(Record):
    """Sizes, and which of them were read off the weights; None where they cannot be known."""

    sizes: Sizes | None
    origin: Origin = Origin.DECLARED
    inferred: tuple[str, ...] = ()


def measure(call: Call, fused: Fused) -> Measured:
    """The sizes of one run of a fused operator; both directions have the same."""
    direction = fused.directions[0]
    hidden = _last(call.input(direction.hidden))
    inputs = _last(call.input(0))
    auxiliary = None if fused.auxiliary is None else call.input(fused.auxiliary)
    inferred: list[str] = []
    if hidden is None:
        hidden = _common(_units(call, direction))
        inferred.append("hidden_size")
    if inputs is None:
        inputs = _common(_widths(call, direction, Role.KERNEL))
        inferred.append("input_size")
    if auxiliary is not None and inputs is not None:
        inputs += _last(auxiliary) or 0
    if inputs is None or hidden is None or max(inputs, hidden) > LARGEST_SIZE:
        return Measured(None)
    projection = _projection(call, direction)
    sizes = Sizes(inputs, hidden, projection, directions=len(fused.directions))
    return Measured(sizes, Origin.INFERRED if inferred else Origin.DECLARED, tuple(inferred))


def _projection(call: Call, direction: Direction) -> int | None:
    """What the state is projected to, where there is a matrix for it."""
    for weight in direction.weights:
        value = call.input(weight.position) if Role.PROJECTION in weight.roles else None
        if value is not None:
            declared = _last(call.input(direction.fed_back))
            return declared or (value.shape[0] if value.shape else None)
    return None


def _last(value: Value | None) -> int | None:
    return value.shape[-1] or None if value is not None and value.shape else None


def _units(call: Call, direction: Direction) -> Iterable[int]:
    for weight in direction.weights:
        value = call.input(weight.position)
        if value is not None and weight.gate and value.shape and value.shape[0]:
            yield value.shape[0]


def _widths(call: Call, direction: Direction, role: Role) -> Iterable[int]:
    for weight in direction.weights:
        value = call.input(weight.position)
        if value is not None and weight.roles == (role,) and len(value.shape) == _MATRIX:
            yield value.shape[1] or 0


def _common(numbers: Iterable[int]) -> int | None:
    """The number that occurs most often."""
    found = [number for number in numbers if number > 0]
    return max(found, key=found.count) if found else None
