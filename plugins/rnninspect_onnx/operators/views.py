"""Operators that return the elements of their first input in another shape.

Each function takes a Call and returns the values of the node's outputs. Facts: the operators'
definitions at https://onnx.ai/onnx/operators, old versions (axes, bounds and sizes as
attributes) included.
"""

from __future__ import annotations

import math

from rnninspect_onnx.graph.shapes import (
    added,
    broadcast,
    integers_of_input,
    normalised_axes,
    normalised_axis,
    product,
    view_of_input,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims, Integers, Value


def same(call: Call) -> tuple[Value, ...]:
    """Identity, Cast, DequantizeLinear …: the elements of the first input, in its shape."""
    return view_of_input(call, call.shape(), integers_of_input(call))


def reshape(call: Call) -> tuple[Value, ...]:
    """Reshape: 0 copies an axis, -1 is the remaining elements."""
    target = call.integers("shape", 1)
    if target is None:
        return view_of_input(call, None, integers_of_input(call))
    zeros = {axis for axis, size in enumerate(target) if size == 0}
    copied = set() if call.number("allowzero", 0) == 1 else zeros
    return view_of_input(call, _reshaped(call.shape(), target, copied), integers_of_input(call))


def _reshaped(shape: Dims | None, target: Integers, copied: Collection[int]) -> Dims:
    result = list(target)
    for axis in copied:
        result[axis] = shape[axis] if shape is not None and axis < len(shape) else None
    if -1 in target:
        result[target.index(-1)] = _left_over(shape, target, copied)
    return tuple(size if size is not None and size >= 0 else None for size in result)


def _left_over(shape: Dims | None, target: Integers, copied: Collection[int]) -> int | None:
    """The size for -1; copied axes cancel, even where their sizes are unknown."""
    if shape is None or None in target:
        return None
    left = [size for axis, size in enumerate(shape) if axis not in copied]
    elements = product(left)
    others = math.prod(size for size in target if size is not None and size > 0)
    return elements // others if elements is not None and elements % others == 0 else None


def unsqueeze(call: Call) -> tuple[Value, ...]:
    """Unsqueeze: an axis of size 1 at each given position."""
    shape, axes = call.shape(), call.integers("axes", 1)
    if shape is None or axes is None:
        return view_of_input(call, None, integers_of_input(call))
    positions = normalised_axes(axes, len(shape) + len(axes))
    if positions is None or len(positions) != len(axes):
        return view_of_input(call, None, integers_of_input(call))
    sizes = iter(shape)
    result = (1 if axis in positions else next(sizes) for axis in range(len(shape) + len(axes)))
    return view_of_input(call, tuple(result), integers_of_input(call))


def squeeze(call: Call) -> tuple[Value, ...]:
    """Squeeze: without the given axes, or without all axes of size 1."""
    shape, axes = call.shape(), call.integers("axes", 1)
    dropped: set[int] | None = None
    if shape is not None and axes is not None:
        dropped = normalised_axes(axes, len(shape))
    elif shape is not None and None not in shape and call.input(1) is None:
        dropped = {axis for axis, size in enumerate(shape) if size == 1}
    if shape is None or dropped is None:
        return view_of_input(call, None, integers_of_input(call))
    kept = (size for axis, size in enumerate(shape) if axis not in dropped)
    return view_of_input(call, tuple(kept), integers_of_input(call))


def flatten(call: Call) -> tuple[Value, ...]:
    """Flatten: two axes, the product of those before `axis` and of the rest."""
    shape, axis = call.shape(), call.number("axis", 1)
    if shape is None or not -len(shape) <= axis <= len(shape):
        return view_of_input(call, (None, None))
    return view_of_input(call, (product(shape[:axis]), product(shape[axis:])))


def transpose(call: Call) -> tuple[Value, ...]:
    """Transpose: the axes in the order `perm`, or reversed."""
    shape, order = call.shape(), call.attribute("perm")
    if shape is None:
        return view_of_input(call, None)
    positions = tuple(reversed(range(len(shape)))) if order is None else order.integers
    if sorted(positions) != list(range(len(shape))):
        return view_of_input(call, None)
    permuted = tuple(shape[position] for position in positions)
    return view_of_input(call, permuted, integers_of_input(call) if len(shape) < 2 else None)


def expand(call: Call) -> tuple[Value, ...]:
    """Expand: broadcast to a shape."""
    target = call.integers("shape", 1)
    return view_of_input(call, broadcast((call.shape(), target)))


def tile(call: Call) -> tuple[Value, ...]:
    """Tile: each axis repeated the given number of times."""
    shape, repeats = call.shape(), call.integers("repeats", 1)
    if shape is None or repeats is None or len(repeats) != len(shape):
        return view_of_input(call, None)
    pairs = zip(shape, repeats, strict=True)
    return view_of_input(call, tuple(product((size, times)) for size, times in pairs))


def pad(call: Call) -> tuple[Value, ...]:
    """Pad: elements added before and after each axis, of all or of those in the fourth input."""
    shape, pads = call.shape(), call.integers("pads", 1) or call.integers("paddings", 1)
    if shape is None or pads is None:
        return view_of_input(call, None)
    given = call.input(3)
    axes: Integers | None = tuple(range(len(shape))) if given is None else given.integers
    if axes is None or len(pads) != 2 * len(axes):
        return view_of_input(call, None)
    result = list(shape)
    for at, axis in enumerate(axes):
        position = None if axis is None else normalised_axis(axis, len(shape))
        if position is None:
            return view_of_input(call, None)
        result[position] = added(shape[position], pads[at], pads[at + len(axes)])
    return view_of_input(call, tuple(result))


VIEWS: dict[str, Callable[[Call], tuple[Value, ...]]] = {
    **dict.fromkeys(
        (
            "Identity",
            "Cast",
            "CastLike",
            "BitCast",
            "Dropout",
            "QuantizeLinear",
            "DequantizeLinear",
            "Optional",
            "OptionalGetElement",
            "ReverseSequence",
            "SequenceAt",
            "SequenceErase",
        ),
        same,
    ),
    "Reshape": reshape,
    "Unsqueeze": unsqueeze,
    "Squeeze": squeeze,
    "Flatten": flatten,
    "Transpose": transpose,
    "Expand": expand,
    "Tile": tile,
    "Pad": pad,
}
