"""HDF5 attribute messages (IV.A.2.m) and the global heap of their strings (III.E)."""

from __future__ import annotations

import math
from struct import unpack_from

from rnninspect.decode.hdf5.datatypes import Datatype, TypeClass, read_dataspace, read_datatype
from rnninspect.decode.hdf5.headers import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    DATATYPE,
    SHARED,
    resolve_shared,
)
from rnninspect.errors import UnreadableFile
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.hdf5.headers import Message
    from rnninspect.decode.hdf5.space import Space

SHARED_TYPE, SHARED_SPACE = 1, 2
COLLECTIONS_KEPT, HELD = 64, 2**16  # bytes of one, most of which have 4,096


class Attribute(Record):
    """A small array beside an object; `data` are its bytes as stored."""

    name: str
    datatype: Datatype
    shape: tuple[int, ...] | None
    data: bytes

    @property
    def elements(self) -> int:
        """Number of elements; none in a null dataspace."""
        return 0 if self.shape is None else math.prod(self.shape)


def read_attributes(space: Space, messages: Sequence[Message]) -> Iterator[Attribute]:
    """All attributes of the object with this header, those in a fractal heap included."""
    for message in messages:
        if message.kind == ATTRIBUTE:
            yield _attribute(space, message.body)
        elif message.kind == ATTRIBUTE_INFO:
            yield from _dense(space, message.body)


def _dense(space: Space, body: bytes) -> Iterator[Attribute]:
    """Attributes that an object with many keeps in a fractal heap, by the index of their names."""
    if body[0] != 0:
        raise UnreadableFile(f"unsupported HDF5 attribute info version {body[0]}")
    at = 2 + (2 if body[1] & 1 else 0)
    heap, index = space.address(body, at), space.address(body, at + space.offset.size)
    if heap is None or index is None:
        return
    from rnninspect.decode.hdf5.heaps import FractalHeap  # noqa: PLC0415 - few objects have so many
    from rnninspect.decode.hdf5.trees import read_records  # noqa: PLC0415 - as above

    objects = FractalHeap(space, heap)
    for record in read_records(space, index):
        if record[objects.id_size] & SHARED:
            raise UnreadableFile("HDF5 attributes in the shared message heap are not supported")
        yield _attribute(space, objects.object(record[: objects.id_size]))


def _attribute(space: Space, body: bytes) -> Attribute:
    version, flags = body[0], body[1]
    if version not in (1, 2, 3):
        raise UnreadableFile(f"unsupported HDF5 attribute version {version}")
    name_size, type_size, space_size = unpack_from("<3H", body, 2)
    at = 9 if version == 3 else 8
    round_up = 8 if version == 1 else 1
    parts: list[bytes] = []
    for size in (name_size, type_size, space_size):
        parts.append(body[at : at + size])
        at += -(-size // round_up) * round_up
    if at > len(body):
        raise UnreadableFile("an HDF5 attribute is longer than its message")
    shared = flags if version > 1 else 0
    if shared & SHARED_SPACE:
        raise UnreadableFile("shared dataspaces of HDF5 attributes are not supported")
    datatype = read_datatype(
        resolve_shared(space, parts[1], DATATYPE) if shared & SHARED_TYPE else parts[1]
    )
    shape = read_dataspace(space, parts[2])
    if parts[0].find(0) != len(parts[0]) - 1:
        raise UnreadableFile("malformed name of an HDF5 attribute")
    name = parts[0][:-1].decode("utf-8", "surrogateescape")
    size = datatype.size * (0 if shape is None else math.prod(shape))
    if at + size > len(body):
        raise UnreadableFile(f"the HDF5 attribute {name!r} is longer than its message")
    return Attribute(name, datatype, shape, body[at : at + size])


class GlobalHeaps:
    """The collections of variable-length values; of the last ones it is known what is where."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._collections: dict[int, dict[int, tuple[int, int]]] = {}

    def texts(self, attribute: Attribute) -> tuple[bytes, ...] | None:
        """The strings of an attribute as bytes; None if its elements are not strings."""
        step = attribute.datatype.size
        if attribute.datatype.variable_string:
            parts = range(0, attribute.elements * step, step)
            return tuple(self._value(attribute.data, at) for at in parts)
        if attribute.datatype.kind is not TypeClass.STRING:
            return None
        data = self._space.kept(attribute.data)
        return tuple(
            data[at : at + step].rstrip(b"\0") for at in range(0, attribute.elements * step, step)
        )

    def _value(self, data: bytes, at: int) -> bytes:
        width = self._space.offset.size
        length, index = unpack_from("<I", data, at)[0], unpack_from("<I", data, at + 4 + width)[0]
        collection = self._space.address(data, at + 4)
        if not collection or not length:
            return b""
        if collection not in self._collections:
            if len(self._collections) >= COLLECTIONS_KEPT:
                self._collections.clear()
            self._collections[collection] = self._walk(collection)
        place, size = self._collections[collection].get(index, (0, -1))
        if length > size:
            raise UnreadableFile(f"an HDF5 string is not in the global heap at {collection}")
        self._space.kept(b"")
        return self._space.kept(self._space.read(place, length)).partition(b"\0")[0]

    def _walk(self, collection: int) -> dict[int, tuple[int, int]]:
        """Index -> (address, size) of the objects of one collection."""
        space = self._space
        header = 8 + -(-space.length.size // 8) * 8  # of the collection, and of each object
        head = space.read(collection, header)
        if head[:4] != b"GCOL" or head[4] != 1:
            raise UnreadableFile(f"missing global heap at {collection}")
        end = collection + space.size(head, 8)
        space.hold(collection, min(space.size(head, 8), HELD))
        at, objects = collection + header, dict[int, tuple[int, int]]()
        while at + header <= end:
            entry = space.read(at, header)
            index, size = unpack_from("<H", entry)[0], space.size(entry, 8)
            if index == 0:  # the free space, which must reach to the end
                if at + size != end:
                    raise UnreadableFile(f"malformed free space in the global heap at {collection}")
                break
            if at + header + size > end or index in objects:
                raise UnreadableFile(f"malformed object in the global heap at {collection}")
            objects[index] = (at + header, size)
            at += header + -(-size // 8) * 8
        return objects
