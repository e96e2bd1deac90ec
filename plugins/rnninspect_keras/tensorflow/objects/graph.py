"""Graphs of trackable objects, as SavedModels and object-based checkpoints keep them.

Follows `tensorflow/core/protobuf/saved_object_graph.proto` and `trackable_object_graph.proto`.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, WireReader
from rnninspect.lean import partial
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_keras.graph.messages.types import Shapes, type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from rnninspect.decode.protobuf import Found, Message, Span
    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.configuration.declared import Declared

    Take = Callable[[WireReader, "GraphObject", int, Span], None]

_VALUE = b"VARIABLE_VALUE"  # name of the attribute of a variable that is its value
_NO_CHILDREN: Mapping[str, int] = {}  # of most objects: not a dict for each
# Fields of a graph, of its objects, of a checkpoint's and of a SavedModel's.
_NODES, _CHILDREN, _SLOTS, _ATTRIBUTES, _USER_OBJECT, _VARIABLE = 1, 1, 3, 2, 4, 7


class Variable:
    """A variable as a SavedModel describes it."""

    __slots__ = ("dtype", "itemsize", "name", "shape")

    def __init__(self, name: str, dtype: str, itemsize: int, shape: tuple[int, ...]) -> None:
        self.name = name
        self.dtype = dtype
        self.itemsize = itemsize
        self.shape = shape


class GraphObject:
    """One object of a graph.

    Attributes:
        children: attribute name -> number of the object under it.
        slots: numbers of the objects that an optimizer keeps beside variables.
        identifier: what kind of object a SavedModel says it is.
        metadata: Keras' description of it, as JSON; empty if it has none.
        name: a variable's name in its framework's graph.
        key: where a checkpoint keeps it.
        variable: what a SavedModel says of it, if it is one.
        tensor: what is stored for it.
        declared: the Keras layer that it is.
    """

    __slots__ = (
        "children",
        "declared",
        "identifier",
        "key",
        "metadata",
        "name",
        "slots",
        "tensor",
        "variable",
    )

    def __init__(self, children: Mapping[str, int], slots: Sequence[int]) -> None:
        self.children = children
        self.slots = slots
        self.identifier, self.metadata = "", b""
        self.name, self.key = "", ""
        self.variable: Variable | None = None
        self.tensor: StoredTensor | None = None
        self.declared: Declared | None = None


def read_trackable(data: Source) -> list[GraphObject]:
    """The objects of a TrackableObjectGraph."""
    wire = WireReader(data)
    return _Objects(wire).read(wire.whole(), _take_value)


def read_saved(wire: WireReader, graph: Message) -> list[GraphObject]:
    """The objects of a SavedObjectGraph."""
    return _Objects(wire).read(graph, partial(_take_saved, Shapes(wire)))


class _Objects:
    """Reads a graph's objects one by one, and counts them and their edges before it keeps them."""

    def __init__(self, wire: WireReader) -> None:
        self._wire = wire
        self._seen = 0

    def read(self, graph: Message, take: Take) -> list[GraphObject]:
        """All objects; `take` is given all fields that are not edges."""
        items: list[GraphObject] = []
        for number, kind, start, size in self._wire.fields(graph):
            if number == _NODES and kind == LENGTH:
                self._count()
                items.append(self._item((start, start + size), take))
        return _closed(items)

    def _item(self, span: Span, take: Take) -> GraphObject:
        item, wire = GraphObject(_NO_CHILDREN, ()), self._wire
        children: dict[str, int] = {}
        slots: list[int] = []
        for number, kind, start, size in wire.fields((span,)):
            if kind == LENGTH and number in (_CHILDREN, _SLOTS):
                self._count()
                numbers, parts = wire.held(wire.raw(start, size), start)
                if number == _CHILDREN:
                    children[wire.decoded(parts.get(2, [b""])[-1])] = numbers.get(1, 0)
                else:
                    slots.append(numbers.get(3, 0))
            elif kind == LENGTH:
                take(wire, item, number, (start, start + size))
        if children:
            item.children = children
        if slots:
            item.slots = slots
        return item

    def _count(self) -> None:
        self._seen += 1
        self._wire.limits.require(Limit.OBJECTS, self._seen, "the number of objects and edges")


def _take_value(wire: WireReader, item: GraphObject, number: int, span: Span) -> None:
    """The contents of a checkpoint's object: attributes, of which one is a variable's value."""
    if number == _ATTRIBUTES:
        start, end = span
        _, parts = wire.held(wire.raw(start, end - start), start)
        if parts.get(1, [b""])[-1] == _VALUE:
            item.name, item.key = (wire.decoded(parts.get(at, [b""])[-1]) for at in (2, 3))


def _take_saved(
    shapes: Shapes, wire: WireReader, item: GraphObject, number: int, span: Span
) -> None:
    """What an object of a SavedModel is: of the user's, or a variable."""
    if number == _USER_OBJECT:
        user = wire.collect((span,), (1, 3))
        item.identifier, item.metadata = wire.last_text(user, 1), long_text(wire, user, 3)
    elif number == _VARIABLE:
        start, end = span
        numbers, parts = wire.held(wire.raw(start, end - start), start)
        item.name = wire.decoded(parts.get(6, [b""])[-1])
        shape = shapes.read(parts.get(2, ()))
        item.variable = Variable(item.name, *type_of(numbers.get(1, 0)), shape)


def long_text(wire: WireReader, found: Found, number: int) -> bytes:
    """A text that may be longer than a name: a whole model's configuration."""
    start, end = (found.spans(number) or [(0, 0)])[-1]
    wire.limits.require(Limit.HEADER_BYTES, end - start, f"the text at offset {start}")
    return wire.source.read(start, end - start)


def _closed(items: list[GraphObject]) -> list[GraphObject]:
    """The same objects, once no edge leads to one that is not there."""
    for item in items:
        if any(child >= len(items) for child in (*item.children.values(), *item.slots)):
            raise UnreadableFile("an object of the graph has a child beyond the last object")
    return items


def reach(
    items: list[GraphObject],
    start: Iterable[int],
    follows: Callable[[str], bool],
    without: Iterable[int] = (),
) -> Iterator[int]:
    """The numbers of the objects that edges of these names lead to, each once, breadth first.

    Objects of `without` are left out, and with them what only they lead to.
    """
    pending = list(dict.fromkeys(start))
    seen = {*pending, *without}
    for number in pending:  # grows while it is walked
        yield number
        for name, child in items[number].children.items():
            if child not in seen and follows(name):
                seen.add(child)
                pending.append(child)


def paths_to(
    items: list[GraphObject], wanted: Iterable[int], follows: Callable[[str], bool]
) -> dict[int, tuple[str, ...]]:
    """The shortest paths of edges from the root to objects, a cell's own edge left out."""
    came: dict[int, tuple[int, str]] = {}
    for number in reach(items, [0], follows):
        for name, child in items[number].children.items():
            if child != 0 and follows(name):
                came.setdefault(child, (number, name))
    paths: dict[int, tuple[str, ...]] = {}
    for number in wanted:
        path, at = list[str](), number
        while at in came:
            at, name = came[at]
            path.append(name)
        if path and at == 0:
            paths[number] = tuple(reversed(path[1:] if path[0] == "cell" else path))
    return paths
