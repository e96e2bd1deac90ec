"""Positions of numbered weights: dynamic quantisation numbers level × directions + direction."""

from __future__ import annotations

from rnninspect.plugin import Role
from rnninspect_torch.networks.weights import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.networks.records import DeclaredModule
    from rnninspect_torch.networks.weights import WeightGroup


def assign_positions(group: WeightGroup, declared: DeclaredModule | None) -> None:
    """Give each numbered weight its level and direction."""
    if not group.indexed:
        return
    directions = _directions(group)
    if declared is not None and type(declared.attributes.get("bidirectional")) is bool:
        directions = 2 if declared.attributes["bidirectional"] else 1
    for (index, role), weight in group.indexed.items():
        position = Position(index // directions, index % directions, role)
        group.weights.setdefault(position, weight)
    group.indexed.clear()


def _directions(group: WeightGroup) -> int:
    """Two if the second kernel is as wide as the first one, and the third one twice the state.

    With two kernels and equal widths of input and state, both answers have the same weights; two
    levels are more common.
    """
    kernels = [_width(group, index, Role.KERNEL) for index in range(3)]
    state = _width(group, 0, Role.RECURRENT_KERNEL)
    if kernels[1] is None or state is None:
        return 1
    if kernels[2] is not None:
        return 2 if kernels[2] == 2 * state else 1
    return 2 if kernels[1] == kernels[0] != state else 1


def _width(group: WeightGroup, index: int, role: Role) -> int | None:
    weight = group.indexed.get((index, role))
    shape = weight.shape if weight else None
    return shape[1] if shape is not None and len(shape) == 2 else None
