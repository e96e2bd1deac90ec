"""Named arrays of a pickle in columns, without an object for each."""

from __future__ import annotations

import math
from _bisect import bisect_right  # without the module `bisect` around it
from array import array
from itertools import accumulate, chain
from operator import add

from rnninspect.decode.pickles.values import Rows
from rnninspect.stored.tensor import contiguous_strides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    _Call = Callable[[object, tuple[object, ...]], object]

_VALUES, _VALUES_OF_NO_AXES = 8, 6  # memoised for a row
_VALUES_AROUND = 3  # more, if a parameter is around it
_KEY = 1  # the second of them; the first is the name
_TRUE = b"\x88"


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
