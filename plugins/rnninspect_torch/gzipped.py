"""Files of torch behind gzip (RFC 1952): one file, or a tar archive that holds one."""

from __future__ import annotations

import zlib

from rnninspect.plugin import Limit, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

MARK = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS
_HEAD = 1 << 16


def peek(source: Source) -> bytes:
    """The first bytes of the file inside; none if they do not inflate."""
    try:
        return zlib.decompressobj(_GZIP).decompress(source.head(_HEAD), _HEAD)
    except zlib.error:
        return b""


def unwrap(source: Source) -> Source:
    """The file inside, in memory.

    Raises:
        UnreadableFile: the data do not inflate, or are gzip once more.
        RefusedFile: the file is larger than the limit `expansion`.
    """
    inner = source.holding(_inflate(source))
    if inner.head(2) == MARK:
        raise UnreadableFile("gzip inside of gzip")
    return inner


def _inflate(source: Source) -> bytes:
    inflater = zlib.decompressobj(_GZIP)
    pieces: list[bytes] = []
    size = offset = 0
    while not inflater.eof:
        if offset >= source.size:
            raise UnreadableFile("the gzip data end before their end mark: truncated?")
        packed = source.read(offset, min(_HEAD, source.size - offset))
        offset += len(packed)
        try:
            while packed:
                pieces.append(inflater.decompress(packed, 1 << 20))
                size += len(pieces[-1])
                source.limits.require(Limit.EXPANSION, size, "the file behind gzip")
                packed = inflater.unconsumed_tail
        except zlib.error as error:
            raise UnreadableFile(f"the gzip data do not inflate: {error}") from error
    return b"".join(pieces)
