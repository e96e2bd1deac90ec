"""Names files that no reader takes: which format each seems to be, and what to do instead.

Nothing here is loaded for a file that a reader recognises.
"""

from __future__ import annotations

import zlib

from rnninspect.foreign.containers import ARCHIVES, CORE_ML_PACKAGE, FOLDERS
from rnninspect.foreign.names import BY_NAME
from rnninspect.foreign.signatures import SIGNATURES
from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WINDOW = 4096  # bytes that the patterns are matched against
_GZIP = b"\x1f\x8b"
_ZLIB = re.compile(rb"\x78[\x01\x5e\x9c\xda]")
_AUTOMATIC = 47  # zlib's window bits for a gzip or a zlib header


def name_file(head: bytes, name: str) -> str | None:
    """What a file is by its first bytes, else by its own name; None if neither says it."""
    return _by_content(head[:WINDOW]) or _first(BY_NAME, [name])


def name_archive(members: Sequence[str]) -> str:
    """What a zip archive is by the names of its members."""
    if not members:
        return "an empty zip archive"
    known = _first(ARCHIVES, members)
    return known or "a zip archive without a known model; extract it and inspect the model file"


def name_folder(names: Sequence[str]) -> str | None:
    """What a folder is by the names of what is in it; None if they do not say it."""
    parts, message = CORE_ML_PACKAGE
    return message if set(parts) <= set(names) else _first(FOLDERS, names)


def _first(table: Iterable[tuple[str, str]], names: Sequence[str]) -> str | None:
    """The message of the first pattern that one of the names matches as a whole."""
    for pattern, message in table:
        if any(re.fullmatch(pattern, name, re.IGNORECASE) for name in names):
            return message
    return None


def _by_content(head: bytes) -> str | None:
    compressed = head.startswith(_GZIP) or _ZLIB.match(head)
    return _compressed(head) if compressed else _by_signature(head)


def _by_signature(head: bytes) -> str | None:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    for pattern, message in SIGNATURES:
        if re.match(pattern, head, re.DOTALL) or re.match(pattern, text, re.DOTALL):
            return message
    return None


def _compressed(head: bytes) -> str | None:
    """What a stream of gzip or zlib data contains, by its first bytes."""
    try:
        data = zlib.decompressobj(_AUTOMATIC).decompress(head, WINDOW)
    except zlib.error:
        data = b""
    if data and (known := _by_signature(data)):
        return known
    if not data and not head.startswith(_GZIP):
        return None  # two bytes alone say little
    kind = "gzip" if head.startswith(_GZIP) else "zlib"
    return f"{kind}-compressed data; decompress it and inspect the result"
