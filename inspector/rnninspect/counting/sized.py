"""A cell that brings sizes of its own, counted without a file."""

from __future__ import annotations

from rnninspect.cells import count, formula
from rnninspect.cells.spelling import equations
from rnninspect.cells.state import state_elements
from rnninspect.cells.work import multiply_adds
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells import Cell, Role, Sizes


class SizedCount(Record):
    """One or several equal layers of a cell that brings sizes of its own.

    Attributes:
        cell: the cell.
        roles: the weights that each layer has.
        sizes: of each layer; `dict(sizes.own)` has them by symbol.
        layers: how many there are.
        chosen: the symbols of the sizes that were not given, as implementations choose them.
    """

    cell: Cell
    roles: frozenset[Role]
    sizes: Sizes
    layers: int
    chosen: tuple[str, ...]

    @property
    def parameters(self) -> int:
        """Parameters of all layers."""
        return self.layers * count(self.cell, self.roles, self.sizes)

    @property
    def state_elements(self) -> int | None:
        """Elements that one sequence keeps in all layers; None if a size is not given."""
        return self._of_all(state_elements(self.cell, self.sizes))

    @property
    def multiply_adds(self) -> int | None:
        """Those of one step of all layers; None if not known."""
        return self._of_all(multiply_adds(self.cell, self.roles, self.sizes))

    @property
    def formula(self) -> str:
        """The formula of one layer in symbols."""
        return formula(self.cell, self.roles, self.sizes).symbolic

    @property
    def substituted(self) -> str:
        """The same in numbers."""
        return formula(self.cell, self.roles, self.sizes).substituted

    @property
    def equations(self) -> tuple[str, ...]:
        """The step of the cell, one equation a line."""
        return equations(self.cell)

    def _of_all(self, number: int | None) -> int | None:
        return None if number is None else self.layers * number
