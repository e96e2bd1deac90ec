"""Elementwise functions of the neutral graph, over operands whose units are on one axis."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.segments import aligned
from rnninspect.graphs.building.tracing import Tracing
from rnninspect.graphs.building.values import Lanes, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.graphs.building.values import Segments, Shape, Value

MOST_SEGMENTS = 64


class Arithmetic(Tracing):
    """A graph as far as its functions of units go."""

    def apply(self, name: str, operands: Sequence[Value], shape: Shape) -> Value | None:
        """An elementwise function; None if the operands' units are on different axes."""
        trailing = self._trailing(operands)
        if trailing is None or all(map(self.is_stored, operands)):
            return None
        found = self._applied(name, operands, shape, trailing)
        if found is not None:
            rank = len(shape)
            self.made_of_views(
                found, operands, lambda at: self._applied(name, operands, shape, rank - at)
            )
        return found

    def _trailing(self, operands: Sequence[Value]) -> int | None:
        """How far from the end the units are; of what views alone are in, as others have it."""
        lanes = [value for value in operands if isinstance(value, Lanes) and value.lane is not None]
        places = {value: len(value.shape) - (value.lane or 0) for value in lanes}
        certain = {places[value] for value in lanes if value not in self.of_views}
        if len(certain) > 1:
            return None
        return certain.pop() if certain else max(places.values(), default=1)

    def _applied(
        self, name: str, operands: Sequence[Value], shape: Shape, last: int
    ) -> Lanes | None:
        numbers = all(isinstance(value, Lanes) and value.lane is None for value in operands)
        if last > len(shape) and not numbers:
            return None
        spread = [self._spread(value, last) for value in self._as_wide(operands, last)]
        if None in spread:
            return None
        pieces = aligned(self.expressions, [each for each in spread if each is not None])
        if pieces is None or len(pieces) > MOST_SEGMENTS:
            return None
        make = self.expressions.make
        segments = tuple([(width, make(Kind.APPLY, name, parts)) for width, parts in pieces])
        lane = None if numbers else len(shape) - last
        return Lanes(shape, self._labels_of(operands, len(shape)), lane, segments)

    def _as_wide(self, operands: Sequence[Value], trailing: int) -> list[Value]:
        """The operands; one whose number of units is unknown has those of the others."""
        shapes = [value.shape for value in operands]
        sizes = {shape[-trailing] for shape in shapes if len(shape) >= trailing}
        if None not in sizes:
            return list(operands)
        width = max((size for size in sizes if size is not None), default=1)
        if width == 1:
            return list(operands)
        return [
            self.sized(value, len(value.shape) - trailing, width)
            if len(value.shape) >= trailing
            else value
            for value in operands
        ]

    def _labels_of(self, operands: Sequence[Value], rank: int) -> tuple[int | None, ...]:
        for value in operands:
            if isinstance(value, Lanes) and len(value.labels) == rank:
                return value.labels
        for value in operands:
            if isinstance(value, View) and len(value.axes) == rank:
                return tuple(axis.label for axis in value.axes)
        return (None,) * rank

    def _spread(self, value: Value, trailing: int) -> Segments | None:
        """The segments of an operand along the axis that is `trailing` from the end."""
        if isinstance(value, Lanes):
            if value.lane is None or len(value.shape) - value.lane == trailing:
                return value.segments
            again = self.lanes(value, len(value.shape) - trailing)
            return None if again is None else again.segments
        at = len(value.axes) - trailing
        if at < 0 or value.axes[at].size == 1:
            unit = self.expressions.make(Kind.UNIT, (value.leaf, value.fixed, None, 0))
            return ((1, unit),)
        found = self.lanes(value, at)
        return None if found is None else found.segments
