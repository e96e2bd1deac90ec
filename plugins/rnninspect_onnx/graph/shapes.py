"""Arithmetic on shapes of which some axes are unknown, and views of a node's first input."""

from __future__ import annotations

import math
from itertools import zip_longest

from rnninspect_onnx.graph.values import UNKNOWN, Value, view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Integers


def product(sizes: Sequence[int | None]) -> int | None:
    """The elements of a shape; None if an axis is unknown."""
    known = [size for size in sizes if size is not None]
    return math.prod(known) if len(known) == len(sizes) else None


def normalised_axes(axes: Integers, rank: int) -> set[int] | None:
    """Axes counted from the front; None if one is unknown or out of range."""
    positions = {axis + rank if axis < 0 else axis for axis in axes if axis is not None}
    fits = None not in axes and all(0 <= position < rank for position in positions)
    return positions if fits else None


def normalised_axis(axis: int, rank: int) -> int | None:
    """One axis counted from the front; None if it is out of range."""
    positions = normalised_axes((axis,), rank)
    return min(positions) if positions else None


def added(*sizes: int | None) -> int | None:
    """The sum of sizes, at least 0; None if one is unknown."""
    known = [size for size in sizes if size is not None]
    return max(sum(known), 0) if len(known) == len(sizes) else None


def broadcast(shapes: Iterable[Dims | None]) -> Dims | None:
    """The common shape of operands, by numpy's rules; None if a rank is unknown.

    An axis of unknown size next to one of a size other than 1 has that size, or the shapes differ.
    """
    known = list(shapes)
    if any(shape is None for shape in known):
        return None
    result: list[int | None] = []
    for sizes in zip_longest(*(reversed(shape or ()) for shape in known), fillvalue=1):
        wide = {size for size in sizes if size not in (1, None)}
        unknown = None if None in sizes or wide else 1
        result.append(wide.pop() if len(wide) == 1 else unknown)
    return tuple(reversed(result))


def common(shapes: Iterable[Dims | None]) -> Dims | None:
    """The common shape of values; an axis is unknown where they differ in it."""
    known: list[Dims] = []
    for shape in shapes:
        if shape is None or (known and len(shape) != len(known[0])):
            return None
        known.append(shape)
    if not known:
        return None
    return tuple(
        sizes[0] if sizes.count(sizes[0]) == len(sizes) else None
        for sizes in zip(*known, strict=True)
    )


def view_of_input(
    call: Call, shape: Dims | None, integers: Integers | None = None
) -> tuple[Value, ...]:
    """The output of a node that only rearranges its first input."""
    source = call.input(0)
    return (UNKNOWN if source is None else view((source,), shape, integers),)


def integers_of_input(call: Call) -> Integers | None:
    """The elements of the first input, if it is a small constant of integers."""
    source = call.input(0)
    return None if source is None else source.integers
