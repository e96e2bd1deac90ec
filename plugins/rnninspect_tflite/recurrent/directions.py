"""Two layers that read one sequence from both ends, as converters write a bidirectional layer."""

from __future__ import annotations

from rnninspect_tflite.recurrent.merged import merge_constants

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.plugin import RecurrentLayer
    from rnninspect_tflite.operators.readings import Reading

    Read = tuple[RecurrentLayer, frozenset[Reading]]

_MOST_COMPARED = 200  # layers


def pair_directions(layers: Sequence[Read]) -> tuple[RecurrentLayer, ...]:
    """The layers in their order, of which two that agree and read from both ends are one."""
    found: list[RecurrentLayer] = []
    left = list(layers)
    both = _read_both_ways(left)
    while left:
        layer, readings = left.pop(0)
        others = [] if both.isdisjoint(readings) else left[:_MOST_COMPARED]
        other = next((each for each in others if _are_opposite((layer, readings), each)), None)
        if other is None:
            found.append(layer)
            continue
        left.remove(other)
        is_first = any(not turned and (at, True) in other[1] for at, turned in readings)
        found.append(_both(layer, other[0]) if is_first else _both(other[0], layer))
    return tuple(found)


def _read_both_ways(layers: Iterable[Read]) -> frozenset[Reading]:
    """The readings of a sequence that is also read from its other end."""
    every = {reading for _, readings in layers for reading in readings}
    return frozenset([(at, turned) for at, turned in every if (at, not turned) in every])


def _are_opposite(one: Read, other: Read) -> bool:
    layer, second = one[0], other[0]
    alike = (layer.cell, layer.sizes, layer.roles, layer.kind, layer.convention)
    if alike != (second.cell, second.sizes, second.roles, second.kind, second.convention):
        return False
    if layer.sizes.directions != 1:
        return False
    return any((at, not turned) in other[1] for at, turned in one[1])


def _both(forward: RecurrentLayer, backward: RecurrentLayer) -> RecurrentLayer:
    operands = (
        *forward.operands,
        *(
            operand._replace(slots=tuple(slot._replace(direction=1) for slot in operand.slots))
            for operand in backward.operands
        ),
    )
    return forward._replace(
        name=_name(forward.name, backward.name),
        kind=f"Bidirectional({forward.kind})",
        sizes=forward.sizes._replace(directions=2),
        operands=merge_constants(operands),
        pieces=(*forward.pieces, *(each._replace(direction=1) for each in backward.pieces)),
    )


def _name(forward: str, backward: str) -> str:
    """The name of the layer around both, where their own names say that."""
    around, _, leaf = forward.rpartition("/")
    if around and backward.rpartition("/")[0] == around and leaf.startswith("forward"):
        return around
    return forward
