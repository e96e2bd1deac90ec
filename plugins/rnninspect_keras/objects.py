"""Graphs of trackable objects, as SavedModels and object-based checkpoints keep them.

Follows `tensorflow/core/protobuf/saved_object_graph.proto` and `trackable_object_graph.proto`.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader
from rnninspect.plugin import UnreadableFile
from rnninspect_keras.bundle import read_shape, type_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.decode.protobuf import Found, Span
    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.declared import Declared

VALUE = "VARIABLE_VALUE"  # name of the attribute of a variable that is its value


class Variable:
    """A variable as a SavedModel describes it."""

    __slots__ = ("dtype", "itemsize", "name", "shape")

    def __init__(self, name: str, dtype: str, itemsize: int, shape: tuple[int, ...]) -> None:
        self.name = name
        self.dtype = dtype
        self.itemsize = itemsize
        self.shape = shape


class Item:
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

    def __init__(self, children: dict[str, int], slots: tuple[int, ...] = ()) -> None:
        self.children = children
        self.slots = slots
        self.identifier, self.metadata = "", b""
        self.name, self.key = "", ""
        self.variable: Variable | None = None
        self.tensor: StoredTensor | None = None
        self.declared: Declared | None = None


def read_trackable(data: Source) -> list[Item]:
    """The objects of a TrackableObjectGraph."""
    wire = WireReader(data)
    spans = wire.collect(wire.whole(), (1,)).spans(1)
    data.limits.require("members", len(spans), "the number of objects")
    return _closed([_trackable(wire, span) for span in spans])


def read_saved(wire: WireReader, spans: Iterable[Span]) -> list[Item]:
    """The objects of a SavedObjectGraph whose nodes lie at these places."""
    places = list(spans)
    wire.source.limits.require("members", len(places), "the number of objects")
    return _closed([_saved(wire, span) for span in places])


def _trackable(wire: WireReader, span: Span) -> Item:
    fields = wire.collect((span,), (1, 2, 3))
    item = Item(_children(wire, fields), _slots(wire, fields))
    for attribute in fields.spans(2):
        known = wire.collect((attribute,), (1, 2, 3))
        if wire.last_text(known, 1) == VALUE:
            item.name, item.key = wire.last_text(known, 2), wire.last_text(known, 3)
    return item


def _saved(wire: WireReader, span: Span) -> Item:
    fields = wire.collect((span,), (1, 3, 4, 7))
    item = Item(_children(wire, fields), _slots(wire, fields))
    if fields.spans(4):
        user = wire.collect(fields.message(4), (1, 3))
        item.identifier, item.metadata = wire.last_text(user, 1), long_text(wire, user, 3)
    if fields.spans(7):
        known = wire.collect(fields.message(7), (1, 2, 6))
        item.name = wire.last_text(known, 6)
        shape = read_shape(wire, known.message(2))
        item.variable = Variable(item.name, *type_of(known.number(1) or 0), shape)
    return item


def long_text(wire: WireReader, found: Found, number: int) -> bytes:
    """A text that may be longer than a name: a whole model's configuration."""
    start, end = (found.spans(number) or [(0, 0)])[-1]
    wire.limits.require("header_bytes", end - start, f"the text at offset {start}")
    return wire.source.read(start, end - start)


def _children(wire: WireReader, fields: Found) -> dict[str, int]:
    children: dict[str, int] = {}
    for span in fields.spans(1):
        child = wire.collect((span,), (1, 2))
        children[wire.last_text(child, 2)] = child.number(1) or 0
    return children


def _slots(wire: WireReader, fields: Found) -> tuple[int, ...]:
    return tuple(wire.collect((span,), (3,)).number(3) or 0 for span in fields.spans(3))


def _closed(items: list[Item]) -> list[Item]:
    """The same objects, once no edge leads to one that is not there."""
    for item in items:
        if any(child >= len(items) for child in (*item.children.values(), *item.slots)):
            raise UnreadableFile("an object of the graph has a child beyond the last object")
    return items


def reach(items: list[Item], start: Iterable[int], follows: Callable[[str], bool]) -> Iterator[int]:
    """The numbers of the objects that edges of these names lead to, each once, breadth first."""
    pending = list(dict.fromkeys(start))
    seen = set(pending)
    for number in pending:  # grows while it is walked
        yield number
        for name, child in items[number].children.items():
            if child not in seen and follows(name):
                seen.add(child)
                pending.append(child)


def paths_to(
    items: list[Item], wanted: Iterable[int], follows: Callable[[str], bool]
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
