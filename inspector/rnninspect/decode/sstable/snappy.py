"""Snappy's block format (google/snappy, format_description.txt), unpacked under a limit."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.source import Source

PORTION = 2_000  # packed bytes whose steps are spent at once
SHORTEST = 2  # bytes of an element, each of which takes a step
LITERAL, NEAR, FAR, VERY_FAR = range(4)  # kinds of elements, by the low two bits of their tag
INLINE_LENGTHS = 60  # longer literals have their length in the bytes after the tag


def decompress(data: bytes, source: Source) -> bytes:
    """The bytes that were packed; UnreadableFile if they are not snappy data.

    Raises RefusedFile beyond `limits.table_bytes`.
    """
    size, at = _length(data)
    source.limits.require(Limit.TABLE_BYTES, size, "a packed block of the table")
    out = bytearray()
    next_spending = at
    while at < len(data):
        if at >= next_spending:
            source.spend(Limit.STEPS, PORTION // SHORTEST)
            next_spending = at + PORTION
        tag = data[at]
        if tag & 3 == LITERAL:
            length, at = _literal(data, at)
            out += data[at : at + length]
            at += length
        else:
            length, offset, at = _copy(data, at)
            _repeat(out, offset, length)
        if len(out) > size or at > len(data):
            raise UnreadableFile("snappy data are longer than declared")
    if len(out) != size:
        raise UnreadableFile(f"snappy data have {plural(len(out), 'byte')}, declared {size}")
    return bytes(out)


def _length(data: bytes) -> tuple[int, int]:
    value = 0
    for at, byte in enumerate(data[:5]):
        value |= (byte & 0x7F) << 7 * at
        if byte < 0x80:
            return value, at + 1
    raise UnreadableFile("snappy data without a length")


def _literal(data: bytes, at: int) -> tuple[int, int]:
    length = data[at] >> 2
    if length < INLINE_LENGTHS:
        return length + 1, at + 1
    width = length - INLINE_LENGTHS + 1
    return int.from_bytes(data[at + 1 : at + 1 + width], "little") + 1, at + 1 + width


def _copy(data: bytes, at: int) -> tuple[int, int, int]:
    tag = data[at]
    width = {NEAR: 1, FAR: 2, VERY_FAR: 4}[tag & 3]
    if at + 1 + width > len(data):
        raise UnreadableFile("truncated snappy data")
    offset = int.from_bytes(data[at + 1 : at + 1 + width], "little")
    if tag & 3 == NEAR:
        return (tag >> 2 & 7) + 4, (tag >> 5) << 8 | offset, at + 2
    return (tag >> 2) + 1, offset, at + 1 + width


def _repeat(out: bytearray, offset: int, length: int) -> None:
    """Append `length` bytes from `offset` before the end, which may run into themselves."""
    if not 0 < offset <= len(out):
        raise UnreadableFile("invalid offset in snappy data")
    start = len(out) - offset
    piece = bytes(out[start : start + length])
    out += (piece * (length // len(piece) + 1))[:length]
