"""What a worker writes into its pipe: which item it has begun, and what came of another one."""

from __future__ import annotations

import os
import struct

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

STARTED, RESULT, FAULT = b"S", b"R", b"F"  # a fault is what the function raised, as text
_HEADER = struct.Struct("<cQQ")  # kind, number of the item, bytes that follow
PIECE = 2**18  # bytes read at once


class Frame(Record):
    """One message of a worker."""

    kind: bytes
    number: int
    content: bytes = b""


def packed(frame: Frame) -> bytes:
    """The bytes of a frame."""
    return _HEADER.pack(frame.kind, frame.number, len(frame.content)) + frame.content


def write_all(descriptor: int, data: bytes) -> None:
    """Write to a pipe until all is written."""
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(descriptor, rest) :]


class Frames:
    """The frames in what has been read from a pipe so far."""

    def __init__(self) -> None:
        self._data = bytearray()

    def add(self, data: bytes) -> Iterator[Frame]:
        """The frames that are whole with these bytes."""
        self._data += data
        start = 0
        while len(self._data) - start >= _HEADER.size:
            kind, number, length = _HEADER.unpack_from(self._data, start)
            begin = start + _HEADER.size
            if len(self._data) - begin < length:
                break
            start = begin + length
            yield Frame(kind, number, bytes(self._data[begin:start]))
        del self._data[:start]
