"""Decompression of gzip and zlib files (RFC 1952, RFC 1950), within the model's limits."""

from __future__ import annotations

import zlib

from rnninspect.plugin import Limit, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_MARK = b"\x1f\x8b"
_EITHER = 32 + zlib.MAX_WBITS  # gzip or zlib, detected from the header
_HEAD = 1 << 16
_INFLATE_SHIFT = 8  # bytes inflated in a step, as a power of two
_STEPS_OF_A_MEMBER = 100  # a member may be 20 bytes long, and its window takes memory


def peek(source: Source) -> bytes:
    """The first decompressed bytes; empty if they cannot be decompressed."""
    try:
        return zlib.decompressobj(_EITHER).decompress(source.head(_HEAD), _HEAD)
    except zlib.error:
        return b""


def unwrap(source: Source) -> Source:
    """The decompressed file, in memory.

    Raises:
        UnreadableFile: the data cannot be decompressed, or are gzip within gzip.
        RefusedFile: the file is larger than the limit `expansion`.
    """
    inner = source.holding(_inflate(source))
    if inner.head(2) == _MARK:
        raise UnreadableFile("nested gzip data are not supported")
    return inner


def _inflate(source: Source) -> bytes:
    """The data of all members, one after another; zeros may pad the last one."""
    pieces: list[bytes] = []
    end = _add_member(source, 0, pieces)
    while end < source.size:
        following = source.read(end, min(_HEAD, source.size - end))
        if following.startswith(_MARK):
            end = _add_member(source, end, pieces)
        elif following.strip(b"\0"):
            raise UnreadableFile(
                f"trailing bytes after the compressed data, at offset {end}", place=f"offset {end}"
            )
        else:
            end += len(following)
    return b"".join(pieces)


def _add_member(source: Source, offset: int, pieces: list[bytes]) -> int:
    """Add the data of the member at an offset; return where it ends."""
    inflater = zlib.decompressobj(_EITHER)
    source.spend(Limit.STEPS, _STEPS_OF_A_MEMBER)
    while not inflater.eof:
        if offset >= source.size:
            raise UnreadableFile("truncated gzip data")
        packed = source.read(offset, min(_HEAD, source.size - offset))
        offset += len(packed)
        try:
            while packed:
                pieces.append(inflater.decompress(packed, 1 << 20))
                source.spend(Limit.EXPANSION, len(pieces[-1]), "the decompressed file")
                source.spend(Limit.STEPS, len(pieces[-1]) >> _INFLATE_SHIFT)
                packed = inflater.unconsumed_tail
        except zlib.error as error:
            raise UnreadableFile(f"cannot decompress gzip data: {error}") from error
    return offset - len(inflater.unused_data)
