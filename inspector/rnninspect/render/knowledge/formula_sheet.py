"""A cell's count without a file: one row for each framework's convention."""

from __future__ import annotations

from rnninspect.cells import BIASES, CELLS, Role, count, formula, textbook_roles
from rnninspect.cells.state import elements_of_a_place
from rnninspect.cells.work import multiply_adds
from rnninspect.record import Record
from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import draw
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.cells import Cell, Sizes
    from rnninspect.plugin import Convention
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View

HEADS = ("Convention", "b", "Formula", "Parameters", "Note")


class LayerSpec(Record):
    """A layer to count: the sizes of level 0, the number of levels, and the optional weights."""

    cell: str
    sizes: Sizes
    levels: int = 1
    bias: bool = True
    peepholes: bool = False

    @property
    def options(self) -> frozenset[Role]:
        """Optional weights other than biases."""
        projected = {Role.PROJECTION} if self.sizes.projection_size is not None else set()
        return frozenset(projected | ({Role.PEEPHOLE} if self.peepholes else set()))


class FormulaSheet(Record):
    """A layer, and the conventions by which it is counted."""

    spec: LayerSpec
    conventions: tuple[Convention, ...]


def render(sheet: FormulaSheet, view: View) -> Iterator[str]:
    """The table of conventions, then two figures that follow from the counts."""
    spec, rows = sheet.spec, rows_of(sheet)
    yield "\n".join([draw(HEADS, rows, view.width, colour=view.colour), "", *_uses(spec, rows), ""])


def rows_of(sheet: FormulaSheet) -> list[list[Value]]:
    """A line for the textbook and one for each convention, as in HEADS."""
    cell = CELLS[sheet.spec.cell]
    each = (_row(cell, sheet.spec, convention) for convention in sheet.conventions)
    return [_textbook(cell, sheet.spec), *each]


def levels_of(spec: LayerSpec) -> tuple[Sizes, ...]:
    """The sizes of each level: level i > 0 reads directions × fed-back width."""
    above = spec.sizes._replace(input_size=spec.sizes.directions * spec.sizes.fed_back)
    return (spec.sizes, *([above] * (spec.levels - 1)))


def _row(cell: Cell, spec: LayerSpec, convention: Convention) -> list[Value]:
    name, note = for_terminal(convention.name), for_terminal(convention.note)
    lacking = spec.options - convention.options
    if lacking:
        words = " and ".join(sorted(role.value for role in lacking))
        return [name, None, f"has no {words}", None, note]
    biases = convention.with_bias if spec.bias else frozenset()
    roles = cell.required() | spec.options | biases
    return [name, len(roles & BIASES), *_counted(cell, spec, roles), note]


def _textbook(cell: Cell, spec: LayerSpec) -> list[Value]:
    whole = textbook_roles(cell) | spec.options
    roles = whole if spec.bias else whole - BIASES
    return ["textbook", len(roles & BIASES), *_counted(cell, spec, roles), ""]


def _counted(cell: Cell, spec: LayerSpec, roles: frozenset[Role]) -> tuple[str, int]:
    levels = levels_of(spec)
    number = sum(count(cell, roles, sizes) for sizes in levels)
    text = formula(cell, roles, levels[0]).symbolic
    return (f"{text}, {spec.levels} levels" if spec.levels > 1 else text), number


def _uses(spec: LayerSpec, rows: Sequence[Sequence[Value]]) -> Iterator[str]:
    numbers = [row[3] for row in rows if isinstance(row[3], int)]
    most, least = max(numbers), min(numbers)
    span = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    yield f"one training example for each parameter: at least {span} examples"
    where = " at each position" if spec.sizes.kernel_size else ""
    yield f"state{where}: {plural(state_of(spec), 'element')} for one sequence"
    products = work_of(spec)
    if products is None:
        yield "one time step: multiply-adds depend on the steps of the solver"
    else:
        yield f"one time step{where}: {products:,} multiply-adds, without activations"


def state_of(spec: LayerSpec) -> int:
    """Elements that one sequence keeps, of a convolution those at one position."""
    cell = CELLS[spec.cell]
    return sum(sizes.directions * elements_of_a_place(cell, sizes) for sizes in levels_of(spec))


def work_of(spec: LayerSpec) -> int | None:
    """Multiply-adds of one step, of a convolution those at one position; None if unknown."""
    cell = CELLS[spec.cell]
    roles = cell.required() | spec.options
    each = [multiply_adds(cell, roles, sizes) for sizes in levels_of(spec)]
    known = [number for number in each if number is not None]
    return sum(known) if len(known) == len(each) else None
