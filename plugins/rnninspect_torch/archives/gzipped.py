"""Files in gzip or zlib data (RFC 1952, 1950): a file of torch, a tar archive, a joblib file."""

from __future__ import annotations

import zlib

from rnninspect.plugin import Limit, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_MARK = b"\x1f\x8b"
_EITHER = 32 + zlib.MAX_WBITS  # the header says which
_HEAD = 1 << 16
_INFLATE_SHIFT = 8  # bytes inflated in a step, as a power of two


def peek(source: Source) -> bytes:
    """The first bytes of the file inside; none if they do not inflate."""
    try:
        return zlib.decompressobj(_EITHER).decompress(source.head(_HEAD), _HEAD)
    except zlib.error:
        return b""


def unwrap(source: Source) -> Source:
    """The file inside, in memory.

    Raises:
        UnreadableFile: the data do not inflate, or are gzip once more.
        RefusedFile: the file is larger than the limit `expansion`.
    """
    inner = source.holding(_inflate(source))
    if inner.head(2) == _MARK:
        raise UnreadableFile("gzip inside of gzip")
    return inner


def _inflate(source: Source) -> bytes:
    inflater = zlib.decompressobj(_EITHER)
    pieces: list[bytes] = []
    offset = 0
    while not inflater.eof:
        if offset >= source.size:
            raise UnreadableFile("the compressed data are truncated")
        packed = source.read(offset, min(_HEAD, source.size - offset))
        offset += len(packed)
        try:
            while packed:
                pieces.append(inflater.decompress(packed, 1 << 20))
                source.spend(Limit.EXPANSION, len(pieces[-1]), "the decompressed file")
                source.spend(Limit.STEPS, len(pieces[-1]) >> _INFLATE_SHIFT)
                packed = inflater.unconsumed_tail
        except zlib.error as error:
            raise UnreadableFile(f"cannot decompress the data: {error}") from error
    return b"".join(pieces)
