"""How one implementation names the weights of a cell: data, from a description in text."""

from __future__ import annotations

from functools import lru_cache

from rnninspect.cells import CELLS, Role, Sum, parse_sum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells import Cell


class NamedWeight(Record):
    """A tensor of a cell by its name.

    Attributes:
        roles: what it fills; several of a tensor that joins them, none of a buffer.
        axes: its shape.
        is_exact: whether its shape must be that; else only the number of elements is compared.
    """

    roles: tuple[Role, ...]
    axes: tuple[Sum, ...]
    is_exact: bool = True


class Signature(Record):
    """The names that one implementation gives the weights of a cell.

    Attributes:
        cell: key of CELLS.
        implementation: the word in a layer's `convention`.
        odd: names that few other modules have; where one is found, the others are looked for.
        lines: a line for each tensor: `name  role[+role]  [axes]`. Without axes the shape is that
            of the role in the table of cells; `-` as role is a buffer, and `~` before axes means
            that writers differ in them. Gated cells are written in m and n. `#` in a name is a
            number that Keras adds to names, or none.
        within: what a part of the module's name must contain, where all names are generic.
        strict: whether the module must have all of its tensors, in their shapes, and no others.
        shares: whether the module has parts that are not the cell's.
    """

    cell: str
    implementation: str
    odd: tuple[str, ...]
    lines: str
    within: str = ""
    strict: bool = False
    shares: bool = False

    def weights(self) -> dict[str, NamedWeight]:
        """Its tensors by their names below the module's."""
        return _weights(self.cell, self.lines)

    def required(self) -> frozenset[str]:
        """The names of the tensors without which it is not this cell."""
        needed = CELLS[self.cell].required()
        return frozenset(
            name for name, weight in self.weights().items() if needed & set(weight.roles)
        )


@lru_cache(maxsize=128)
def _weights(cell: str, lines: str) -> dict[str, NamedWeight]:
    known = CELLS[cell]
    words = (line.split(None, 2) for line in lines.splitlines() if line.strip())
    return {name: _weight(known, role, *axes) for name, role, *axes in words}


def _weight(cell: Cell, role: str, axes: str = "") -> NamedWeight:
    if role == "-":
        return NamedWeight((), ())
    roles = tuple(Role(word) for word in role.split("+"))
    if axes:
        sums = tuple(parse_sum(axis) for axis in axes.lstrip("~").split(","))
        return NamedWeight(roles, sums, not axes.startswith("~"))
    factors = next(weight.factors for weight in cell.weights if weight.role is roles[0])
    return NamedWeight(roles, tuple(factor for factor in factors if isinstance(factor, Sum)))
