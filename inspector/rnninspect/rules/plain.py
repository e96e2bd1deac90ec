"""Tells the layers that most rules need not look at from the others."""

from __future__ import annotations

from rnninspect.model import Fate

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.counter import LayerCount, SlotCount


def is_plain(counted: LayerCount) -> bool:
    """Whether all weights of a layer are stored in the expected shapes, and nothing else is.

    A weight may be several tensors, or several weights one, if their elements add up. Then no rule
    that compares the layer's weights with its formula can be broken.
    """
    slots = 0
    for operand in counted.operands:
        given = operand.operand
        if given.fate is not Fate.STORED or given.shape != operand.expected_shape:
            return False
        if operand.parameters != operand.expected or not given.slots:
            return False
        slots += len(given.slots)
    roles = counted.layer.roles
    for slot in counted.slots:
        if slot.slot.role not in roles or not _adds_up(slot, counted):
            return False
        slots -= len(slot.operands)
    return not slots and not counted.layer.extras


def _adds_up(slot: SlotCount, counted: LayerCount) -> bool:
    """Whether what fills a slot has the expected elements, for all slots that it fills together."""
    if len(slot.operands) == 1 and len(slot.operands[0].operand.slots) > 1:
        fused = slot.operands[0]
        together = [each for each in counted.slots if each.slot in fused.operand.slots]
        return fused.parameters == sum([each.expected for each in together])
    if not slot.operands or max([len(each.operand.slots) for each in slot.operands]) > 1:
        return False
    return slot.expected == sum([each.parameters for each in slot.operands])
