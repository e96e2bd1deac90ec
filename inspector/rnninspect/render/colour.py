"""Colour in text for a terminal: the only module that knows its codes.

Only bold, red and magenta are used, which are readable on light and dark backgrounds alike (yellow,
green and cyan are not, on white). They stress words that are there without them, and are put
around text whose control characters are escaped already, so that no name can bring its own.
"""

from __future__ import annotations

from rnninspect.lean import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

_END = "\x1b[0m"


class Style(StrEnum):
    """What a text is; the value is its attributes in ECMA-48's SGR, section 8.3.117."""

    HEADING = "1"  # bold
    ERROR = "1;31"  # bold red
    WARNING = "1;35"  # bold magenta, as compilers show warnings


# By the first of the words that this program says of a model, a layer or a limit.
_STYLES = {
    "error": Style.ERROR,
    "FAIL": Style.ERROR,
    "unreadable": Style.ERROR,
    "disagree": Style.ERROR,
    "refused": Style.ERROR,
    "warning": Style.WARNING,
    "warn": Style.WARNING,
}


class Styled(str):
    """A text in a grid that is painted where it is drawn, after it was measured."""

    __slots__ = ("style",)
    style: Style | None

    def __new__(cls, text: str, style: Style | None) -> Self:
        """The text with a style; None for a plain one."""
        made = super().__new__(cls, text)
        made.style = style
        return made


def paint(text: str, style: Style | None, *, colour: bool) -> str:
    """The text with a style's codes around it, if there is colour; see `View.colour`."""
    return f"\x1b[{style.value}m{text}{_END}" if colour and style and text else text


def heading(text: str, *, colour: bool) -> str:
    """A line above what it names."""
    return paint(text, Style.HEADING, colour=colour)


def judged(words: str, *, colour: bool) -> str:
    """Words of this program that begin with a verdict or a level: `FAIL R107`, `error R101`."""
    return paint(words, style_of(words), colour=colour)


def in_grid(words: str) -> Styled:
    """As `judged`, for a cell of a grid."""
    return Styled(words, style_of(words))


def style_of(words: str) -> Style | None:
    """The style of words, by the first one."""
    return _STYLES.get(words.partition(" ")[0])
