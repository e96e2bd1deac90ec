"""The operations of the neutral graph: a plugin calls one for each of its operators.

Each returns the value of its result, or None where recognition does not follow it; the plugin then
makes a leaf of it. Axes count from the front. Nothing here knows a format or reads a weight.
"""

from __future__ import annotations

from rnninspect.graphs.building.arithmetic import MOST_SEGMENTS, Arithmetic
from rnninspect.graphs.building.expressions import Kind
from rnninspect.graphs.building.segments import aligned, cut
from rnninspect.graphs.building.tracing import Loop
from rnninspect.graphs.building.values import (
    REVERSED,
    UNSEEN,
    Lanes,
    LinearMap,
    Matrix,
    View,
    ViewAxis,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.graphs.building.values import Multiplier, Shape, Value


class Graph(Arithmetic):
    """The graph of one model, as a plugin builds it."""

    # Linear maps.

    def linear(
        self, source: Value, axis: int, by: Multiplier, shape: Shape, lane: int, name: str
    ) -> Value | None:
        """A stored matrix applied along `axis` of the source; `lane` is the axis of its units."""
        matrix = by.value
        if not isinstance(matrix, View) or not self.is_stored(matrix):
            return None
        columns, rows = matrix.axes[by.columns], matrix.axes[by.rows]
        given = self.lanes(self.sized(source, axis, rows.size), axis)
        if given is None or given.lane is None or not columns.size:
            return None
        applied = LinearMap(
            Matrix(matrix.leaf, matrix.fixed, rows, columns, by.taps), given.segments
        )
        if applied not in self.known_maps:
            self.expressions.spend(len(given.segments))
            self.known_maps[applied] = len(self.maps)
            self.uses.setdefault(applied.matrix, []).append(len(self.maps))
            self.maps.append(applied)
            self.places.append(name)
        unit = self.expressions.make(Kind.MAP, (self.known_maps[applied], 0))
        labels = given.labels if len(given.labels) == len(shape) else (None,) * len(shape)
        return Lanes(shape, labels, lane, ((columns.size, unit),))

    # Moves of axes.

    def move(self, value: Value, sources: Sequence[int | None], shape: Shape) -> Value | None:
        """Axes in another order: for each of the result the axis it was, or None for a new one."""
        if isinstance(value, View):
            kept = {at for at in sources if at is not None}
            gone = tuple(
                (axis.label, axis.start, 1)
                for at, axis in enumerate(value.axes)
                if at not in kept and axis.label is not None and self.is_part(value, axis)
            )
            axes = tuple(ViewAxis(None, 0, 1) if at is None else value.axes[at] for at in sources)
            fixed = tuple(sorted((*value.fixed, *gone), key=str)) if gone else value.fixed
            return View(value.leaf, axes, fixed)
        if value.lane is None:
            return value._replace(shape=shape, labels=(None,) * len(shape))
        if value.lane not in sources:
            return None
        labels = tuple(None if at is None else value.labels[at] for at in sources)
        return Lanes(shape, labels, list(sources).index(value.lane), value.segments)

    def split_axis(self, value: Value, shape: Shape) -> Value | None:
        """The last axis as two: `(…, a·b)` as `(…, a, b)`, the units along the second."""
        if not isinstance(value, Lanes):
            value = self.lanes(value, len(value.axes) - 1) or value
        parts, width = shape[-2], shape[-1]
        if not isinstance(value, Lanes) or value.lane != len(value.shape) - 1:
            return None
        if not parts or not width or parts > MOST_SEGMENTS:
            return None
        pieces = [cut(self.expressions, value.segments, at * width, width) for at in range(parts)]
        if any(piece is None or len(piece) != 1 for piece in pieces):
            return None
        found = [piece[0][1] for piece in pieces if piece]
        label = self.join_label((1,) * parts, tuple(found))
        unit = self.expressions.make(Kind.JOIN, (label, (1,) * parts), tuple(found))
        labels = (*value.labels[:-1], label, None)
        return Lanes(shape, labels, len(shape) - 1, ((width, unit),))

    def merge_axes(self, value: Value, shape: Shape) -> Value | None:
        """The last two axes as one, where the units are on the last."""
        if not isinstance(value, Lanes) or value.lane != len(value.shape) - 1:
            return None
        label, parts = value.labels[-2], value.shape[-2]
        if label is None or not parts or parts > MOST_SEGMENTS or len(value.segments) != 1:
            return None
        width, unit = value.segments[0]
        pick = self.expressions.pick
        segments = tuple((width, pick(unit, label, at, 1)) for at in range(parts))
        return Lanes(shape, (*value.labels[:-2], None), len(shape) - 1, segments)

    def regroup(self, value: Value, shape: Shape) -> Value | None:
        """Other axes before the last, which is that of the units."""
        if not shape or not value.shape or shape[-1] is None or shape[-1] != value.shape[-1]:
            return None
        found = self.lanes(value, len(value.shape) - 1)
        if found is None or found.lane is None or self.is_stored(value):
            return None
        labels = (*(None,) * (len(shape) - 1), found.labels[-1])
        return Lanes(shape, labels, len(shape) - 1, found.segments)

    # Parts and joins.

    def part(self, value: Value, axis: int, start: int, size: int, shape: Shape) -> Value | None:
        """Some places of an axis, which stays."""
        if isinstance(value, View):
            old = value.axes[axis]
            new = ViewAxis(old.label, old.start + start, size)
            return View(value.leaf, (*value.axes[:axis], new, *value.axes[axis + 1 :]), value.fixed)
        if axis == value.lane:
            segments = cut(self.expressions, value.segments, start, size)
            return None if segments is None else value._replace(shape=shape, segments=segments)
        return self._elsewhere(value, axis, start, size, shape)

    def reverse(self, value: Value, axis: int) -> Value:
        """An axis from its end to its start; twice is as before. Units keep their places."""
        label = value.axes[axis].label if isinstance(value, View) else value.labels[axis]
        size = value.shape[axis]
        if self.is_stored(value) or size == 1:
            return value
        if isinstance(value, View):
            if label is None:
                return value
            mark = (label, REVERSED, 0)
            kept = tuple(each for each in value.fixed if each != mark)
            turned = kept if mark in value.fixed else (*kept, mark)
            return value._replace(fixed=tuple(sorted(turned, key=str)))
        if axis == value.lane or value.lane is None:
            return value
        label = -1 - axis if label is None else label
        pick = self.expressions.pick
        return value._replace(
            segments=tuple(
                (width, pick(unit, label, REVERSED, 0)) for width, unit in value.segments
            )
        )

    def _elsewhere(
        self, value: Lanes, axis: int, start: int, size: int, shape: Shape
    ) -> Value | None:
        """A part of an axis without units: the expressions are tagged with it."""
        label = value.labels[axis]
        if value.lane is None or value.shape[axis] == 1 or value.shape[axis] == size:
            return value._replace(shape=shape)
        if label is None:
            label = -1 - axis  # an axis that nothing names: counted from the front
        pick = self.expressions.pick
        picked = tuple((width, pick(unit, label, start, size)) for width, unit in value.segments)
        return value._replace(shape=shape, segments=picked)

    def at_run_time(self, value: Value, axis: int, shape: Shape) -> Value | None:
        """One place of an axis, known only at run time; the axis stays, with the size 1."""
        if isinstance(value, View):
            if self.is_stored(value):
                return None
            return self.part(value, axis, UNSEEN - value.axes[axis].start, 1, shape)
        return None if axis == value.lane else self._elsewhere(value, axis, UNSEEN, 1, shape)

    def join(self, values: Sequence[Value], axis: int, shape: Shape) -> Value | None:
        """Values one after the other along an axis."""
        lanes = {
            value.lane for value in values if isinstance(value, Lanes) and value.lane is not None
        }
        if len(lanes) > 1 or all(self.is_stored(value) for value in values):
            return None
        lane = lanes.pop() if lanes else len(shape) - 1
        given = [self.lanes(value, lane) for value in values]
        known = [each for each in given if each is not None and each.lane is not None]
        if len(known) != len(values):
            return None
        if lane == axis:
            segments = tuple(segment for each in known for segment in each.segments)
            fits = len(segments) <= MOST_SEGMENTS
            return Lanes(shape, known[0].labels, lane, segments) if fits else None
        found = self._side_by_side(known, axis, shape, lane)
        if isinstance(found, Lanes):
            self.made_of_views(found, values, lambda at: self._end_to_end(values, axis, shape, at))
        return found

    def _end_to_end(
        self, values: Sequence[Value], axis: int, shape: Shape, lane: int
    ) -> Value | None:
        """Values joined along the axis of their units."""
        found = [self.lanes(value, lane) for value in values if lane == axis]
        known = [lanes for lanes in found if lanes is not None]
        if not known or len(known) != len(values):
            return None
        segments = tuple(segment for lanes in known for segment in lanes.segments)
        return Lanes(shape, known[0].labels, lane, segments)

    def _side_by_side(
        self, values: list[Lanes], axis: int, shape: Shape, lane: int
    ) -> Value | None:
        sizes = tuple(size for value in values if (size := value.shape[axis]) is not None)
        pieces = aligned(self.expressions, [value.segments for value in values])
        if len(sizes) != len(values) or pieces is None or len(pieces) > MOST_SEGMENTS:
            return None
        label = self.join_label(sizes, tuple(part for _, parts in pieces for part in parts))
        make = self.expressions.make
        segments = tuple((width, make(Kind.JOIN, (label, sizes), parts)) for width, parts in pieces)
        labels = (*values[0].labels[:axis], label, *values[0].labels[axis + 1 :])
        return Lanes(shape, labels, lane, segments)

    # Control.

    def carry(self, name: str, carried: Sequence[tuple[View, Value]]) -> None:
        """Note a loop: what it carries round, and what a turn makes of it."""
        self.loops.append(Loop(name, tuple(carried)))
