"""Scans JSON with one very large object of texts, whose members are handed over some at a time."""

from __future__ import annotations

from rnninspect.decode.json_structure.scanner import END_OF_OBJECT, OBJECT, QUOTE, Scanner
from rnninspect.lean import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.source.source import Source

    Take = Callable[[dict[str, str]], None]

_PIECE = 1 << 16  # bytes that are parsed at once; no text of a scan is longer
_QUOTES = 4  # of a member
_STEPS_OF_A_MEMBER = 6  # that is read by itself
_BYTES_IN_A_STEP = 256  # two passes over the texts of a million tensors are within the limit


def scan_texts(source: Source, key: str, take: Take) -> dict[str, Structure]:
    """The members of a document, as `scan_json` has them, but for those of one object in it.

    Args:
        source: the file, whose document is an object.
        key: of the object in it whose members are texts; in the result this one is empty.
        take: gets its members, in order and some at a time; a key that is repeated comes again.

    Raises:
        UnreadableFile: the text is malformed or truncated, or a member is not a text; the message
            has the offset.
        RefusedFile: the limit `nesting` or `steps` is exceeded.
    """
    scanner = _Texts(source, key, take)
    document = scanner.document()
    if not isinstance(document, dict):
        raise scanner.text.error("expected an object", 0)
    return document


class _Texts(Scanner):
    """Reads a document, and the members of one object in it by whole pieces."""

    def __init__(self, source: Source, key: str, take: Take) -> None:
        super().__init__(source, bytes_in_a_step=_BYTES_IN_A_STEP)
        self._key, self._take = key, take
        self._unusual = 0  # the offset up to which members are read one after the other

    def value(self, key: str, depth: int) -> Structure:
        """The value at the position; the object in question is empty."""
        text = self.text
        if depth != 2 or key != self._key or text.next() != OBJECT:
            return super().value(key, depth)
        text.at += 1
        if text.next() == END_OF_OBJECT:
            text.at += 1
            return {}
        while True:
            while self._is_piece():
                pass
            self._member()
            if not text.goes_on(END_OF_OBJECT):
                return {}

    def _is_piece(self) -> bool:
        """Pass whole members up to a comma, if what is there is nothing else; whether it is.

        What ends in a quote before a comma, and is a whole object between braces, ends where a
        member does. Where that is not so, the members up to there are read one after the other.
        """
        text = self.text
        if len(text.data) - text.at < _PIECE:
            text.more()
        if text.offset < self._unusual:
            return False
        end = text.at + _PIECE
        close = text.data.find(b"}", text.at, end)
        end = end if close < 0 else close
        stop = text.data.rfind(b'",', text.at, end) + 1
        members = _parsed(text.data[text.at : stop])
        if not members:
            self._unusual = text.base + (stop or end)
            return False
        self._take(members)
        text.at = stop + 1
        return True

    def _member(self) -> None:
        """Pass one member."""
        text = self.text
        key = self.key()
        if text.next() != QUOTE:
            raise text.error(f"a member of {self._key} is not a text")
        value = text.string()
        if not isinstance(value, str):
            raise text.error(f"a text in {self._key} is too long")
        text.work += _STEPS_OF_A_MEMBER
        self._take({key: value})


def _parsed(piece: bytes) -> dict[str, str]:
    """The members in a piece; none if it has anything but texts, or a repeated key."""
    try:
        members: dict[str, str] = json.loads(f"{{{piece.decode()}}}")
    except (ValueError, RecursionError):
        return {}
    is_usual = piece.count(b'"') == _QUOTES * len(members)
    return members if is_usual and set(map(type, members.values())) == {str} else {}
