"""Puts a block between two markers of a document, and changes no other byte."""

from __future__ import annotations

from rnninspect.errors import RnnInspectError
from rnninspect.lean import re
from rnninspect.record import Record

START, END = "<!-- rnninspect:start -->", "<!-- rnninspect:end -->"
# A marker is on a line of its own outside fenced code, so that text can mention it; a BOM may
# precede the first.
AROUND_A_MARKER = b" \t\r\n\xef\xbb\xbf"
FENCE = re.compile(rb" {0,3}(`{3,}|~{3,})([^\r\n]*)")


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
    start, end = _marked(lines)
    body = _encoded(block, _line_end(lines[start]))
    return b"".join([*lines[: start + 1], body, *lines[end:]])


def append_block(document: bytes, block: str) -> bytes:
    """The document with the block replaced, or, where it has no marker, at its end.

    Raises:
        MarkerError: a marker is missing or doubled, or the document ends in fenced code.
    """
    lines = document.splitlines(keepends=True)
    code = _code(lines)
    if any(_places(lines, marker, code) for marker in (START, END)):
        return replace_block(document, block)
    if code.unclosed is not None:
        raise MarkerError(f"the fenced code that starts in line {code.unclosed + 1} is not closed")
    ending = _line_end(lines[0]) if lines else b"\n"
    gap = b""
    if lines:
        gap = b"" if not lines[-1].strip() and _ended(lines[-1]) else ending
        gap += b"" if _ended(lines[-1]) else ending
    return document + gap + _encoded(framed(block), ending)


class _Code(Record):
    """The lines of fenced code, and the place of a fence that is not closed."""

    lines: frozenset[int]
    unclosed: int | None


def _code(lines: list[bytes]) -> _Code:
    """Fenced code: https://spec.commonmark.org/0.31.2/#fenced-code-blocks."""
    inside: set[int] = set()
    fence, opening = b"", None
    for place, line in enumerate(lines):
        found = FENCE.match(line)
        if fence:
            inside.add(place)
            if found and found[1].startswith(fence) and not found[2].strip():
                fence, opening = b"", None
        elif found and not (found[1].startswith(b"`") and b"`" in found[2]):
            fence, opening = found[1], place
    return _Code(frozenset(inside), opening)


def _places(lines: list[bytes], marker: str, code: _Code) -> list[int]:
    return [place for place in _mentions(lines, marker) if place not in code.lines]


def _mentions(lines: list[bytes], marker: str) -> list[int]:
    wanted = marker.encode()
    return [place for place, line in enumerate(lines) if line.strip(AROUND_A_MARKER) == wanted]


def _marked(lines: list[bytes]) -> tuple[int, int]:
    """The lines of the two markers."""
    code = _code(lines)
    starts, ends = (_places(lines, marker, code) for marker in (START, END))
    if not starts and not ends:
        shown = [
            f" (the one in line {place + 1} is in fenced code)"
            for place in _mentions(lines, START)[:1]
        ]
        raise MarkerError(f"no marker {START}{''.join(shown)}; add both markers, or use --append")
    for marker, places, other in ((START, starts, ends), (END, ends, starts)):
        if not places:
            raise MarkerError(f"no marker {marker}, but the other marker in line {other[0] + 1}")
        if len(places) > 1:
            numbers = ", ".join(str(place + 1) for place in places)
            raise MarkerError(f"duplicate marker {marker} in lines {numbers}")
    if ends < starts:
        raise MarkerError(
            f"{END} in line {ends[0] + 1} comes before {START} in line {starts[0] + 1}"
        )
    return starts[0], ends[0]


def _encoded(text: str, ending: bytes) -> bytes:
    return b"".join(line.encode() + ending for line in text.split("\n"))


def _line_end(line: bytes) -> bytes:
    return line[len(line.rstrip(b"\r\n")) :] or b"\n"


def _ended(line: bytes) -> bool:
    return line.endswith((b"\r", b"\n"))
