"""Equal constants, which converters store once: one tensor may be the bias of several gates."""

from __future__ import annotations

import math

from rnninspect.plugin import Fate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Operand


def merge_constants(operands: Iterable[Operand]) -> tuple[Operand, ...]:
    """Operands in their order; those of one slot over one tensor become one.

    It then has the tensor's elements as often as it is used. What another slot has, too, is counted
    as merged.
    """
    merged: dict[object, Operand] = {}
    seen: set[str] = set()
    for at, operand in enumerate(operands):
        if operand.fate is not Fate.STORED or len(operand.tensors) != 1 or operand.shape is None:
            merged[at] = operand
            continue
        identity = operand.tensors[0].identity
        key = (operand.slots, identity, operand.shape)
        elements = math.prod(operand.shape)
        first = merged.get(key)
        if first is not None:
            merged[key] = _once_more(first, operand)
        elif identity in seen:
            merged[key] = operand._replace(merged=elements)
        else:
            merged[key] = operand
        seen.add(identity)
    return tuple(merged.values())


def _once_more(first: Operand, operand: Operand) -> Operand:
    """An operand with the units of another one below its own."""
    units, *rest = operand.shape or ()
    times = (first.shape or (0,))[0] // units + 1 if units else 1
    axes = operand.axes
    return first._replace(
        axes=((times, *axes[0]), *axes[1:]) if axes else (),
        shape=(times * units, *rest),
        merged=first.merged + math.prod(operand.shape or ()),
    )
