"""HDF5 object headers, versions 1 and 2, as lists of messages (specification IV.A.1)."""

from __future__ import annotations

from struct import Struct, unpack_from

from rnninspect.decode.hdf5.checksum import NEW_HEADER, NEW_PART, part_of_header, require_checksum
from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.hdf5.space import Space

DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT = 0x01, 0x02, 0x03, 0x06, 0x07, 0x08
FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO = 0x0B, 0x0C, 0x10, 0x11, 0x15
KEPT = {
    *(DATASPACE, LINK_INFO, DATATYPE, LINK, EXTERNAL_FILES, LAYOUT),
    *(FILTERS, ATTRIBUTE, CONTINUATION, SYMBOL_TABLE, ATTRIBUTE_INFO),
}
KNOWN_KINDS = 0x18  # message types below this one are known to the specification
SHARED, FAIL_IF_UNKNOWN = 0x02, 0x80  # flags of a message
ORDERED = 0x04  # flag of a header whose messages have numbers

OLD_MESSAGE, NEW_MESSAGE = Struct("<HHB3x"), Struct("<BHB")
MOST_CHUNKS = 4096


class Message(Record):
    """One message; millions may pass, hence a tuple."""

    kind: int
    flags: int
    body: bytes


def read_header(space: Space, address: int) -> list[Message]:
    """The messages of the object header at an address that this reader has a use for."""
    head = space.read(address, 16)
    if head[:4] == NEW_HEADER:
        messages = _read_new(space, address, head)
    elif head[0] == 1:
        messages = _read_old(space, address, head)
    else:
        raise UnreadableFile(f"missing HDF5 object header at {address}")
    return messages


def _read_old(space: Space, address: int, head: bytes) -> list[Message]:
    number, _, size = unpack_from("<HII", head, 2)
    messages: list[Message] = []
    chunks, seen = [(address + 16, size)], 0
    for start, length in chunks:  # grows while it is walked
        space.limits.require(Limit.HEADER_BYTES, length, "an object header")
        data = space.read(start, length)
        found, passed = _split_old(data, start)
        seen += passed
        for message in found:
            if message.kind == CONTINUATION:
                chunks.append(_continuation(space, message, len(chunks)))
            else:
                messages.append(message)
    space.count_messages(seen)
    if seen > number:
        raise UnreadableFile(f"the object header at {address} has more messages than it declares")
    return messages


def _split_old(data: bytes, start: int) -> tuple[list[Message], int]:
    """The messages of a chunk that this reader has a use for, and how many there are in all."""
    at, end, seen = 0, len(data), 0
    head, unpack = OLD_MESSAGE.size, OLD_MESSAGE.unpack_from
    found: list[Message] = []
    while at + head <= end:
        kind, size, flags = unpack(data, at)
        at += head
        if size % 8 or at + size > end:
            raise UnreadableFile(f"malformed object header at {start}: a message of {size} bytes")
        if kind in KEPT:
            found.append(Message(kind, flags, data[at : at + size]))
        elif kind >= KNOWN_KINDS and flags & FAIL_IF_UNKNOWN:
            raise _unknown(kind)
        at += size
        seen += 1
    return found, seen


def _read_new(space: Space, address: int, head: bytes) -> list[Message]:
    version, flags = head[4], head[5]
    if version != 2:
        raise UnreadableFile(f"unsupported object header version {version} at {address}")
    at, width = place_of_size(flags)
    size = int.from_bytes(space.read(address + at, width), "little")
    space.limits.require(Limit.HEADER_BYTES, size, "an object header")
    block = space.read(address, at + width + size + 4)
    require_checksum(space, block, part_of_header(address, block))
    messages: list[Message] = []
    blocks, places, seen = [block[at + width : -4]], 1, 0
    for data in blocks:  # grows while it is walked
        for message in _split_new(data, flags):
            if message.kind == CONTINUATION:
                blocks.append(_continued(space, *_continuation(space, message, places)))
                places += 1
            elif message.kind in KEPT:
                messages.append(message)
            seen += 1
    space.count_messages(seen)
    return messages


def place_of_size(flags: int) -> tuple[int, int]:
    """Where a header of version 2 has the size of its messages, and the bytes of that."""
    return 6 + (16 if flags & 0x20 else 0) + (4 if flags & 0x10 else 0), 1 << (flags & 3)


def _continued(space: Space, start: int, length: int) -> bytes:
    space.limits.require(Limit.HEADER_BYTES, length, "an object header")
    block = space.read(start, length)
    if block[:4] != NEW_PART or len(block) < 8:
        raise UnreadableFile(f"missing continuation of an object header at {start}")
    require_checksum(space, block, part_of_header(start, block))
    return block[4:-4]


def _split_new(data: bytes, flags: int) -> Iterator[Message]:
    at, prefix = 0, NEW_MESSAGE.size + (2 if flags & ORDERED else 0)
    while at + prefix <= len(data):
        kind, size, marks = NEW_MESSAGE.unpack_from(data, at)
        at += prefix
        if at + size > len(data):
            raise UnreadableFile(f"a message of {size} bytes is longer than its object header")
        if kind >= KNOWN_KINDS and marks & FAIL_IF_UNKNOWN:
            raise _unknown(kind)
        yield Message(kind, marks, data[at : at + size])
        at += size


def _unknown(kind: int) -> UnreadableFile:
    return UnreadableFile(f"unknown HDF5 header message type {kind}")


def _continuation(space: Space, message: Message, chunks: int) -> tuple[int, int]:
    if chunks >= MOST_CHUNKS:
        raise UnreadableFile("endless continuation of an HDF5 object header")
    address = space.address(message.body, 0)
    if address is None:
        raise UnreadableFile("undefined continuation of an HDF5 object header")
    return address, space.size(message.body, space.offset.size)


def shared_body(space: Space, message: Message) -> bytes:
    """The body of a message, fetched from where it is shared if it is."""
    if not message.flags & SHARED:
        return message.body
    return resolve_shared(space, message.body, message.kind)


def resolve_shared(space: Space, body: bytes, kind: int) -> bytes:
    """The body that a shared message refers to: that of a committed datatype."""
    version, place = body[0], body[1]
    if version not in (1, 2, 3) or (version == 3 and place != 2):
        raise UnreadableFile("HDF5's shared message heap is not supported")
    address = space.address(body, 8 if version == 1 else 2)
    if address is None:
        raise UnreadableFile("an HDF5 message is shared from an undefined address")
    for message in read_header(space, address):
        if message.kind == kind and not message.flags & SHARED:
            return message.body
    raise UnreadableFile(f"the object at {address} has no message to share")
