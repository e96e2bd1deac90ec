"""What a graph keeps while its operations are run: leaves, labels of axes, units, maps, loops."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Expressions, Kind
from rnninspect.graphs.building.values import Lanes, Leaf, LinearMap, Origin, View, ViewAxis
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs.building.values import Matrix, Shape, Value

_DEEPEST = 4  # operations over views alone, made again with their units on another axis


class Loop(Record):
    """A loop: what it carries, as (the value in a turn, the value for the next)."""

    name: str
    carried: tuple[tuple[View, Value], ...]


class Tracing:
    """Leaves of one model, what is known of them, and the expressions over their units.

    Attributes:
        expressions: what the lanes compute.
        leaves: the tensors that nothing explains further.
        maps: applications of stored matrices, in the order of the graph.
        places: the name of the node that each map was made by.
        of_views: how to make again what only views are in, with units on an axis, and its depth.
        uses: of each matrix, the maps that apply it.
        units: of each leaf, the units that were read: expression → width.
        loops: what loops carry.
        inputs, outputs: values that are fed and given.
    """

    def __init__(self, budget: int) -> None:
        self.expressions = Expressions(budget)
        self.leaves: list[Leaf] = []
        self.maps: list[LinearMap] = []
        self.places: list[str] = []
        self.units: dict[int, dict[int, int]] = {}
        self.loops: list[Loop] = []
        self.inputs: list[View] = []
        self.outputs: list[Value] = []
        self._last_label = 0
        self.known_maps: dict[LinearMap, int] = {}
        self.uses: dict[Matrix, list[int]] = {}
        self.joins: dict[object, int] = {}
        self.of_views: dict[Lanes, tuple[Callable[[int], Value | None], int]] = {}

    def leaf(self, origin: Origin, key: object, shape: Shape) -> View:
        """A new tensor that nothing explains further."""
        labels = tuple(self.new_label() for _ in shape)
        self.leaves.append(Leaf(origin, key, labels, shape))
        axes = zip(labels, shape, strict=True)
        return View(len(self.leaves) - 1, tuple(ViewAxis(label, 0, size) for label, size in axes))

    def number(self, number: float) -> Lanes:
        """A number that is the same for all units."""
        return Lanes((), (), None, ((1, self.expressions.make(Kind.NUMBER, number)),))

    def is_stored(self, value: Value | None) -> bool:
        """Whether a value is a view of what is stored."""
        return isinstance(value, View) and self.leaves[value.leaf].origin is Origin.STORED

    def new_label(self) -> int:
        """A label for an axis that no other has."""
        self._last_label += 1
        return self._last_label

    def lanes(self, value: Value, axis: int) -> Lanes | None:
        """A value whose units are on this axis; None if they cannot be."""
        if isinstance(value, Lanes):
            return value if value.lane in (None, axis) else self._across(value, axis)
        chosen = value.axes[axis]
        if chosen.size is None:
            return None
        others = [
            (other.label, other.start, other.size)
            for other in value.axes
            if other is not chosen and other.label is not None and self.is_part(value, other)
        ]
        fixed = tuple(sorted((*value.fixed, *others), key=str)) if others else value.fixed
        unit = self.expressions.make(Kind.UNIT, (value.leaf, fixed, chosen.label, chosen.start))
        widths = self.units.setdefault(value.leaf, {})
        widths[unit] = max(chosen.size, widths.get(unit, 0))
        labels = tuple([other.label for other in value.axes])
        return Lanes(value.shape, labels, axis, ((chosen.size, unit),))

    def _across(self, value: Lanes, axis: int) -> Lanes | None:
        """What was made of views alone, whose units are on another axis, as now appears."""
        again, _ = self.of_views.get(value, (None, 0))
        found = None if again is None else again(axis)
        return found if isinstance(found, Lanes) and found.lane == axis else None

    def made_of_views(
        self, value: Lanes, parts: Sequence[Value], again: Callable[[int], Value | None]
    ) -> None:
        """Note how a value is made with its units on another axis, if only views are in it."""
        depth = 0
        for part in parts:
            if isinstance(part, Lanes) and part.lane is not None:
                if part not in self.of_views:
                    return
                depth = max(depth, self.of_views[part][1])
        if depth < _DEEPEST:
            self.of_views[value] = again, depth + 1

    def sized(self, value: Value, axis: int, size: int | None) -> Value:
        """A value whose axis has this size if it was unknown: what it is combined with says so."""
        if isinstance(value, Lanes) or value.axes[axis].size is not None:
            return value
        old = value.axes[axis]
        new = ViewAxis(old.label, old.start, size)
        return View(value.leaf, (*value.axes[:axis], new, *value.axes[axis + 1 :]), value.fixed)

    def is_part(self, value: View, axis: ViewAxis) -> bool:
        """Whether a view has not all of an axis of its leaf."""
        leaf = self.leaves[value.leaf]
        whole = leaf.shape[leaf.labels.index(axis.label)] if axis.label in leaf.labels else None
        return axis.start != 0 or axis.size != whole

    def join_label(self, sizes: tuple[int, ...], parts: tuple[int, ...]) -> int:
        """The label of the axis along which these parts are joined."""
        key = (sizes, parts)
        if key not in self.joins:
            self.joins[key] = self.new_label()
        return self.joins[key]
