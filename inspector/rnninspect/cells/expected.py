"""What a layer of a cell must have, worked out once for all layers that are alike."""

from __future__ import annotations

from rnninspect.cells.formula import written
from rnninspect.cells.state import state_elements
from rnninspect.cells.symbols import Sizes
from rnninspect.cells.table import CELLS
from rnninspect.lean import lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells.formula import Formula, Written
    from rnninspect.cells.symbols import Role


class Expected(Record):
    """What every layer of a cell with these weights and sizes has.

    Attributes:
        formula: with its sizes.
        parameters: over all directions.
        state_elements: what one sequence keeps between steps; None where its sizes are not known.
        each: elements of each weight in one direction.
    """

    formula: Formula
    parameters: int
    state_elements: int | None
    each: dict[Role, int]


@lru_cache(maxsize=256)
def expected(cell: str, roles: frozenset[Role], sizes: Sizes) -> Expected:
    """What layers with these weights and sizes have; KeyError for a cell that is not in CELLS."""
    known = CELLS[cell]
    each = known.counts(roles, sizes)
    projection = None if sizes.projection_size is None else 0
    form = _written(cell, roles, Sizes(0, 0, projection, (), sizes.directions))
    return Expected(
        form.formula(known, sizes),
        sizes.directions * sum(each.values()),
        state_elements(known, sizes),
        each,
    )


@lru_cache(maxsize=256)
def _written(cell: str, roles: frozenset[Role], form: Sizes) -> Written:
    return written(CELLS[cell], roles, form)
