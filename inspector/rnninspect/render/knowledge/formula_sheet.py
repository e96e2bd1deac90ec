"""A cell's count without a file: one row for each framework's convention."""

from __future__ import annotations

from dataclasses import dataclass

from rnninspect.cells import BIASES, CELLS, REQUIRED, Role, count, formula, textbook_roles
from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import draw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.cells import Cell, Sizes
    from rnninspect.plugin import Convention
    from rnninspect.render.report.columns import Value

PRODUCTS = REQUIRED | {Role.HEAD}  # the weights that are matrices
HEADS = ("Convention", "b", "Formula", "Parameters", "Note")


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be counted: sizes of level 0, the number of levels, and the optional weights."""

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


def formula_sheet(wish: Wish, conventions: Sequence[Convention], width: int = 80) -> str:
    """The table of conventions, then what people want the number for."""
    cell = CELLS[wish.cell]
    rows = [_textbook(cell, wish)]
    rows.extend(_row(cell, wish, convention) for convention in conventions)
    return "\n".join([draw(HEADS, rows, width=width), "", *_uses(cell, wish, rows)])


def levels_of(wish: Wish) -> tuple[Sizes, ...]:
    """The sizes of each level: level i > 0 reads directions × fed-back width."""
    above = wish.sizes._replace(input_size=wish.sizes.directions * wish.sizes.fed_back)
    return (wish.sizes, *([above] * (wish.levels - 1)))


def _row(cell: Cell, wish: Wish, convention: Convention) -> list[Value]:
    name, note = for_terminal(convention.name), for_terminal(convention.note)
    lacking = wish.options - convention.options
    if lacking:
        words = " and ".join(sorted(role.value for role in lacking))
        return [name, None, f"has no {words}", None, note]
    biases = convention.with_bias if wish.bias else frozenset()
    roles = cell.required() | wish.options | biases
    return [name, len(roles & BIASES), *_counted(cell, wish, roles), note]


def _textbook(cell: Cell, wish: Wish) -> list[Value]:
    whole = textbook_roles(cell) | wish.options
    roles = whole if wish.bias else whole - BIASES
    return ["textbook", len(roles & BIASES), *_counted(cell, wish, roles), ""]


def _counted(cell: Cell, wish: Wish, roles: frozenset[Role]) -> tuple[str, int]:
    levels = levels_of(wish)
    number = sum(count(cell, roles, sizes) for sizes in levels)
    text = formula(cell, roles, levels[0]).symbolic
    return (f"{text}, {wish.levels} levels" if wish.levels > 1 else text), number


def _uses(cell: Cell, wish: Wish, rows: Sequence[Sequence[Value]]) -> Iterator[str]:
    numbers = [row[3] for row in rows if isinstance(row[3], int)]
    most, least = max(numbers), min(numbers)
    span = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    products = sum(
        count(cell, ((cell.required() & PRODUCTS) | wish.options) - BIASES, sizes)
        for sizes in levels_of(wish)
    )
    where = " at each output position" if wish.sizes.kernel_size else ""
    yield f"one training example for each parameter: at least {span} examples"
    yield f"one time step{where}: {products:,} multiply-adds, activations apart"
