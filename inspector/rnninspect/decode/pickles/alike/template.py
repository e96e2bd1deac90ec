"""The opcodes that build an object, as a template for others that differ only in their keys.

An object is built like another one if its opcodes are equal, but for the places in the memo, all
of which are higher by the same number, and for the digits of the keys of what is stored elsewhere.
"""

from __future__ import annotations

from rnninspect.decode.cursor import WORD
from rnninspect.decode.pickles.runs import SHORT
from rnninspect.decode.pickles.table import UnusualError, require
from rnninspect.decode.pickles.values import Global

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Piece = tuple[int, int, int]  # opcodes as a number, their length, and what a place adds
    # A value on the stack: whether opcodes may change it, and where it has strings of digits.
    _Item = tuple[bool, tuple[int, ...]]

TEXT, BUILD, GET, LONG_GET, LONG_PUT = b"Xbhjr"
_MARK, _TUPLE, _PERSISTENT = b"(tQ"
_PLACED = 5  # bytes of an opcode with a place
_SIZES = {**dict.fromkeys(b"N\x88\x89)]}", 1), **dict(zip(b"KMJG", (2, 3, 5, 9), strict=True))}
_TUPLES = dict(zip(b"\x85\x86\x87", (1, 2, 3), strict=True))
_CALLS = b"R\x81"
# What changes the value below its operands: how many these are; None for all above the last MARK.
_CHANGES: dict[int, int | None] = {
    **dict(zip(b"asb", (1, 2, 1), strict=True)),
    **dict.fromkeys(b"eu"),
}
_UNCHANGING = (str, int, float, Global, type(None))
_SAFE: _Item = (True, ())
MOST_DIGITS = 20


class Template:
    """The opcodes of an object, which take nothing from the stack and change nothing else.

    Attributes:
        places: how many values the object and its name memoise.
        keys: where the lengths of keys are, in the object's opcodes.
        used: the memoised values from before it, by their places.
        pieces: what is before, between and behind the keys.
    """

    __slots__ = ("keys", "pieces", "places", "used")

    def __init__(
        self,
        opcodes: bytes,
        keys: list[int],
        shifts: list[int],
        places: int,
        used: dict[int, object],
    ) -> None:
        self.keys, self.places, self.used = sorted(set(keys)), places, used
        self.pieces: list[_Piece] = []
        added = bytearray(len(opcodes))
        for at in shifts:
            added[at] = 1
        start = 0
        for key in (*self.keys, len(opcodes)):
            value, more = (int.from_bytes(of[start:key], "little") for of in (opcodes, added))
            self.pieces.append((value, key - start, more * places))
            if key < len(opcodes):
                start = key + 4 + WORD(opcodes, key)[0]

    def match(self, data: bytes, at: int, number: int) -> tuple[list[str], int]:
        """The keys of the object of a number, whose opcodes start at an offset, and their end.

        UnusualError if they are those of another object.
        """
        keys: list[str] = []
        for value, length, added in self.pieces:
            expected = (value + number * added).to_bytes(length, "little")
            require(data.startswith(expected, at))
            at += length
            if len(keys) < len(self.keys):
                count = WORD(data, at)[0]
                key = data[at + 4 : at + 4 + count]
                require(count <= MOST_DIGITS and key.isdigit())
                keys.append(key.decode())
                at += 4 + count
        return keys, at

    def opcodes(self, number: int, keys: Sequence[str]) -> bytes:
        """The opcodes of the object of a number with these keys."""
        parts = [
            (value + number * added).to_bytes(length, "little")
            for value, length, added in self.pieces
        ]
        for at, key in enumerate(keys):
            parts[at] += len(key).to_bytes(4, "little") + key.encode()
        return b"".join(parts)


def template_of(opcodes: bytes, first: int, memoised: Callable[[int], object]) -> Template:
    """The template of an object, whose name has the place `first` in the memo.

    `memoised` gives the values of earlier places.

    UnusualError if its opcodes are unusual: if they take from the stack what is there before them,
    change a value that is not their own, or memoise other places than the next ones.
    """
    reading = _Reading(opcodes, first, memoised)
    at = 0
    while at < len(opcodes):
        at += reading.step(at)
    require(at == len(opcodes) and opcodes[-1] == BUILD)
    require(len(reading.stack) == 1 and not reading.marks)
    return Template(opcodes, reading.keys, reading.shifts, 1 + len(reading.own), reading.used)


class _Reading:
    """What is on the stack, and in the memo, while opcodes are looked at."""

    def __init__(self, opcodes: bytes, first: int, memoised: Callable[[int], object]) -> None:
        self._data, self._first, self._memoised = opcodes, first, memoised
        self.stack: list[_Item] = []
        self.marks: list[int] = []
        self.own: list[_Item] = []
        self.keys: list[int] = []
        self.shifts: list[int] = []
        self.used: dict[int, object] = {}

    def step(self, at: int) -> int:
        """Look at an opcode, and return its length."""
        code = self._data[at]
        if code in _SIZES:
            self.stack.append(_SAFE)
            return _SIZES[code]
        if code in (GET, LONG_GET, LONG_PUT, TEXT):
            return self._with_argument(code, at)
        if code == _MARK:
            self.marks.append(len(self.stack))
        elif code in _CHANGES:
            self._take(_CHANGES[code])
            require(len(self.stack) > self._bottom() and self.stack[-1][0])
        elif code in _TUPLES or code == _TUPLE:
            items = self._take(_TUPLES.get(code))
            digits = tuple(at for item in items for at in item[1])
            self.stack.append((all(item[0] for item in items), digits))
        elif code in _CALLS:
            items = self._take(2)
            self.stack.append((all(item[0] for item in items), ()))
        elif code == _PERSISTENT:
            ((_, digits),) = self._take(1)
            self.keys += digits
            self.stack.append(_SAFE)
        else:
            raise UnusualError
        return 1

    def _with_argument(self, code: int, at: int) -> int:
        data = self._data
        if code == TEXT:
            length: int = WORD(data, at + 1)[0]
            require(length <= SHORT)
            is_number = length <= MOST_DIGITS and data[at + 5 : at + 5 + length].isdigit()
            self.stack.append((True, (at + 1,) if is_number else ()))
            return 5 + length
        if code == GET:
            self._push(data[at + 1], at)
            return 2
        place = WORD(data, at + 1)[0]
        if code == LONG_GET:
            self._push(place, at)
        else:
            require(place == self._first + 1 + len(self.own) and len(self.stack) > 0)
            self.own.append(self.stack[-1])
            self.shifts.append(at + 1)
        return _PLACED

    def _push(self, place: int, at: int) -> None:
        """Push a memoised value."""
        if place < self._first:
            value = self.used[place] = self._memoised(place)
            self.stack.append((isinstance(value, _UNCHANGING), ()))
            return
        require(self._data[at] == LONG_GET and place > self._first)
        is_own, digits = self.own[place - self._first - 1]
        require(not digits)
        self.stack.append((is_own, ()))
        self.shifts.append(at + 1)

    def _bottom(self) -> int:
        return self.marks[-1] if self.marks else 0

    def _take(self, count: int | None) -> list[_Item]:
        """Pop items, or all above the last MARK."""
        if count is None:
            mark = self.marks.pop()
        else:
            mark = len(self.stack) - count
            require(mark >= self._bottom())
        items = self.stack[mark:]
        del self.stack[mark:]
        return items
