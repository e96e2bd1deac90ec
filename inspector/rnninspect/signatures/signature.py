"""How one implementation names the weights of a cell: data, from a description in text."""

from __future__ import annotations

from rnninspect.cells import CELLS, Role, Sum, parse_sum
from rnninspect.lean import lru_cache
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
        within: what the names above its tensors must contain, where its own are generic.
        called: how the module's own name must end, but for a number, where its own are generic.
        strict: whether the module must have all of its tensors, in their shapes, and no others.
        shares: whether the module has parts that are not the cell's.
        pads_shapes: whether axes of one element in front do not count, as in ggml.
        optional: the names that a module may lack; None where the cell says which weights it may.
    """

    cell: str
    implementation: str
    odd: tuple[str, ...]
    lines: str
    within: str = ""
    called: str = ""
    strict: bool = False
    shares: bool = False
    pads_shapes: bool = False
    optional: tuple[str, ...] | None = None

    def fitted(self, weight: NamedWeight, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A tensor's shape as it is compared with the axes of its weight."""
        surplus = len(shape) - len(weight.axes)
        if not self.pads_shapes or not surplus or not weight.axes:
            return shape
        if surplus < 0:
            return (1,) * -surplus + shape
        return shape[surplus:] if set(shape[:surplus]) == {1} else shape

    def suits(self, path: str) -> bool:
        """Whether the name of a module, up to the separator, may be that of one of its cells."""
        path = path.lower()
        if self.called and not path.rstrip("./").rstrip("_0123456789").endswith(self.called):
            return False
        return self.within in path

    def weights(self) -> dict[str, NamedWeight]:
        """Its tensors by their names below the module's."""
        return _weights(self.cell, self.lines)

    def required(self) -> frozenset[str]:
        """The names of the tensors without which it is not this cell."""
        return _required(self.cell, self.lines, self.optional)


@lru_cache(maxsize=256)
def _weights(cell: str, lines: str) -> dict[str, NamedWeight]:
    known = CELLS[cell]
    words = (line.split(None, 2) for line in lines.splitlines() if line.strip())
    return {name: _weight(known, role, *axes) for name, role, *axes in words}


@lru_cache(maxsize=256)
def _required(cell: str, lines: str, optional: tuple[str, ...] | None) -> frozenset[str]:
    weights = _weights(cell, lines)
    if optional is not None:
        return frozenset(weights).difference(optional)
    needed = CELLS[cell].required()
    return frozenset(name for name, weight in weights.items() if needed & set(weight.roles))


def _weight(cell: Cell, role: str, axes: str = "") -> NamedWeight:
    if role == "-":
        return NamedWeight((), ())
    roles = tuple(Role(word) for word in role.split("+"))
    if axes:
        sums = tuple(parse_sum(axis) for axis in axes.lstrip("~").split(","))
        return NamedWeight(roles, sums, not axes.startswith("~"))
    factors = next(weight.factors for weight in cell.weights if weight.role is roles[0])
    return NamedWeight(roles, tuple(factor for factor in factors if isinstance(factor, Sum)))
