"""Infers a cell and its sizes from the shapes of its weights, one of which may be wrong."""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.plugin import BIASES, CELLS, Record, Role

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from rnninspect.plugin import Slot

    Shapes = Mapping[Slot, tuple[int, ...]]

_CELLS = {len(CELLS[name].gates): name for name in ("RNN", "GRU", "LSTM")}


class Fit(Record):
    """A cell and its sizes.

    Attributes:
        cell: key of CELLS.
        inputs, hidden: the sizes.
        projection: None without one.
        sure: whether no other cell explains as many weights.
    """

    cell: str
    inputs: int
    hidden: int
    projection: int | None
    sure: bool = True

    def explains(self, role: Role, shape: tuple[int, ...]) -> bool:
        """Whether a weight of this role has this shape, whatever its inputs are."""
        rows = len(CELLS[self.cell].gates) * self.hidden
        fed = self.hidden if self.projection is None else self.projection
        if role == Role.KERNEL:
            return len(shape) == 2 and shape[0] == rows
        if role == Role.RECURRENT_KERNEL:
            return shape == (rows, fed)
        return shape == ((self.hidden, self.projection) if role == Role.PROJECTION else (rows,))


def infer(shapes: Shapes, cell: str = "", inputs: int | None = None) -> Fit | None:
    """What explains most of the weights; None if nothing does.

    Args:
        shapes: those of one level's weights.
        cell: its cell, where a name says it.
        inputs: how many outputs the level below has.
    """
    scores: dict[Fit, int] = {}
    for fit in _hypotheses(shapes, cell):
        scores[fit] = sum(fit.explains(slot.role, shape) for slot, shape in shapes.items())
    if not scores:
        return None
    most = max(scores.values())
    best = [fit for fit, score in scores.items() if score == most]
    chosen = min(best, key=lambda fit: _misfit(fit, shapes))
    sure = len({fit.cell for fit in best}) == 1 or any(
        slot.role == Role.RECURRENT_KERNEL for slot in shapes
    )
    return chosen._replace(inputs=_inputs(chosen, shapes, inputs), sure=sure) if most else None


def _hypotheses(shapes: Shapes, cell: str) -> Iterator[Fit]:
    recurrent = _of(shapes, Role.RECURRENT_KERNEL)
    projections = _of(shapes, Role.PROJECTION)
    narrow: set[int | None] = {shape[-1] for shape in (*projections, *recurrent)}
    for gates, name in _CELLS.items():
        if name != (cell or name) or (projections and name != "LSTM"):
            continue
        rows = {
            shape[0]
            for slot, shape in shapes.items()
            if slot.role in BIASES or slot.role in (Role.KERNEL, Role.RECURRENT_KERNEL)
        }
        sizes = {size // gates for size in rows if size % gates == 0}
        sizes |= {shape[-1] for shape in recurrent} | {shape[0] for shape in projections}
        for hidden in sorted(sizes - {0}):
            for projection in narrow if projections else (None,):
                yield Fit(name, 0, hidden, projection)


def _misfit(fit: Fit, shapes: Shapes) -> int:
    """How far the recurrent kernels are from their expected shapes."""
    rows = len(CELLS[fit.cell].gates) * fit.hidden
    fed = fit.hidden if fit.projection is None else fit.projection
    return sum(
        abs(shape[0] - rows) + abs(shape[1] - fed) for shape in _of(shapes, Role.RECURRENT_KERNEL)
    )


def _inputs(fit: Fit, shapes: Shapes, below: int | None) -> int:
    kernels = _of(shapes, Role.KERNEL)
    rows = len(CELLS[fit.cell].gates) * fit.hidden
    widths = Counter(
        shape[0] if shape[1] == rows and shape[0] != rows else shape[1] for shape in kernels
    )
    if below is not None and (not widths or below in widths):
        return below
    return widths.most_common(1)[0][0] if widths else 0


def _of(shapes: Shapes, role: Role) -> list[tuple[int, ...]]:
    return [shape for slot, shape in shapes.items() if slot.role == role and len(shape) == 2]
