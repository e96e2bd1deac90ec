"""Infers a stack's cell and sizes from the shapes of its weights, one of which may be wrong.

A hypothesis is a number of gates, a hidden size and an optional projection size; the one that
explains most of the tensors wins.
"""

from __future__ import annotations

from rnninspect.lean import Counter, lru_cache
from rnninspect.plugin import BIASES, CELLS, LARGEST_SIZE, Record, Role
from rnninspect_torch.dialect.layout import CELLS_BY_GATES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect_torch.networks.weights import Position

    Shapes = Mapping[Position, tuple[int, ...]]

_MOST_SIZES = 12
_MOST_GATES = max(len(cell.gates) for cell in CELLS.values())
_OTHER_GATES = set(range(1, _MOST_GATES + 1)) - CELLS_BY_GATES.keys()  # MGU, highway, peephole …


class StackSpec(Record):
    """The cell and sizes of a stack, with the input size of each level."""

    cell: str
    hidden: int
    projection: int | None
    inputs: tuple[int, ...]
    directions: int
    ambiguity: str = ""

    @property
    def fed_back(self) -> int:
        """Width of the recurrent state."""
        return self.hidden if self.projection is None else self.projection


class _Hypothesis(Record):
    gates: int
    hidden: int
    projection: int | None

    @property
    def fed_back(self) -> int:
        return self.hidden if self.projection is None else self.projection

    def explains(self, role: Role, shape: tuple[int, ...]) -> bool:
        rows = self.gates * self.hidden
        match role:
            case Role.KERNEL:
                return len(shape) == 2 and shape[0] == rows
            case Role.RECURRENT_KERNEL:
                return shape == (rows, self.fed_back)
            case Role.PROJECTION:
                return shape == (self.projection, self.hidden)
            case _:
                return shape[-1:] == (rows,)

    def misfit(self, shapes: Shapes) -> int:
        """Distance of the recurrent kernels from their expected shapes."""
        return sum(
            abs(shape[0] * shape[1] - self.gates * self.hidden * self.fed_back)
            + abs(shape[1] - self.fed_back)
            for position, shape in shapes.items()
            if position.role is Role.RECURRENT_KERNEL and len(shape) == 2
        )


def infer(shapes: Shapes, cell: str | None) -> StackSpec | None:
    """The stack that explains the shapes of the weights; None if no cell of the table does.

    The input size of a level is that of its kernel, or else the width of the level below.
    """
    return _infer(tuple(shapes.items()), cell)


@lru_cache(maxsize=64)  # modules of a network are often alike
def _infer(
    pairs: tuple[tuple[Position, tuple[int, ...]], ...], cell: str | None
) -> StackSpec | None:
    shapes = dict(pairs)
    known = {position: shape for position, shape in shapes.items() if shape and min(shape) > 0}
    best = max(_hypotheses(known, cell), key=lambda h: _score(h, known), default=None)
    if best is None or _is_another_cell(best, known):
        return None
    directions = 1 + max(position.direction for position in shapes)
    levels = 1 + max(position.level for position in shapes)
    rows, fed = best.gates * best.hidden, directions * best.fed_back
    kernels = _kernels(known)
    inputs = tuple(
        _inputs(kernels.get(level, []), rows, fed if level else 0) for level in range(levels)
    )
    name = cell or CELLS_BY_GATES[best.gates]
    ambiguity = _ambiguity(best, known, named=cell is not None)
    return StackSpec(name, best.hidden, best.projection, inputs, directions, ambiguity)


def _hypotheses(shapes: Shapes, cell: str | None) -> Iterator[_Hypothesis]:
    projections = _projection_sizes(shapes)
    gates = tuple(CELLS_BY_GATES) if cell is None else (len(CELLS[cell].gates),)
    for count in (4,) if projections else gates:
        for hidden in _hidden_sizes(shapes, count):
            for projection in projections or (None,):
                yield _Hypothesis(count, hidden, projection)
            if not projections and count == 4:
                yield from _without_projection(shapes, hidden)


def _hidden_sizes(shapes: Shapes, gates: int) -> list[int]:
    """The most frequent candidates; bounded, since a file may contain thousands."""
    votes = Counter(
        (shape[-1] if position.role in BIASES else shape[0]) // gates
        for position, shape in shapes.items()
        if position.role is not Role.PROJECTION
        if (shape[-1] if position.role in BIASES else shape[0]) % gates == 0
    )
    votes.update(
        shape[1]
        for position, shape in shapes.items()
        if position.role in (Role.PROJECTION, Role.RECURRENT_KERNEL) and len(shape) == 2
    )
    return [size for size, _ in votes.most_common(_MOST_SIZES)]


def _projection_sizes(shapes: Shapes) -> list[int]:
    """The rows of projections, and the columns of recurrent kernels beside them."""
    votes = Counter(shape[0] for shape in _of(shapes, Role.PROJECTION))
    if votes:
        votes.update(shape[1] for shape in _of(shapes, Role.RECURRENT_KERNEL))
    return [size for size, _ in votes.most_common(_MOST_SIZES)]


def _without_projection(shapes: Shapes, hidden: int) -> Iterator[_Hypothesis]:
    """An LSTM with narrow recurrent kernels only, as if its projections were missing."""
    widths = {shape[1] for shape in _of(shapes, Role.RECURRENT_KERNEL)}
    width = widths.pop() if len(widths) == 1 else hidden
    if width * 8 <= hidden * 7 and 4 * hidden not in (5 * width, 6 * width):
        yield _Hypothesis(4, hidden, width)


def _of(shapes: Shapes, role: Role) -> list[tuple[int, ...]]:
    return [
        shape for position, shape in shapes.items() if position.role is role and len(shape) == 2
    ]


def _score(hypothesis: _Hypothesis, shapes: Shapes) -> tuple[int, int, int]:
    explained = sum(hypothesis.explains(position.role, shape) for position, shape in shapes.items())
    return explained, -hypothesis.misfit(shapes), hypothesis.gates


def _is_another_cell(best: _Hypothesis, shapes: Shapes) -> bool:
    """Whether the tensors are consistent with each other, but not with a known cell."""
    kernels = _of(shapes, Role.RECURRENT_KERNEL)
    if not kernels:  # missing, or a vector as in IndRNN
        vectors = any(position.role is Role.RECURRENT_KERNEL for position in shapes)
        return vectors or not _of(shapes, Role.KERNEL)
    if any(best.explains(Role.RECURRENT_KERNEL, shape) for shape in kernels):
        return False
    rows = {shape[0] for shape in (*kernels, *_of(shapes, Role.KERNEL))}
    return len(rows) == 1 and all(
        shape[0] % shape[1] == 0 and shape[0] // shape[1] in _OTHER_GATES for shape in kernels
    )


def _ambiguity(best: _Hypothesis, shapes: Shapes, *, named: bool) -> str:
    """Why the cell is uncertain; with `named` it is known from the names of tensors."""
    if not named and not _of(shapes, Role.RECURRENT_KERNEL):
        return "cannot infer the number of gates without a recurrent kernel"
    if best.projection is not None and not _of(shapes, Role.PROJECTION):
        return "its recurrent kernel has the shape of a projected LSTM, without a projection"
    return ""


def _kernels(shapes: Shapes) -> dict[int, list[tuple[int, ...]]]:
    """The kernel shapes of each level, implausible ones excluded."""
    levels: dict[int, list[tuple[int, ...]]] = {}
    for position, shape in shapes.items():
        if position.role is Role.KERNEL and len(shape) == 2 and max(shape) <= LARGEST_SIZE:
            levels.setdefault(position.level, []).append(shape)
    return levels


def _inputs(kernels: list[tuple[int, ...]], rows: int, fed: int) -> int:
    """The input size of a level by its kernels, transposed ones included.

    `fed` is the output width of the level below, 0 for the first level.
    """
    widths = Counter(shape[1] for shape in kernels if shape[0] == rows)
    if not widths:
        widths.update(shape[0] for shape in kernels if shape[1] == rows)
    if not widths:
        widths.update(shape[1] for shape in kernels)
    if not widths:
        return fed
    most = max(widths.values())
    candidates = [width for width, votes in widths.items() if votes == most]
    return fed if fed and fed in candidates else candidates[0]
