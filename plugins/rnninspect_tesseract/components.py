"""The components of trained data (ccutil/tessdatamanager.cpp), and which one is the network."""

from __future__ import annotations

import struct
from itertools import pairwise

from rnninspect.plugin import Record, UnknownFormat, UnreadableFile
from rnninspect_tesseract.types import KINDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_MOST = 32  # components; Tesseract 5 has 24
_NETWORK, _VERSION = 17, 23  # their numbers
_LONGEST_VERSION = 100
_MISSING = -1
_LONGEST_KIND = max(map(len, KINDS))


class Found(Record):
    """Where the network is in a file.

    Attributes:
        start: offset of the network in bytes; None if the trained data have none.
        size: its bytes.
        version: what the trained data say of their version; empty if nothing.
        order: of bytes, `<` or `>`.
        alone: whether the file is only a network.
    """

    start: int | None
    size: int
    version: str = ""
    order: str = "<"
    alone: bool = False


def network_in(source: Source) -> Found | None:
    """The network of a file; None if the content is not Tesseract's."""
    try:
        if _starts_network(source.head(5 + _LONGEST_KIND)):
            return Found(0, source.size, alone=True)
        return _in_trained_data(source)
    except UnreadableFile:
        return None


def _starts_network(head: bytes) -> bool:
    """Whether a network starts here: a zero, and its kind as a string with its length."""
    length = int.from_bytes(head[1:5], "little")
    return head[:1] == b"\0" and head[5 : 5 + length].decode("latin-1") in KINDS


def _in_trained_data(source: Source) -> Found | None:
    head = source.head(4)
    order = next((one for one in "<>" if 0 < _number(head, one) <= _MOST), None)
    if order is None or len(head) < 4:
        return None
    count = _number(head, order)
    table = struct.Struct(f"{order}{count}q")
    offsets = table.unpack(source.read(4, table.size))
    present = [offset for offset in offsets if offset != _MISSING]
    if present[:1] != [4 + table.size] or [*present, source.size] != sorted(
        [*present, source.size]
    ):
        return None
    sizes = {at: end - at for at, end in pairwise([*present, source.size])}
    known = dict(enumerate(offsets))
    at, version = known.get(_NETWORK, _MISSING), known.get(_VERSION, _MISSING)
    text = ""
    if version != _MISSING:
        text = source.read(version, min(sizes[version], _LONGEST_VERSION)).decode("latin-1").strip()
    if at == _MISSING:
        return Found(None, 0, text, order)
    return Found(at, sizes[at], text, order)


def _number(head: bytes, order: str) -> int:
    return int.from_bytes(head, "little" if order == "<" else "big", signed=True)


def opened(source: Source, found: Found) -> Source:
    """The bytes of the network.

    Raises:
        UnknownFormat: there is none: the data are those of Tesseract 3.
    """
    if found.start is None:
        raise UnknownFormat("trained data of Tesseract without a neural network")
    return source.window(found.start, found.size)
