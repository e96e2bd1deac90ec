"""The sizes of a recurrent node: declared by its attributes and by the shape of X, else inferred.

A declared size is taken as right and a tensor that differs as wrong, unless all weights agree on
another size: then the attribute is wrong. A missing or impossible size is inferred from the
tensors, each axis of each tensor with one vote.
"""

from __future__ import annotations

import math

from rnninspect.lean import Counter, lru_cache
from rnninspect.plugin import CELLS, LARGEST_SIZE, Origin, Record, Sizes, Symbol
from rnninspect_onnx.layout import LAYOUT

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Axis
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Dims
    from rnninspect_onnx.layout import Operator

_DIRECTIONS = {
    "forward": 1,
    "reverse": 1,
    "bidirectional": 2,
    "foward": 1,
}  # a typo in version 1 of GRU
_SAME = {Symbol.FED_BACK: Symbol.HIDDEN}  # no projection in ONNX


class NodeSizes(Record):
    """The sizes of a node, and their contradictions.

    Attributes:
        sizes: None if they cannot be known.
        origin: whether all of them are declared.
        inferred: those that are not, by their names in Sizes.
        faults: sizes that are impossible or contradict the weights.
        missing: why the sizes cannot be known.
        stated: hidden_size and directions by the node's attributes, right or wrong; None if
            missing or impossible.
    """

    sizes: Sizes | None
    origin: Origin = Origin.INFERRED
    inferred: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    missing: str = ""
    stated: tuple[int | None, int | None] = (None, None)


class _Asked(Record):
    """What the sizes of a node follow from, equal for the like nodes of a network.

    `hidden` and `direction` have the values of these attributes; they are empty without one.
    """

    hidden: tuple[int | None, ...]
    direction: tuple[str | None, ...]
    fed: Dims | None
    weights: tuple[Dims | None, ...]


def measure(call: Call, operator: Operator) -> NodeSizes:
    """The sizes of one node, as far as they can be known."""
    hidden, direction = call.attribute("hidden_size"), call.attribute("direction")
    asked = _Asked(
        () if hidden is None else (hidden.number,),
        () if direction is None else (direction.text,),
        call.shape(0),
        tuple([call.shape(weight.position) for weight in operator.weights]),
    )
    return _measured((call.node.domain, call.node.operator), asked)


@lru_cache(maxsize=256)
def _measured(key: tuple[str, str], asked: _Asked) -> NodeSizes:
    """The sizes that follow for an operator of LAYOUT."""
    operator, faults = LAYOUT[key], list[str]()
    axes = (weight.axes for weight in operator.weights)
    shapes = list(zip(axes, asked.weights, strict=True))
    gates = len(CELLS[operator.cell].gates)
    stated, ways = _hidden(asked, faults), _directions(asked, faults)
    declared = {
        "input_size": _input(asked, operator),
        "hidden_size": _corrected_hidden(stated, shapes, gates, faults),
        "directions": _corrected_directions(asked, ways, shapes, gates, faults),
    }
    hidden = declared["hidden_size"] or _most(_votes(shapes, Symbol.HIDDEN, gates))
    directions = declared["directions"] or _most(_votes(shapes, Symbol.DIRECTIONS, gates)) or 1
    if not hidden:
        missing = "hidden_size is not declared, and cannot be inferred from the weights' shapes"
        return NodeSizes(None, faults=tuple(faults), missing=missing)
    width = (
        declared["input_size"]
        or _most(_votes(shapes, Symbol.INPUT, gates))
        or _flat_input(shapes[0][1], hidden * gates * directions)
    )
    if not width:
        return NodeSizes(
            None, faults=tuple(faults), missing="neither X nor W has a known input size"
        )
    return NodeSizes(
        Sizes(width, hidden, directions=directions),
        Origin.DECLARED if all(declared.values()) else Origin.INFERRED,
        tuple(name for name, size in declared.items() if not size),
        tuple(faults),
        stated=(stated, ways),
    )


_Shapes = list[tuple[tuple["Axis", ...], "Dims | None"]]


def _corrected_hidden(
    stated: int | None, shapes: _Shapes, gates: int, faults: list[str]
) -> int | None:
    """The declared size, unless all weights agree on another one."""
    agreed = _agreed(shapes, Symbol.HIDDEN, gates)
    if stated is None or agreed in (None, stated):
        return stated
    faults.append(f"hidden_size is {stated}, the weights are for {agreed}")
    return agreed


def _corrected_directions(
    asked: _Asked, stated: int | None, shapes: _Shapes, gates: int, faults: list[str]
) -> int | None:
    """The declared directions, unless all weights agree on the other number."""
    agreed = _agreed(shapes, Symbol.DIRECTIONS, gates)
    if stated is None or agreed != 3 - stated:
        return stated
    word = asked.direction[0] if asked.direction else "missing (default: forward)"
    made = "one direction" if agreed == 1 else "two directions"
    faults.append(f"direction is {word}, the weights are for {made}")
    return agreed


def _agreed(shapes: _Shapes, symbol: Symbol, gates: int) -> int | None:
    """The value of a symbol in two or more weights, if every axis of every weight agrees."""
    known = [(axes, shape) for axes, shape in shapes if shape is not None]
    votes = [list(_votes([each], symbol, gates)) for each in known]
    expected = [sum(symbol in _symbols(axis) for axis in axes) for axes, _ in known]
    sizes = {size for each in votes for size in each}
    whole = [len(each) for each in votes] == expected
    return sizes.pop() if len(known) > 1 and whole and len(sizes) == 1 else None


def _symbols(axis: Axis) -> list[Symbol]:
    return [_SAME.get(factor, factor) for factor in axis if isinstance(factor, Symbol)]


def _hidden(asked: _Asked, faults: list[str]) -> int | None:
    number = asked.hidden[0] if asked.hidden else None
    if number is not None and not 0 < number <= LARGEST_SIZE:
        faults.append(f"hidden_size is {number}")
        return None
    return number


def _directions(asked: _Asked, faults: list[str]) -> int | None:
    if not asked.direction:
        return 1
    (word,) = asked.direction
    directions = _DIRECTIONS.get(word or "")
    if directions is None and word is not None:
        faults.append(f"direction is {word!r}, expected forward, reverse or bidirectional")
    return directions


def _input(asked: _Asked, operator: Operator) -> int | None:
    shape = asked.fed
    if operator.reads_attention or not shape or len(shape) != 3:
        return None
    width = shape[-1]
    return width if width is not None and 0 < width <= LARGEST_SIZE else None


def _votes(shapes: _Shapes, symbol: Symbol, gates: int) -> Iterator[int]:
    """The value of a symbol by each axis of each weight."""
    for axes, shape in shapes:
        if shape is None or len(shape) != len(axes):
            continue
        for axis, size in zip(axes, shape, strict=True):
            if symbol in _symbols(axis) and size is not None and 0 < size <= LARGEST_SIZE:
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
    """The input size by the number of elements of a kernel of a wrong rank."""
    known = [] if shape is None else [size for size in shape if size is not None and size > 0]
    elements = math.prod(known)
    whole = shape is not None and len(known) == len(shape) and elements % rows == 0
    return elements // rows if whole and 0 < elements // rows <= LARGEST_SIZE else None
