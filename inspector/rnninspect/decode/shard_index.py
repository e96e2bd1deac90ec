"""Finds the map of an index of shards in JSON, without parsing it.

huggingface_hub and Keras write `{"metadata": {...}, "weight_map": {"tensor": "file", ...}}`.
"""

from __future__ import annotations

from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.source import Source

_PIECE, _LATEST = 64 * 2**10, 16 * 2**20  # bytes
_WEIGHT_MAP = b'"weight_map"'
_METADATA = re.compile(rb'\{\s*"metadata"\s*:')


def weight_map_in(source: Source, length: int) -> bytes:
    """The first bytes of the map of an index of shards, from its key on; empty if there is none.

    Metadata may be long: a file that starts with them is searched, up to 16 MiB.

    Args:
        source: a file of any kind.
        length: how many bytes are wanted.
    """
    head = source.head(length)
    if not head.startswith(b"{"):
        return b""
    place = head.find(_WEIGHT_MAP)
    if place < 0 and _METADATA.match(head):
        place = _find(source, _WEIGHT_MAP)
    return b"" if place < 0 else source.read(place, min(length, source.size - place))


def _find(source: Source, mark: bytes) -> int:
    """Where a mark first is, up to _LATEST; -1 if it is not there."""
    end = min(source.size, _LATEST)
    for start in range(0, end, _PIECE):
        piece = source.read(start, min(_PIECE + len(mark) - 1, source.size - start))
        if (place := piece.find(mark)) >= 0:
            return start + place
    return -1
