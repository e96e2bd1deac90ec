"""A gated cell counted without a file: by the textbook, and by the convention of each framework."""

from __future__ import annotations

from rnninspect.cells import BIASES, CELLS, Cell, Role, Sizes, count, formula, textbook_roles
from rnninspect.cells.spelling import equations
from rnninspect.cells.state import elements_of_a_place
from rnninspect.cells.work import multiply_adds
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Convention


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

    @property
    def sizes_of_levels(self) -> tuple[Sizes, ...]:
        """The sizes of each level: level i > 0 reads directions × fed-back width."""
        above = self.sizes._replace(input_size=self.sizes.directions * self.sizes.fed_back)
        return (self.sizes, *([above] * (self.levels - 1)))


class ConventionCount(Record):
    """What a layer has by one convention.

    Attributes:
        name: `textbook`, or the framework's convention: `pytorch`, `keras reset_after`, …
        bias_vectors: of each direction, 0 to 2; None where the framework has no such layer.
        formula: of the first level in symbols, `4(nm + n² + 2n)`; or why there is no such layer.
        parameters: of all levels and directions; None where the framework has no such layer.
        note: a clause for people, such as `reset_after=True, the default`.
    """

    name: str
    bias_vectors: int | None
    formula: str
    parameters: int | None
    note: str = ""


class GatedCount(Record):
    """A layer of a gated cell, and the conventions of frameworks that have one.

    `spec` is what is counted, `frameworks` are the conventions that it is counted by.
    """

    spec: LayerSpec
    frameworks: tuple[Convention, ...]

    @property
    def conventions(self) -> tuple[ConventionCount, ...]:
        """The textbook's count (one bias vector), then that of each framework."""
        cell = CELLS[self.spec.cell]
        each = (_by_convention(cell, self.spec, known) for known in self.frameworks)
        return (_by_textbook(cell, self.spec), *each)

    @property
    def state_elements(self) -> int:
        """Elements that one sequence keeps; of a convolution those at one position."""
        cell = CELLS[self.spec.cell]
        levels = self.spec.sizes_of_levels
        return sum(sizes.directions * elements_of_a_place(cell, sizes) for sizes in levels)

    @property
    def multiply_adds(self) -> int | None:
        """Those of one step; of a convolution at one position; None if not known."""
        cell = CELLS[self.spec.cell]
        roles = cell.required() | self.spec.options
        each = [multiply_adds(cell, roles, sizes) for sizes in self.spec.sizes_of_levels]
        known = [number for number in each if number is not None]
        return sum(known) if len(known) == len(each) else None

    @property
    def equations(self) -> tuple[str, ...]:
        """The step of the cell by the textbook, one equation a line."""
        return equations(CELLS[self.spec.cell])


def _by_convention(cell: Cell, spec: LayerSpec, known: Convention) -> ConventionCount:
    lacking = spec.options - known.options
    if lacking:
        words = " and ".join(sorted(role.value for role in lacking))
        return ConventionCount(str(known.name), None, f"has no {words}", None, known.note)
    biases = known.with_bias if spec.bias else frozenset()
    return _counted(
        str(known.name), cell, spec, cell.required() | spec.options | biases, known.note
    )


def _by_textbook(cell: Cell, spec: LayerSpec) -> ConventionCount:
    whole = textbook_roles(cell) | spec.options
    return _counted("textbook", cell, spec, whole if spec.bias else whole - BIASES)


def _counted(
    name: str, cell: Cell, spec: LayerSpec, roles: frozenset[Role], note: str = ""
) -> ConventionCount:
    number = sum(count(cell, roles, sizes) for sizes in spec.sizes_of_levels)
    text = formula(cell, roles, spec.sizes).symbolic
    if spec.levels > 1:
        text = f"{text}, {spec.levels} levels"
    return ConventionCount(name, len(roles & BIASES), text, number, note)
