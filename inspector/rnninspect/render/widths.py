"""Measures text in columns of a terminal, and cuts, pads and wraps it by columns.

Wide characters are those of Unicode's Standard Annex 11; combining marks take no column.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FIRST_MARK = "\u0300"  # below it every printable character takes one column
_OURS = frozenset("…→−–Δ")  # above it, but all that this program writes itself
_JAMO = (("\u1160", "\u11ff"), ("\ud7b0", "\ud7ff"))  # vowels and finals, drawn into the initial
_SKIN = ("\U0001f3fb", "\U0001f3ff")
_AS_EMOJI = "\ufe0f"  # makes a picture of the symbol before it
_MARKS = ("Mn", "Me")
_JOINTS = "./_=-"
_SYMBOLS = ("So", "Sm", "Po", "Nd")
MOST_MARKS = 4  # characters for each column: bounds a text of nothing but marks


def width_of(text: str) -> int:
    """The columns that a printable text takes."""
    if _is_plain(text):
        return len(text)
    return sum(columns for _, columns in _measured(text))


def start_of(text: str, width: int) -> str:
    """The start of a text that fits into `width` columns; no character is cut in two."""
    if _is_plain(text):
        return text[:width]
    return text[: _fitting(_measured(text), width)]


def end_of(text: str, width: int) -> str:
    """The end of a text that fits into `width` columns; it does not start with a mark."""
    if _is_plain(text):
        return text[len(text) - width :]
    measured = list(_measured(text))
    start = len(text) - _fitting(reversed(measured), width)
    while start < len(text) and not measured[start][1]:
        start += 1
    return text[start:]


def pad(text: str, width: int, *, right: bool = False) -> str:
    """The text with blanks up to a width, to the right of them if asked."""
    blanks = " " * (width - width_of(text))
    return f"{blanks}{text}" if right else f"{text}{blanks}"


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most `width` columns; broken at blanks, and inside longer words."""
    if width_of(text) <= width:
        return [text]
    lines: list[str] = []
    line, left = "", 0
    for word in _pieces(text, width):
        taken = width_of(word)
        if line and taken + 1 <= left:
            line, left = f"{line} {word}", left - taken - 1
            continue
        if line:
            lines.append(line)
        line, left = word, width - taken
    return [*lines, line]


def hang(text: str, width: int, indent: str = "  ") -> list[str]:
    """The text in lines of at most `width` columns (0: no limit), all but the first indented."""
    if not width or width_of(text) <= width:
        return [text]
    first, *rest = wrap(text, width - len(indent))
    return [first, *(f"{indent}{line}" for line in rest)]


def _pieces(text: str, width: int) -> Iterator[str]:
    """The words, longer ones in pieces: cut after a separator if one is near the piece's end."""
    for word in text.split():
        rest = word
        while width_of(rest) > width:
            piece = start_of(rest, width) or rest[0]
            joint = max(map(piece.rfind, _JOINTS)) + 1
            piece = piece[:joint] if 2 * joint > len(piece) else piece
            yield piece
            rest = rest[len(piece) :]
        yield rest


def _is_plain(text: str) -> bool:
    return text.isascii() or all(char < _FIRST_MARK or char in _OURS for char in text)


def _fitting(measured: Iterable[tuple[str, int]], width: int) -> int:
    """The number of characters that fit."""
    taken, number = 0, 0
    for number, (_, columns) in enumerate(measured):
        taken += columns
        if taken > width or number >= MOST_MARKS * width:
            return number
    return number + 1


def _measured(text: str) -> Iterator[tuple[str, int]]:
    """Each character with the columns that it adds to those before it."""
    from unicodedata import category, east_asian_width  # noqa: PLC0415 - for few names only

    before, last = "", 0
    for char in text:
        if char == _AS_EMOJI:
            columns = int(last == 1 and category(before) in _SYMBOLS)
        elif category(char) in _MARKS or _joins(char, last):
            columns = 0
        else:
            columns = 2 if east_asian_width(char) in "WF" else 1
        if columns:
            before, last = char, columns
        yield char, columns


def _joins(char: str, last: int) -> bool:
    """Whether a character that is not a mark is drawn into the one before it."""
    final = any(first <= char <= end for first, end in _JAMO)
    return final or (last == 2 and _SKIN[0] <= char <= _SKIN[1])


def pack(parts: Iterable[str], joint: str, width: int) -> Iterator[str]:
    """Lines of joined parts, as many on each as fit; a part that is wider has its own."""
    line = ""
    for part in parts:
        longer = f"{line}{joint}{part}" if line else part
        if line and width_of(longer) > width:
            yield line
            longer = part
        line = longer
    yield line
