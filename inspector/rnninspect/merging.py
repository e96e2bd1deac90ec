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
    merged: dict[object, RecurrentLayer] = {}
    for position, layer in enumerate(layers):
        key = _weights_key(layer) or position
        first = merged.get(key)
        merged[key] = layer if first is None else _used_again(first, layer)
    return tuple(merged.values())


def _used_again(first: RecurrentLayer, other: RecurrentLayer) -> RecurrentLayer:
    """The first layer with these weights, and the other one's name, with its root if different."""
    in_another = other.root is not None and other.root != first.root
    name = f"{other.root}: {other.name}" if in_another else other.name
    return first._replace(also_at=(*first.also_at, name))


def name_uniquely(layers: Iterable[RecurrentLayer]) -> Iterable[RecurrentLayer]:
    """Give layers of one name different ones: by their root, else by their number."""
    seen: Counter[str] = Counter()
    known = tuple(layers)
    total = Counter(layer.name for layer in known)
    for layer in known:
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
