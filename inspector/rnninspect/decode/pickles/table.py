"""Named arrays of a pickle in columns, without an object for each."""

from __future__ import annotations

import math
from _bisect import bisect_right  # without the module `bisect` around it
from array import array
from itertools import accumulate, chain
from operator import add

from rnninspect.decode.pickles.values import Rows
from rnninspect.errors import UnreadableFile
from rnninspect.lean import lru_cache, re
from rnninspect.stored.tensor import contiguous_strides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Call = Callable[[object, tuple[object, ...]], object]

NUMBER = rb"(?:K.|M..|J.{4})"
TUPLE = rb"((?:%b\x85|%b{2}\x86|%b{3}\x87|\((?:%b){4,8}t))" % ((NUMBER,) * 4)
PUT = rb"r(.{4})"
GET = rb"(h.|j.{4})"
_AXES = rb"(?:%b%b|\))" % (TUPLE, PUT)  # the tuple of no axes is not memoised
# From what rebuilds a value to its LONG_BINPUT; around a parameter are a second call and its
# arguments: whether it is trained, and its hooks.
VALUE = (
    rb"%b??" % GET
    + GET
    + rb"\(\(%b%bX(.)\0\0\0(\d{1,20})" % (GET, GET)
    + PUT
    + GET
    + rb"(%b)(N?t)" % NUMBER
    + PUT
    + rb"QK\0"
    + _AXES * 2
    + rb"\x89%b\)R" % GET
    + PUT
    + rb"t%bR%b" % (PUT, PUT)
    + rb"(?:([\x88\x89])%b\)R%b\x87%bR%b)?" % (GET, PUT, PUT, PUT)
)
PUTS = (6, 10, 12, 14, 16, 17, 18, 21, 22, 23)  # groups of places in the memo

_EACH_NUMBER = re.compile(NUMBER, re.DOTALL)
_UNSIGNED = 3  # bytes of the longest opcode of a number without a sign
_VALUES, _VALUES_OF_NO_AXES = 8, 6  # memoised for a row
_VALUES_AROUND = 3  # more, if a parameter is around it
_KEY = 1  # the second of them; the first is the name
_TRUE = b"\x88"


class UnusualError(ValueError):
    """Something that is left to the interpreter."""


# What is raised by groups of other opcodes, by references to nothing and values of other types.
FAULTS = (ValueError, IndexError, TypeError, UnreadableFile)


class Table(Rows):
    """Named arrays that are rebuilt alike, each from all elements of an object of its own.

    Attributes:
        names: of the arrays.
        keys: of their objects; a range if they are its numbers.
        kinds: the type of each object.
        shapes: in elements, none of them 0; equal ones are mostly one tuple.
        maker, word, where, hooks: what all calls and identities have.
        more: what is at the end of identities.
        flags: the opcode of whether each parameter is trained, None for an array that is in none;
            empty if none is.
        wrapper, wrapper_hooks: what all calls that make parameters have.
        first: the place of the first value in the memo.
    """

    __slots__ = (
        "_call",
        "_each",
        "_pairs",
        "_persistent",
        "_spend",
        "_starts",
        "first",
        "flags",
        "hooks",
        "keys",
        "kinds",
        "maker",
        "more",
        "names",
        "shapes",
        "where",
        "word",
        "wrapper",
        "wrapper_hooks",
    )

    def __init__(
        self,
        call: _Call,
        persistent: Callable[[object], object],
        spend: Callable[[int], None],
        first: int,
    ) -> None:
        """No rows yet; values are made by the calls that the pickle makes.

        `spend` counts what it takes to make all of the given number of rows.
        """
        self._call, self._persistent, self._spend = call, persistent, spend
        self.first = first
        self._pairs: list[object] | None = None
        self.maker: object = None
        self.word: object = None
        self.where: object = None
        self.hooks: object = None
        self.more: tuple[None, ...] = ()
        self.wrapper: object = None
        self.wrapper_hooks: object = None
        self.flags: Sequence[bytes | None] = ()
        self.names: list[str] = []
        self.keys: Sequence[str] | range = ()
        self.kinds: list[object] = []
        self.shapes: list[tuple[int, ...]] = []
        self._each = _VALUES  # memoised for each row
        self._starts = array("Q")  # in the memo, if some rows have more values than others

    def __len__(self) -> int:
        return len(self.names)

    def set_shapes(self, shapes: list[tuple[int, ...]]) -> int:
        """Set the shapes of all rows; return how many values they memoise."""
        self.shapes = shapes
        each = [_VALUES if shape else _VALUES_OF_NO_AXES for shape in shapes]
        if self.flags:
            around = [0 if flag is None else _VALUES_AROUND for flag in self.flags]
            each = list(map(add, each, around))
        self._each = each[0]
        if len(set(each)) > 1:
            self._starts.extend(accumulate(each, initial=0))
        return sum(each)

    def pairs(self) -> list[object]:
        """Names and values, alternating; values are rebuilt once, within the limits."""
        if self._pairs is None:
            self._spend(len(self))
            values = [self._memoised(row)[-1] for row in range(len(self))]
            self._pairs = list(chain.from_iterable(zip(self.names, values, strict=True)))
        return self._pairs

    def recall(self, memo: list[object], place: int) -> object:
        """The value of a place in the memo; unless it is a string, it is then kept there."""
        row, slot = self._row(place)
        if slot <= _KEY:
            return self.names[row] if slot == 0 else str(self.keys[row])
        self._spend(1)
        for at, value in enumerate(self._memoised(row), place - slot):
            if memo[at] is self:
                memo[at] = value
        return memo[place]

    def _row(self, place: int) -> tuple[int, int]:
        """The row that memoised a value, and which of its values it is."""
        if not self._starts:
            return divmod(place - self.first, self._each)
        row = bisect_right(self._starts, place - self.first) - 1
        return row, place - self.first - self._starts[row]

    def _memoised(self, row: int) -> tuple[object, ...]:
        """What the opcodes of a row memoise; the last one is its value."""
        shape, key = self.shapes[row], str(self.keys[row])
        identity = (self.word, self.kinds[row], key, self.where, math.prod(shape), *self.more)
        strides = contiguous_strides(shape)
        options = self._call(self.hooks, ())
        arguments = (self._persistent(identity), 0, shape, strides, False, options)
        value = self._call(self.maker, arguments)
        axes = (shape, strides) if shape else ()
        made = (self.names[row], key, identity, *axes, options, arguments, value)
        flag = self.flags[row] if self.flags else None
        if flag is None:
            return made
        hooks = self._call(self.wrapper_hooks, ())
        around = (value, flag == _TRUE, hooks)
        return (*made, hooks, around, self._call(self.wrapper, around))


def number(opcode: bytes) -> int:
    """The number that an opcode pushes."""
    return int.from_bytes(opcode[1:], "little", signed=len(opcode) > _UNSIGNED)


@lru_cache(maxsize=512)
def numbers(opcodes: bytes) -> tuple[int, ...]:
    """The numbers of a tuple: most of a network's values have few shapes."""
    return tuple(map(number, _EACH_NUMBER.findall(opcodes.removeprefix(b"("))))


def fill_values(
    table: Table,
    column: list[list[bytes]],
    before: list[list[bytes]],
    memoised: Callable[[int], object],
) -> tuple[int, int]:
    """Fill in all but the names; return how many values are memoised, and the bytes of keys.

    The columns are those of `VALUE`; `before` are places in the memo of what precedes each value;
    `memoised` gives what is at a place.
    """
    places = zip(*before, *(column[at] for at in PUTS), strict=True)
    puts = b"".join(filter(None, chain.from_iterable(places)))
    first = table.first
    _fill_wrappers(table, column[0], column[19], column[20], memoised)
    require(puts == array("I", range(first, first + len(puts) // 4)).tobytes())
    require(4 * table.set_shapes(_shapes(column)) == len(puts))
    table.maker, table.word, table.where, table.hooks = (
        _one(column[at], memoised) for at in (1, 2, 7, 15)
    )
    kinds = {code: memoised(index_of(code)) for code in set(column[3])}
    table.kinds = list(map(kinds.__getitem__, column[3]))
    (end,) = set(column[9])
    table.more = (None,) if end == b"Nt" else ()
    require(b"".join(column[4]) == bytes(map(len, column[5])))
    table.keys = _keys(column[5])
    return len(puts) // 4, sum(map(len, column[5]))


def _fill_wrappers(
    table: Table,
    wrappers: list[bytes],
    flags: list[bytes],
    hooks: list[bytes],
    memoised: Callable[[int], object],
) -> None:
    """Fill in what makes parameters of values, if anything does."""
    wrapped = [flag is not None for flag in flags]
    require([code is not None for code in wrappers] == wrapped)
    if any(wrapped):
        table.flags = flags
        table.wrapper, table.wrapper_hooks = _one(wrappers, memoised), _one(hooks, memoised)


def _keys(keys: list[bytes]) -> list[str] | range:
    text, first = b"\n".join(keys).decode("ascii"), int(keys[0])
    numerals = range(first, first + len(keys))
    return numerals if text == "\n".join(map(str, numerals)) else text.split("\n")


def _shapes(column: list[list[bytes]]) -> list[tuple[int, ...]]:
    """The shapes of arrays, all of which are contiguous and have the elements that are counted."""
    codes = list(zip(column[11], column[13], column[8], strict=True))
    known = {code: _shape(*code) for code in set(codes)}
    return list(map(known.__getitem__, codes))


def odd_rows(column: list[list[bytes]]) -> list[int]:
    """Those whose array is no plain one, or has the object of one before it: a tied weight."""
    codes = list(zip(column[11], column[13], column[8], strict=True))
    odd = {code for code in set(codes) if not _has_shape(*code)}
    found, highest = [], -1
    for at, (code, key) in enumerate(zip(codes, map(int, column[5]), strict=True)):
        if code in odd or key <= highest:
            found.append(at)
        else:
            highest = key
    return found


def _has_shape(axes: bytes | None, steps: bytes | None, elements: bytes) -> bool:
    try:
        _shape(axes, steps, elements)
    except UnusualError:
        return False
    return True


@lru_cache(maxsize=512)
def _shape(axes: bytes | None, steps: bytes | None, elements: bytes) -> tuple[int, ...]:
    shape = () if axes is None else numbers(axes)
    require(min(shape, default=1) > 0 and math.prod(shape) == number(elements))
    require(contiguous_strides(shape) == (() if steps is None else numbers(steps)))
    return shape


def _one(codes: list[bytes], memoised: Callable[[int], object]) -> object:
    """The memoised value that all opcodes push, where there are any."""
    (code,) = set(codes) - {None}
    return memoised(index_of(code))


def index_of(code: bytes) -> int:
    """The place in the memo that an opcode pushes."""
    return int.from_bytes(code[1:], "little")


def require(condition: bool) -> None:  # noqa: FBT001 - as an assertion has it
    """Leave what is read to the interpreter unless a condition is met."""
    if not condition:
        raise UnusualError
