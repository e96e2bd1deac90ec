"""Groups, datasets and types of HDF5 as a reader meets them, each read when it is asked for."""

from __future__ import annotations

import math

from rnninspect.decode.hdf5.attributes import read_attributes
from rnninspect.decode.hdf5.datatypes import read_dataspace, read_datatype
from rnninspect.decode.hdf5.groups import listed, read_entries
from rnninspect.decode.hdf5.headers import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    DATASPACE,
    DATATYPE,
    EXTERNAL_FILES,
    FILTERS,
    LAYOUT,
    shared_body,
)
from rnninspect.decode.hdf5.layouts import (
    Layout,
    LayoutKind,
    read_external_files,
    read_filters,
    read_layout,
)
from rnninspect.decode.hdf5.space import structural
from rnninspect.errors import UnreadableFile
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.decode.hdf5.attributes import Attribute, GlobalHeaps
    from rnninspect.decode.hdf5.datatypes import Datatype
    from rnninspect.decode.hdf5.groups import Link
    from rnninspect.decode.hdf5.headers import Message
    from rnninspect.decode.hdf5.space import Space


DESCRIBING = (DATASPACE, DATATYPE, LAYOUT, FILTERS, EXTERNAL_FILES)


def attributes_of(space: Space, address: int, messages: Sequence[Message]) -> dict[str, Attribute]:
    """All attributes of an object with these messages, by name."""
    found = list(read_attributes(space, messages))
    named = {attribute.name: attribute for attribute in found}
    if len(named) < len(found):
        raise UnreadableFile(f"duplicate attribute name of the object at {address}")
    return named


class Node:
    """What every object has: an address, which is its identity, and attributes."""

    __slots__ = ("_attributes", "_heaps", "_messages", "_space", "address")

    def __init__(
        self, space: Space, heaps: GlobalHeaps, address: int, messages: list[Message]
    ) -> None:
        self.address = address
        self._space, self._heaps, self._messages = space, heaps, messages
        self._attributes: dict[str, Attribute] | None = None

    @structural
    def attributes(self) -> dict[str, Attribute]:
        """All attributes by name."""
        if self._attributes is None:
            self._attributes = attributes_of(self._space, self.address, self._messages)
        return self._attributes

    @structural
    def texts(self, name: str) -> tuple[str, ...] | None:
        """The strings of an attribute; None if there is no such attribute or it has no strings."""
        attribute = self.attributes().get(name)
        values = None if attribute is None else self._heaps.texts(attribute)
        if values is None:
            return None
        return tuple(value.decode("utf-8", "surrogateescape") for value in values)

    def text(self, name: str) -> str | None:
        """The string of an attribute that has exactly one."""
        values = self.texts(name)
        return values[0] if values is not None and len(values) == 1 else None


class NamedType(Node):
    """A datatype that is an object of its own."""

    __slots__ = ()


class Group(Node):
    """An object with links to others."""

    __slots__ = ()

    @property
    def messages(self) -> list[Message]:
        """Those of its object header."""
        return self._messages

    @structural
    def entries(self) -> dict[str, int | Link]:
        """By name the address of an object, or a link that is not followed.

        RefusedFile if the file has too many.
        """
        return listed(self._space, self.address, read_entries(self._space, self._messages))


class Dataset(Node):
    """An array, without its elements.

    Attributes:
        shape: axes; () of a scalar, None of a null dataspace.
        datatype: of an element.
        layout: where its bytes are stored.
        filters: what its chunks pass through, by name.
        external_files: names of the other files with its bytes.
    """

    __slots__ = ("datatype", "external_files", "filters", "layout", "shape")

    def __init__(
        self, space: Space, heaps: GlobalHeaps, address: int, messages: list[Message]
    ) -> None:
        attributes: list[Message] = []
        super().__init__(space, heaps, address, attributes)
        bodies: dict[int, bytes] = {}
        for message in messages:  # of two messages of one kind, HDF5 heeds the first
            kind = message.kind
            if kind in DESCRIBING and kind not in bodies:
                bodies[kind] = shared_body(self._space, message)
            elif kind in (ATTRIBUTE, ATTRIBUTE_INFO):
                attributes.append(message)
        if DATASPACE not in bodies:
            raise UnreadableFile(f"the HDF5 dataset at {address} has no dataspace")
        self.shape = read_dataspace(self._space, bodies[DATASPACE])
        self.datatype: Datatype = read_datatype(bodies[DATATYPE])
        self.layout: Layout = read_layout(self._space, bodies[LAYOUT])
        self.filters = read_filters(bodies[FILTERS]) if FILTERS in bodies else ()
        self.external_files = (
            read_external_files(self._space, bodies[EXTERNAL_FILES])
            if EXTERNAL_FILES in bodies
            else ()
        )

    @property
    def elements(self) -> int:
        """Number of elements; none in a null dataspace."""
        return 0 if self.shape is None else math.prod(self.shape)

    @property
    def needed_bytes(self) -> int:
        """Bytes that its shape and its type call for."""
        return self.elements * self.datatype.size

    @property
    def held_bytes(self) -> int | None:
        """Bytes of it that are in this file; None if only its chunks could show it."""
        layout = self.layout
        if layout.kind is LayoutKind.COMPACT:
            return layout.size
        if self.external_files or layout.kind is LayoutKind.VIRTUAL:
            return None
        if layout.address is None:
            return 0
        if layout.size is None:
            return None
        return max(0, min(layout.size, self._space.end - layout.address))


class Plain(Record):
    """What datasets have in common whose headers differ in addresses alone.

    Attributes:
        shape: of each.
        datatype: of their elements.
        bytes: as many as the shape and the type need.
        in_run: whether these are one run in the file, unfiltered; else they are in chunks.
    """

    shape: tuple[int, ...]
    datatype: Datatype
    bytes: int
    in_run: bool


class Alike(Record):
    """An object whose header is that of others but for addresses; it is not made.

    Attributes:
        address: of the header.
        plain: what such datasets have in common, None of a group.
        start: where the dataset's bytes are, or the index of its chunks.
        messages: those of its header with links and attributes; of a group where it is entered.
    """

    address: int
    plain: Plain | None = None
    start: int = 0
    messages: Sequence[Message] = ()
