"""The text of a JSON file: one block at a time, its tokens, and runs of numbers.

Runs are passed over by regular expressions, which check each number. `NaN` and `Infinity`, which
Python's json writes, are numbers.
"""

from __future__ import annotations

from math import prod

from rnninspect.decode.json_structure.values import LongText
from rnninspect.errors import UnreadableFile
from rnninspect.lean import json, lru_cache, re
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.source.source import Source

_BLOCK = 1 << 18
_LONGEST = 1 << 16  # bytes of a text that is kept, and of a number
BYTES_IN_A_STEP = 128
_BYTES_OF_TEXT_IN_A_STEP = 8  # which is kept, and may take four bytes of memory for each
_ENTRY = 4096  # bytes of an item that may be cut at the end of a block, at least
_DIGITS = 20  # of a whole number; a longer one is read as a float
_MOST = 4096  # numbers of an item that is passed over in runs
_MARK = b"\xef\xbb\xbf"
_ESCAPE = 6  # bytes: \u00e9

_W = rb"[ \t\r\n]*+"
_NUMBER = rb"-?(?:(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][-+]?[0-9]++)?+|Infinity)|NaN"
_FRACTION = rb"-?[0-9]\.[0-9]++"  # most weights: three times as fast to match
_INSIDE = rb'(?:[^"\\\x00-\x1f]++|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*+'

_blanks = re.compile(_W).match
_numbers = re.compile(rb"(?:%s,%s|(?:%s)%s,%s)*+" % (_FRACTION, _W, _NUMBER, _W, _W)).match
_scalar = re.compile(rb"(?:true|false|null|%s)(?![0-9A-Za-z.+-])" % _NUMBER).match
_inside = re.compile(_INSIDE).match
_string = re.compile(rb'"%s"' % _INSIDE).match
_word = re.compile(rb"[0-9A-Za-z.+-]+\Z").match  # a value that may be cut
_WORDS = {b"true": True, b"false": False, b"null": None}


class JsonText:
    """A position in the text; `data[at]` is the next byte.

    Attributes:
        work: steps that were done and not booked yet.
    """

    __slots__ = ("_bytes_in_a_step", "at", "base", "data", "source", "work")

    def __init__(self, source: Source, bytes_in_a_step: int = BYTES_IN_A_STEP) -> None:
        self.source, self.work, self._bytes_in_a_step = source, 0, bytes_in_a_step
        self.base, self.at, self.data = 0, 0, b""
        self.more()
        if self.data.startswith(_MARK):
            self.at = len(_MARK)

    @property
    def offset(self) -> int:
        """The offset of the next byte in the file."""
        return self.base + self.at

    def more(self) -> bool:
        """Read the next block, and forget what lies before the position; False at the end.

        Raises:
            RefusedFile: the limit `steps` is exceeded.
        """
        end = self.base + len(self.data)
        length = min(_BLOCK, self.source.size - end)
        self.source.spend(Limit.STEPS, self.work + length // self._bytes_in_a_step)
        self.work = 0
        if not length:
            return False
        self.data = self.data[self.at :] + self.source.read(end, length)
        self.base, self.at = self.offset, 0
        return True

    def next(self) -> int:
        """The next byte that is not blank, which stays unread; -1 at the end."""
        while True:
            found = _blanks(self.data, self.at)
            self.at = found.end() if found else self.at
            if self.at < len(self.data):
                return self.data[self.at]
            if not self.more():
                return -1

    def error(self, reason: str, place: int | None = None) -> UnreadableFile:
        """What is wrong at an offset, or at the position, which may be the end of the file."""
        offset = self.offset if place is None else place
        words = f"malformed JSON at offset {offset}: {reason}"
        if place is None and self.at >= len(self.data):
            words = f"truncated JSON: it ends at offset {offset}"
        return UnreadableFile(words, place=f"offset {offset}")

    def goes_on(self, close: int) -> bool:
        """Pass a comma, or the bracket that ends the list or object; whether it was a comma."""
        byte = self.next()
        if byte not in (_COMMA, close):
            raise self.error(f"expected ',' or '{chr(close)}'")
        self.at += 1
        return byte == _COMMA

    def string(self) -> str | LongText:
        """The text at the position."""
        start = self.offset
        found = self._match(_string)
        if found is None or len(found[0]) > _LONGEST:
            self._pass_text()
            return LongText(start, self.offset)
        self.work += len(found[0]) // _BYTES_OF_TEXT_IN_A_STEP
        try:
            text = found[0].decode()
        except UnicodeDecodeError as error:
            self.at += error.start
            raise self.error("a text is not UTF-8") from error
        self.at = found.end()
        return str(json.loads(text)) if "\\" in text else text[1:-1]

    def _pass_text(self) -> None:
        """Pass a long text; UnreadableFile where it is malformed or has no end."""
        self.at += 1
        while True:
            found = _inside(self.data, self.at)
            self.at = found.end() if found else self.at
            rest = self.data[self.at : self.at + _ESCAPE]
            if rest.startswith(b'"'):
                self.at += 1
                return
            may_be_cut = not rest or (rest.startswith(b"\\") and len(rest) < _ESCAPE)
            if may_be_cut and self.more():
                continue
            if may_be_cut and b'"' not in rest:
                self.at = len(self.data)
            raise self.error("a text has a control character or an unknown escape")

    def scalar(self) -> float | bool | None:
        """The number, `true`, `false` or `null` at the position."""
        found = self._match(_scalar)
        if found is None:
            if _word(self.data, self.at) and not self.more():
                self.at = len(self.data)
            raise self.error("expected a value")
        token = found[0]
        if len(token) > _LONGEST:
            raise self.error(f"a number of more than {_LONGEST:,} characters")
        self.at = found.end()
        if token in _WORDS:
            return _WORDS[token]
        is_whole = len(token) <= _DIGITS and token.lstrip(b"-").isdigit()
        return int(token) if is_whole else float(token)

    def _match(
        self, pattern: Callable[[bytes, int], re.Match[bytes] | None]
    ) -> re.Match[bytes] | None:
        """A token; where it may be cut at the end of the block, more is read."""
        while True:
            found = pattern(self.data, self.at)
            if found is not None and found.end() < len(self.data):
                return found
            if len(self.data) - self.at > _LONGEST or not self.more():
                return found

    def pass_numbers(self) -> int:
        """Pass numbers that are each followed by a comma; how many they are."""
        return self._pass(_numbers, b",", _ENTRY)

    def pass_alike(self, shape: tuple[int, ...]) -> int:
        """Pass lists of this shape that are each followed by a comma; how many they are."""
        size = prod(shape)
        if not 0 < size <= _MOST:
            return 0
        brackets = 0
        for length in reversed(shape):
            brackets = 1 + length * brackets
        return self._pass(_alike(shape), b"[", _ENTRY + 32 * size) // brackets

    def _pass(
        self, run: Callable[[bytes, int], re.Match[bytes] | None], mark: bytes, margin: int
    ) -> int:
        """Pass a run, over any number of blocks; how often a byte is in it."""
        total = 0
        while True:
            self.next()
            found = run(self.data, self.at)
            end = found.end() if found else self.at
            total += self.data.count(mark, self.at, end)
            self.at = end
            if len(self.data) - end > margin or not self.more():
                return total


_COMMA = ord(",")


@lru_cache(maxsize=64)
def _alike(shape: tuple[int, ...]) -> Callable[[bytes, int], re.Match[bytes] | None]:
    return re.compile(rb"(?:%s%s,%s)*+" % (_list_of(shape), _W, _W)).match


def _list_of(shape: tuple[int, ...]) -> bytes:
    if not shape:
        return rb"(?:%s)" % _NUMBER
    item = _list_of(shape[1:])
    return rb"\[%s(?:%s%s,%s){%d}%s%s\]" % (_W, item, _W, _W, shape[0] - 1, item, _W)
