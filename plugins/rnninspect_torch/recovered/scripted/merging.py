"""What a variable is after a condition that is known at run time alone."""

from __future__ import annotations

from rnninspect.graphs import Value
from rnninspect_torch.recovered.operators.arithmetic import applied
from rnninspect_torch.recovered.operators.values import (
    MISSING,
    UNKNOWN,
    ListValue,
    Structure,
    items_of,
    unwrapped,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.recovered.operators.program import Program

_DEEPEST = 8


def merged(
    program: Program, condition: Value, one: object, other: object, depth: int = 0
) -> object:
    """One of two values; of tensors what `where` gives, of an initial zero the other one."""
    program.graph.expressions.spend(1)
    one, other = unwrapped(one), unwrapped(other)
    if one is other or (isinstance(one, _SIMPLE) and one == other):
        return one
    if one in _NOTHING or other in _NOTHING:
        return other if one in _NOTHING else one
    if isinstance(one, Value) and isinstance(other, Value):
        return _of_tensors(program, condition, one, other)
    first, second = items_of(one), items_of(other)
    if first is not None and second is not None and len(first) == len(second) and depth < _DEEPEST:
        items = [
            merged(program, condition, each, another, depth + 1)
            for each, another in zip(first, second, strict=True)
        ]
        if isinstance(one, Structure):
            return Structure(one.fields, tuple(items))
        return ListValue(items) if isinstance(one, ListValue) else tuple(items)
    return UNKNOWN


_NOTHING = (MISSING, None, UNKNOWN)
_SIMPLE = (Value, bool, int, float, str)  # a tuple may be equal to another in too many ways


def _of_tensors(program: Program, condition: Value, one: Value, other: Value) -> Value:
    for filled, value in ((one, other), (other, one)):
        if program.is_filled(filled):
            program.learn_like(value, filled)
            return value
    found = None
    if len(one.shape) == len(other.shape):
        found = applied(program, "where", condition, one, other)
    return one if found is None else found
