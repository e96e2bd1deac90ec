"""Makes one layer of those that share their stored weights, and gives each a name of its own."""

from __future__ import annotations

import math

from rnninspect.lean import Counter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.model import Operand, RecurrentLayer, StoredTensor


def merge_shared(layers: Iterable[RecurrentLayer]) -> tuple[RecurrentLayer, ...]:
    """Make one of the layers that use the very same stored tensors in the same slots.

    A layer that stores nothing (its weights are inputs) is never merged.
    """
    known = tuple(layers)
    used = [_identities(layer) for layer in known]
    shared = _in_several(used)
    if not shared:
        return known
    merged: dict[object, RecurrentLayer] = {}
    for position, (layer, own) in enumerate(zip(known, used, strict=True)):
        key = position if shared.isdisjoint(own) else _weights_key(layer) or position
        first = merged.get(key)
        merged[key] = layer if first is None else _used_again(first, layer)
    return tuple(merged.values())


def _identities(layer: RecurrentLayer) -> set[str]:
    return {tensor.identity for operand in layer.operands for tensor in operand.tensors}


def _in_several(used: Iterable[set[str]]) -> set[str]:
    """The identities that are in more than one of the sets."""
    seen: set[str] = set()
    again: set[str] = set()
    for own in used:
        again |= seen & own
        seen |= own
    return again


def _used_again(first: RecurrentLayer, other: RecurrentLayer) -> RecurrentLayer:
    """The first layer with these weights, and the other one's name, with its root if different."""
    in_another = other.root is not None and other.root != first.root
    name = f"{other.root}: {other.name}" if in_another else other.name
    return first._replace(also_at=(*first.also_at, name))


def name_uniquely(layers: Iterable[RecurrentLayer]) -> Iterable[RecurrentLayer]:
    """Give layers of one name different ones: by their root, else by their number."""
    known = tuple(layers)
    total = Counter([layer.name for layer in known])
    if len(total) == len(known):
        return known
    return _renamed(known, total)


def _renamed(layers: Iterable[RecurrentLayer], total: Counter[str]) -> Iterable[RecurrentLayer]:
    seen: Counter[str] = Counter()
    for layer in layers:
        name = f"{layer.root}: {layer.name}" if layer.root and total[layer.name] > 1 else layer.name
        seen[name] += 1
        name = name if seen[name] == 1 else f"{name} ({seen[name]})"
        yield layer if name == layer.name else layer._replace(name=name)


def _part(operand: Operand, tensor: StoredTensor) -> str:
    """Which part of a buffer an operand is; empty where it is all of its tensor."""
    shape = operand.shape
    is_part = not operand.axes and shape is not None and math.prod(shape) < tensor.parameters
    return operand.name if is_part else ""


def _weights_key(layer: RecurrentLayer) -> object:
    fillings = frozenset(
        (slot, tensor.identity, _part(operand, tensor))
        for operand in layer.operands
        for tensor in operand.tensors
        for slot in operand.slots
    )
    return (layer.cell, layer.sizes, fillings) if fillings else None
