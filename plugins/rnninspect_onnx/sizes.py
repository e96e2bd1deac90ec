"""The sizes of a recurrent node: declared by its attributes and by the shape of X, else inferred.

What is declared counts, so that a tensor of another size is the one that is wrong. What is missing
or impossible is read off the tensors, each axis of each tensor with one vote.
"""

from __future__ import annotations

import math
from collections import Counter

from rnninspect.plugin import CELLS, Origin, Record, Sizes, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Axis
    from rnninspect_onnx.layout import Operator
    from rnninspect_onnx.values import Call, Dims

_DIRECTIONS = {"forward": 1, "reverse": 1, "bidirectional": 2, "foward": 1}  # so in GRU's version 1
_LARGEST_SIZE = 2**31 - 1
_SAME = {Symbol.FED_BACK: Symbol.HIDDEN}  # no projection in ONNX


class Measured(Record):
    """What a node's sizes are; `missing` says what cannot be known, `faults` what is impossible."""

    sizes: Sizes | None
    origin: Origin
    faults: tuple[str, ...] = ()
    missing: str = ""


def measure(call: Call, operator: Operator) -> Measured:
    """The sizes of one node, as far as they can be known."""
    faults: list[str] = []
    shapes = [(weight.axes, call.shape(weight.position)) for weight in operator.weights]
    gates = len(CELLS[operator.cell].gates)
    declared = (_hidden(call, faults), _input(call, operator), _directions(call, faults))
    hidden = declared[0] or _most(_votes(shapes, Symbol.HIDDEN, gates))
    directions = declared[2] or _most(_votes(shapes, Symbol.DIRECTIONS, gates)) or 1
    if not hidden:
        return Measured(
            None,
            Origin.INFERRED,
            tuple(faults),
            "hidden_size is not declared, and no weight's shape tells it",
        )
    width = (
        declared[1]
        or _most(_votes(shapes, Symbol.INPUT, gates))
        or _flat_input(shapes[0][1], hidden * gates * directions)
    )
    if not width:
        return Measured(
            None, Origin.INFERRED, tuple(faults), "neither X nor W tells the input size"
        )
    origin = Origin.DECLARED if all(declared) else Origin.INFERRED
    return Measured(Sizes(width, hidden, directions=directions), origin, tuple(faults))


def _hidden(call: Call, faults: list[str]) -> int | None:
    attribute = call.attribute("hidden_size")
    if attribute is None:
        return None
    if attribute.number is not None and 0 < attribute.number <= _LARGEST_SIZE:
        return attribute.number
    what = "no integer" if attribute.number is None else str(attribute.number)
    faults.append(f"hidden_size is {what}")
    return None


def _directions(call: Call, faults: list[str]) -> int | None:
    attribute = call.attribute("direction")
    if attribute is None:
        return 1
    directions = _DIRECTIONS.get(attribute.text or "")
    if directions is None:
        faults.append(
            f"direction is {attribute.text!r}: neither forward, reverse nor bidirectional"
        )
    return directions


def _input(call: Call, operator: Operator) -> int | None:
    shape = call.shape(0)
    if operator.reads_attention or not shape or len(shape) != 3:
        return None
    width = shape[-1]
    return width if width is not None and 0 < width <= _LARGEST_SIZE else None


def _votes(
    shapes: list[tuple[tuple[Axis, ...], Dims | None]], symbol: Symbol, gates: int
) -> Iterator[int]:
    """What each axis of each weight says that a symbol is."""
    for axes, shape in shapes:
        if shape is None or len(shape) != len(axes):
            continue
        for axis, size in zip(axes, shape, strict=True):
            symbols = [_SAME.get(factor, factor) for factor in axis if isinstance(factor, Symbol)]
            if symbol in symbols and size is not None and 0 < size <= _LARGEST_SIZE:
                others = math.prod(
                    gates if factor is Symbol.GATES else factor
                    for factor in axis
                    if factor is Symbol.GATES or not isinstance(factor, Symbol)
                )
                if size % others == 0:
                    yield size // others


def _most(votes: Iterator[int]) -> int | None:
    counted = Counter(votes).most_common(1)
    return counted[0][0] if counted else None


def _flat_input(shape: Dims | None, rows: int) -> int | None:
    """The input size by the number of elements of a kernel whose rank is wrong."""
    known = [] if shape is None else [size for size in shape if size is not None and size > 0]
    elements = math.prod(known)
    whole = shape is not None and len(known) == len(shape) and elements % rows == 0
    return elements // rows if whole and 0 < elements // rows <= _LARGEST_SIZE else None
