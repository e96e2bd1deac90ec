"""Files of torch behind gzip (RFC 1952): one file, or a tar archive that holds one."""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from rnninspect.plugin import UnreadableFile
from rnninspect_torch.reading import read_any
from rnninspect_torch.sniffing import sniff

if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source

_GZIP = 16 + zlib.MAX_WBITS
_HEAD = 1 << 16


def looks_inside(source: Source) -> bool:
    """Whether the first bytes inflate to a container of torch; a zip is believed by its mark."""
    try:
        head = zlib.decompressobj(_GZIP).decompress(source.head(_HEAD), _HEAD)
    except zlib.error:
        return False
    return head[:4] == b"PK\3\4" or sniff(source.holding(head)) is not None


def inflate(source: Source) -> Source:
    """The file inside, in memory; RefusedFile if it is larger than the limit `expansion`."""
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
                source.limits.require("expansion", size, "the file behind gzip")
                packed = inflater.unconsumed_tail
        except zlib.error as error:
            raise UnreadableFile(f"the gzip data do not inflate: {error}") from error
    return source.holding(b"".join(pieces))


def read(source: Source) -> SavedModel:
    """The model in the file inside."""
    inner = inflate(source)
    if inner.head(2) == b"\x1f\x8b":
        raise UnreadableFile("gzip inside of gzip")
    return read_any(inner)
