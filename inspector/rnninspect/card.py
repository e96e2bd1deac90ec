"""Puts a block between two markers of a document, and leaves every other byte as it was."""

from __future__ import annotations

from rnninspect.errors import RnnInspectError

START, END = "<!-- rnninspect:start -->", "<!-- rnninspect:end -->"
# A marker stands alone on its line, so that a text may speak of it; a BOM may precede the first.
AROUND_A_MARKER = b" \t\r\n\xef\xbb\xbf"


class MarkerError(RnnInspectError):
    """The document's markers are missing, doubled or in the wrong order."""


def framed(block: str) -> str:
    """The block between the two markers."""
    return f"{START}\n{block}\n{END}"


def replace_block(document: bytes, block: str) -> bytes:
    """The document with the block between its markers, in its line endings.

    Raises:
        MarkerError: there is not exactly one start with one end after it.
    """
    lines = document.splitlines(keepends=True)
    start, end = _only(lines, START), _only(lines, END)
    if end < start:
        raise MarkerError(f"{END} in line {end + 1} stands before {START} in line {start + 1}")
    body = _encoded(block, _line_end(lines[start]))
    return b"".join([*lines[: start + 1], body, *lines[end:]])


def append_block(document: bytes, block: str) -> bytes:
    """The document with the block replaced, or, where it has no marker, at its end.

    Raises:
        MarkerError: one marker stands without the other, or more than once.
    """
    lines = document.splitlines(keepends=True)
    if _places(lines, START) or _places(lines, END):
        return replace_block(document, block)
    ending = _line_end(lines[0]) if lines else b"\n"
    gap = b""
    if lines:
        gap = b"" if not lines[-1].strip() and _ended(lines[-1]) else ending
        gap += b"" if _ended(lines[-1]) else ending
    return document + gap + _encoded(framed(block), ending)


def _places(lines: list[bytes], marker: str) -> list[int]:
    wanted = marker.encode()
    return [place for place, line in enumerate(lines) if line.strip(AROUND_A_MARKER) == wanted]


def _only(lines: list[bytes], marker: str) -> int:
    places = _places(lines, marker)
    if not places:
        raise MarkerError(f"no line {marker}; put both markers in, or use --append")
    if len(places) > 1:
        numbers = ", ".join(str(place + 1) for place in places)
        raise MarkerError(f"{marker} stands more than once: lines {numbers}")
    return places[0]


def _encoded(text: str, ending: bytes) -> bytes:
    return b"".join(line.encode() + ending for line in text.split("\n"))


def _line_end(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :] or b"\n"


def _ended(line: bytes) -> bool:
    return line.endswith((b"\r", b"\n"))
