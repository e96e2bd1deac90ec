"""The core's graph of one program, its leaves, and what is learned of the sizes of its inputs.

A script says nothing about shapes. Ranks are assumed; a size is learned where a stored matrix or a
value of known width meets an input, and the program is then translated again.
"""

from __future__ import annotations

from rnninspect.graphs import Graph, Origin, Value, View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs import Shape
    from rnninspect_torch.networks.named_tensors import NamedTensor
    from rnninspect_torch.tensors.views import TensorView

    Sizes = dict[object, dict[int, int]]

_HIGHEST_RANK = 8


class Program:
    """The graph of a program that is being translated.

    Attributes:
        graph: the core's graph; the key of a stored leaf is its NamedTensor.
        sizes: of leaves that are not stored, by their keys and axes: what was learned of them.
        learned: whether something was learned that this translation did not know.
        missed: whether it would have followed more if it had known the sizes of its inputs.
        label: where the translation is, for people.
        operators: how many were run.
        depth: how many loops are around that place.
        rank: the rank of a value of which nothing is known.
    """

    def __init__(self, budget: int, sizes: Sizes, rank: int = 2) -> None:
        self.graph = Graph(budget)
        self.sizes = sizes
        self.learned = False
        self.missed = False
        self.label = ""
        self.depth = 0
        self.operators = 0
        self.rank = rank
        self._stored: dict[object, View] = {}
        self._filled: set[int] = set()
        self._made = 0
        self._loops = 0
        self._joined: dict[object, tuple[tuple[Value, ...], int]] = {}

    def stored(self, entry: NamedTensor) -> View:
        """The leaf of a stored tensor; one for all names of the same elements."""
        key = _identity(entry.tensor)
        if key not in self._stored:
            self._stored[key] = self.graph.leaf(Origin.STORED, entry, entry.tensor.shape)
        return self._stored[key]

    def fed(self, key: object, shape: Shape) -> View:
        """A leaf for what is given to the program from outside."""
        rank = self.sizes.get(key, {}).get(_RANK, len(shape))
        if rank != len(shape):
            shape = (None,) * rank
        return self.graph.leaf(Origin.INPUT, key, self._known(key, shape))

    def filled(self, shape: Shape) -> View:
        """A leaf for a new tensor of one number, such as a state that is not given."""
        view = self.made(shape)
        self._filled.add(view.leaf)
        return view

    def is_filled(self, value: Value) -> bool:
        """Whether a value is such a new tensor."""
        return isinstance(value, View) and value.leaf in self._filled

    def learn_like(self, value: Value, other: Value) -> None:
        """Note that a value has the shape of another."""
        if len(value.shape) == len(other.shape):
            for axis, size in enumerate(other.shape):
                self.learn(value, axis, size)
        elif isinstance(value, View) and value.fixed == ():
            leaf = self.graph.leaves[value.leaf]
            if leaf.origin is Origin.INPUT and len(leaf.shape) == len(value.shape):
                self.learn_shape(leaf.key, other.shape)

    def made(self, shape: Shape, axes_joined: tuple[tuple[Value, ...], int] | None = None) -> View:
        """A leaf for what recognition does not follow; or of values joined along an axis."""
        self.graph.expressions.spend(1)
        self._made += 1
        key = ("made", self._made)
        if axes_joined is not None:
            self.missed = True
            self._joined[key] = axes_joined
            size = self.sizes.get(key, {}).get(axes_joined[1])
            if size is not None:
                self._learn_parts(key, axes_joined[1], size)
        return self.graph.leaf(Origin.OTHER, key, self._known(key, shape[:_HIGHEST_RANK]))

    def carried(self, key: object, shape: Shape | None) -> View | None:
        """A leaf for what a loop carries; None if its rank is not known yet."""
        sizes = self.sizes.get(key)
        if shape is None and sizes is not None:
            shape = (None,) * sizes[_RANK]
        return (
            None if shape is None else self.graph.leaf(Origin.OTHER, key, self._known(key, shape))
        )

    def new_loop(self) -> str:
        """A name for a loop, the same in each translation."""
        self._loops += 1
        return f"loop {self._loops}"

    def learn_shape(self, key: object, shape: Shape) -> None:
        """Note the shape of a carried value of which nothing was known."""
        sizes = self.sizes.setdefault(key, {})
        if _RANK not in sizes:
            self.missed = True
            sizes[_RANK] = len(shape)
            sizes.update({at: size for at, size in enumerate(shape) if size is not None})
            self.learned = True

    def sized(self, value: Value, axis: int, size: int | None) -> Value:
        """A value whose axis has this size if its own is not known, which is noted."""
        if not isinstance(value, View) or size is None or value.axes[axis].size is not None:
            return value
        self.learn(value, axis, size)
        chosen = value.axes[axis]._replace(size=size)
        return value._replace(axes=(*value.axes[:axis], chosen, *value.axes[axis + 1 :]))

    def learn(self, value: Value, axis: int, size: int | None) -> None:
        """Note the size that an axis of a value must have."""
        if not isinstance(value, View) or size is None or value.axes[axis].size is not None:
            return
        leaf, label = self.graph.leaves[value.leaf], value.axes[axis].label
        if leaf.origin is Origin.STORED or label not in leaf.labels:
            return
        at = leaf.labels.index(label)
        sizes = self.sizes.setdefault(leaf.key, {})
        if leaf.shape[at] is None and at not in sizes:
            sizes[at] = size
            self.learned = True
            self._learn_parts(leaf.key, at, size)

    def open_parts(self) -> Iterator[tuple[Value, int]]:
        """The parts of unknown size of joined values whose own size is known, with the axis."""
        for key, (parts, axis) in self._joined.items():
            if axis in self.sizes.get(key, {}):
                yield from ((part, axis) for part in parts if part.shape[axis] is None)

    def _learn_parts(self, key: object, axis: int, size: int) -> None:
        """The size of the one part of a joined value that is not known."""
        parts, along = self._joined.get(key, ((), -1))
        if axis != along:
            return
        open_parts = [part for part in parts if part.shape[axis] is None]
        rest = size - sum(part.shape[axis] or 0 for part in parts)
        if len(open_parts) == 1 and rest > 0:
            self.learn(open_parts[0], axis, rest)

    def _known(self, key: object, shape: Shape) -> Shape:
        sizes = self.sizes.get(key)
        if sizes is None:
            return shape
        return tuple(sizes.get(at) if size is None else size for at, size in enumerate(shape))


_RANK = -1  # the key of a rank among the sizes of a leaf


def _identity(tensor: TensorView) -> object:
    if tensor.storage is None:
        return id(tensor)
    storage = tensor.storage
    return (storage.scope, storage.key, tensor.offset, tensor.shape, tensor.strides)
