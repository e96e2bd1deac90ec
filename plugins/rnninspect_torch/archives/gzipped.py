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
    inflater = zlib.decompressobj(_EITHER)
    pieces: list[bytes] = []
    offset = 0
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
    return b"".join(pieces)
