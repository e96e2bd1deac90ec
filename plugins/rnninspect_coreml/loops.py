"""Loops that look like a recurrent cell: a product of what they carry leads back to it."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Sequence


class Step(Record):
    """A layer or an operation in the body of a loop.

    Attributes:
        name: its own name.
        inputs: names of the values that it reads.
        outputs: names of those that it gives.
        is_product: whether it multiplies by stored weights.
        is_activation: whether it is a function such as sigmoid.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    is_product: bool
    is_activation: bool


def products_of_state(
    steps: Sequence[Step], carried: Collection[str], handed_on: Collection[str]
) -> frozenset[str]:
    """The names of the products on the way from what a turn is given to what it hands on.

    None if there is no such way, or no activation in the loop.
    """
    if not any(step.is_activation for step in steps):
        return frozenset()
    reached = _reached(steps, carried)
    products = [step for step in steps if step.is_product and not reached.isdisjoint(step.inputs)]
    after = _reached(steps, [name for step in products for name in step.outputs])
    return frozenset() if after.isdisjoint(handed_on) else frozenset(one.name for one in products)


def _reached(steps: Sequence[Step], starts: Collection[str]) -> set[str]:
    """The values that are computed from some."""
    found = set(starts)
    for step in steps:
        if not found.isdisjoint(step.inputs):
            found.update(step.outputs)
    return found
