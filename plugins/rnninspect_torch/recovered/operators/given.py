"""The arguments of a call of an operator, by position or by name."""

from __future__ import annotations

from rnninspect.graphs import Value
from rnninspect_torch.recovered.operators.values import UNKNOWN, ListValue, items_of, unwrapped

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rnninspect.graphs import Shape
    from rnninspect_torch.recovered.operators.program import Program

_MOST_AXES = 64


class Given:
    """What an operator is given.

    Attributes:
        count: how many results are taken; 0 if that is not known.
    """

    __slots__ = ("_named", "_positional", "_program", "count")

    def __init__(
        self,
        program: Program,
        positional: Sequence[object],
        named: Mapping[str, object],
        count: int = 0,
    ) -> None:
        self._program = program
        self._positional, self._named = positional, named
        self.count = count

    def get(self, position: int, name: str, default: object = None) -> object:
        """An argument, or its default."""
        if name in self._named:
            return unwrapped(self._named[name])
        if position < len(self._positional):
            return unwrapped(self._positional[position])
        return default

    def everything(self) -> list[object]:
        """All arguments."""
        return [*self._positional, *self._named.values()]

    def tensor(self, position: int, name: str) -> Value | None:
        """An argument as a value; a number is one, too."""
        found = self.get(position, name)
        if isinstance(found, bool | int | float):
            return self._program.graph.number(float(found))
        return found if isinstance(found, Value) else None

    def tensors(self, position: int, name: str) -> list[Value] | None:
        """A list of values; None if any of them is not known."""
        found = items_of(self.get(position, name))
        values = [each for each in found or () if isinstance(each, Value)]
        return values if found and len(values) == len(found) else None

    def open_list(self, position: int, name: str) -> Value | None:
        """An item of a list whose length is not known."""
        found = self.get(position, name)
        items = found.items if isinstance(found, ListValue) and found.is_open else []
        return items[-1] if items and isinstance(items[-1], Value) else None

    def number(self, position: int, name: str, default: float) -> float | None:
        """A number; None if it is not known."""
        found = self.get(position, name, default)
        return float(found) if isinstance(found, int | float) else None

    def integer(self, position: int, name: str, default: int | None = None) -> int | None:
        """An integer; None if it is not known."""
        found = self.get(position, name, default)
        return found if type(found) is int else None

    def is_unknown(self, position: int, name: str) -> bool:
        """Whether an argument is given, but not known."""
        return self.get(position, name) is UNKNOWN

    def integers(self, position: int, name: str) -> list[int | None] | None:
        """A list of integers, or one alone; None for what is not known."""
        found = self.get(position, name)
        if type(found) is int:
            return [found]
        items = items_of(found)
        if items is None or len(items) > _MOST_AXES:
            return None
        return [item if type(item) is int else None for item in items]

    def axis(self, position: int, name: str, rank: int, default: int | None = None) -> int | None:
        """An axis, counted from the front; None if it is not known or not there."""
        return counted(self.integer(position, name, default), rank)


def counted(axis: int | None, rank: int) -> int | None:
    """An axis from the front; None if there is none."""
    if axis is None or not -rank <= axis < rank:
        return None
    return axis % rank


def broadcast(shapes: Sequence[Shape]) -> Shape:
    """The shape of what is made of values of these shapes, elementwise."""
    rank = max((len(shape) for shape in shapes), default=0)
    found: list[int | None] = []
    for at in range(-rank, 0):
        sizes = {shape[at] for shape in shapes if len(shape) >= -at}
        wide = [size for size in sizes if size is not None and size != 1]
        found.append(wide[0] if wide else None if None in sizes else 1)
    return tuple(found)
