"""Values of a graph as recognition sees them: views of leaves, and lanes of expressions."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record

Shape = tuple[int | None, ...]
Segments = tuple[tuple[int, int], ...]
"""Widths along the lane axis, and the expression over the units of each."""

UNSEEN = -1
"""In place of where a part of an axis starts: it is known only at run time."""
REVERSED = -2
"""In place of where a part of an axis starts: all of it, from its end to its start."""


class Origin(StrEnum):
    """Where a leaf comes from."""

    STORED = "stored"  # tensors of the file, or what is computed from them alone
    INPUT = "input"  # fed from outside
    OTHER = "other"  # made by operations that are not followed; a value that a loop carries


class Leaf(Record):
    """A tensor that nothing in the graph explains further; `key` is the plugin's own."""

    origin: Origin
    key: object
    labels: tuple[int, ...]
    shape: Shape


class ViewAxis(Record):
    """One axis of a view: which axis of the leaf, from where on, and how long; None: a new one."""

    label: int | None
    start: int
    size: int | None


class View(Record):
    """A leaf or a part of it, before it is known on which axis the units are.

    `fixed` are the places on axes of the leaf that the view does not have any more.
    """

    leaf: int
    axes: tuple[ViewAxis, ...]
    fixed: tuple[tuple[int, int, int], ...] = ()

    @property
    def shape(self) -> Shape:
        """The sizes of its axes."""
        return tuple([axis.size for axis in self.axes])


class Lanes(Record):
    """A tensor whose units are on the axis `lane`; `lane` is None for one number for all."""

    shape: Shape
    labels: tuple[int | None, ...]
    lane: int | None
    segments: Segments


Value = View | Lanes


class Matrix(Record):
    """A stored matrix as a linear map reads it: the part of a leaf, its axes, its window."""

    leaf: int
    fixed: tuple[tuple[int, int, int], ...]
    rows: ViewAxis
    columns: ViewAxis
    taps: tuple[int, ...] = ()


class LinearMap(Record):
    """A stored matrix applied to lanes; `source` are the segments of what it multiplies."""

    matrix: Matrix
    source: Segments


class Multiplier(Record):
    """A value to multiply by, with its axes of inputs and of units, and a convolution's taps."""

    value: Value
    rows: int
    columns: int
    taps: tuple[int, ...] = ()
