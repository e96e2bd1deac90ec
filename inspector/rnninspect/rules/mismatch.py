"""Finds the most specific reason why a stored shape is not the expected one."""

from __future__ import annotations

import math

from rnninspect.cells import BIASES, GATE_COUNTS
from rnninspect.counter import expected_shape
from rnninspect.lean import StrEnum
from rnninspect.model import impossible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.counter import LayerCount, OperandCount


class Reason(StrEnum):
    """Why a shape differs, the most specific first."""

    BIAS = "bias"  # twice or half the expected bias vectors
    AXES = "axes"  # the right sizes in another order
    GATES = "gates"  # right for another number of gates
    LEVEL = "level"  # a level's kernel, right for another input size
    SHAPE = "shape"


def mismatches(counted: LayerCount) -> Iterator[tuple[OperandCount, Reason]]:
    """Operands of a known shape that is not the expected one, each with one reason."""
    for operand in counted.operands:
        shape, expected = operand.operand.shape, operand.expected_shape
        if shape is None or expected is None or shape == expected or impossible(shape):
            continue
        if any(slot.role in counted.layer.roles for slot in operand.operand.slots):
            yield operand, _reason(counted, operand, shape, expected)


def _reason(
    counted: LayerCount, operand: OperandCount, shape: tuple[int, ...], expected: tuple[int, ...]
) -> Reason:
    axes, sizes = operand.operand.axes, counted.layer.sizes
    other_way = sizes._replace(directions=3 - sizes.directions)
    if shape == expected_shape(axes, len(counted.cell.gates), other_way):
        return Reason.SHAPE  # a direction too few or too many, not a bias of another convention
    if all(slot.role in BIASES for slot in operand.operand.slots):
        stored, needed = math.prod(shape), math.prod(expected)
        return Reason.BIAS if stored == 2 * needed or needed == 2 * stored else Reason.SHAPE
    if sorted(shape) == sorted(expected):
        return Reason.AXES
    if any(shape == expected_shape(axes, gates, sizes) for gates in GATE_COUNTS):
        return Reason.GATES
    stack = counted.layer.stack
    if stack is not None and stack.level > 0:
        others = (sizes._replace(input_size=size) for size in set(shape))
        if any(shape == expected_shape(axes, len(counted.cell.gates), other) for other in others):
            return Reason.LEVEL
    return Reason.SHAPE
