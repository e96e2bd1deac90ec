"""Dicts of arrays in a dict read as tables: what an optimizer keeps for each parameter, by number.

The dicts have the same few names, which are memoised. A table has those of a group from one of the
first on to the SETITEMS that puts them into the outer dict. Whatever is not exactly that is left to
the interpreter, as in `groups`.
"""

from __future__ import annotations

from itertools import chain

from rnninspect.decode.pickles.groups import (
    LEAST,
    add_table,
    new_table,
    require_keys,
    take,
    target_of,
)
from rnninspect.decode.pickles.table import (
    FAULTS,
    GET,
    NUMBER,
    PUT,
    VALUE,
    Table,
    UnusualError,
    fill_values,
    index_of,
    number,
    require,
)
from rnninspect.decode.pickles.values import Mapping
from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.pickles.machine import Machine

# A value with its memoised name; before the first of a dict are its number and a MARK, after the
# last is SETITEMS. A dict of one has SETITEM without a MARK.
_MOMENT = re.compile(rb"(?:(%b)}%b(\(?))?%b%b([us]?)" % (NUMBER, PUT, GET, VALUE), re.DOTALL)
_WIDTH = _MOMENT.groups + 1
_SEVERAL, _SINGLE = (b"(", b"u"), (b"", b"s", 1)  # what is before and after values, and how many
# A value's LONG_BINPUT, the end of its dict, and the end of the group.
_END = re.compile(rb"R%b[us]u" % PUT, re.DOTALL)
_AHEAD = 2**20  # bytes in which a group ends


class StateTable(Table):
    """Named arrays of dicts, which a dict has by number.

    Attributes:
        numbers: those of the dicts, in order.
        lengths: how many arrays each has.
    """

    __slots__ = ("lengths", "numbers")

    numbers: Sequence[int]
    lengths: list[int]

    @property
    def is_made(self) -> bool:
        """Whether its dicts exist, which something may have changed."""
        return self._pairs is not None

    def set_shapes(self, shapes: list[tuple[int, ...]]) -> int:
        """Set the shapes of all rows; return how many values they and their dicts memoise."""
        count = super().set_shapes(shapes) - len(shapes) + len(self.numbers)
        del self._starts[:]  # all are made at once
        return count

    def pairs(self) -> list[object]:
        """Numbers and dicts, alternating; values are rebuilt once, within the limits."""
        if self._pairs is None:
            self._spend(len(self))
            dicts = [
                Mapping([part for row in rows for part in (row[0], row[-1])])
                for rows in self._rows()
            ]
            self._pairs = list(chain.from_iterable(zip(self.numbers, dicts, strict=True)))
        return self._pairs

    def recall(self, memo: list[object], place: int) -> object:
        """The value of a place in the memo, where all of the table are kept from then on."""
        at, dicts = self.first, self.pairs()[1::2]
        self._spend(len(self))
        for value, rows in zip(dicts, self._rows(), strict=True):
            for made in (value, *(part for row in rows for part in row[1:])):
                if memo[at] is self:
                    memo[at] = made
                at += 1
        return memo[place]

    def _rows(self) -> Iterator[list[tuple[object, ...]]]:
        """What the opcodes of each dict memoise."""
        rows = map(self._memoised, range(len(self)))
        for length in self.lengths:
            yield [next(rows) for _ in range(length)]


def read_states(machine: Machine) -> None:
    """Read the dicts that start at the cursor, behind one of their group.

    They and those before them are added to the dict below their MARK; the next opcode is its
    SETITEMS. Nothing is done if they are no table.
    """
    target = target_of(machine)
    if target is None:
        return
    section, table = _section(machine), new_table(StateTable, machine)
    try:
        require_keys(machine, int)
        text, memoised = _fill(table, section, machine)
    except FAULTS:
        return
    if take(table, text, memoised, machine):
        machine.cursor.at += len(section)
        add_table(table, target, machine)


def _section(machine: Machine) -> bytes:
    """What is at the cursor up to the end of its group; empty if that is short, or far away."""
    cursor = machine.cursor
    found = _END.search(cursor.data, cursor.at)
    if found is None and len(cursor.data) - cursor.at < min(_AHEAD, cursor.left):
        cursor.fill(min(_AHEAD, cursor.left))
        found = _END.search(cursor.data)
    section = cursor.data[cursor.at : found.end() - 1] if found else b""
    # Up to where no other group is looked for.
    machine.stated = cursor.offset + (len(section) or len(cursor.data) - cursor.at)
    return section if len(section) >= LEAST else b""


def _fill(table: StateTable, section: bytes, machine: Machine) -> tuple[int, int]:
    """Fill a table; return the bytes of all keys, and how many values are memoised."""
    parts = _MOMENT.split(section)
    require(len(parts) > 1 and not any(parts[::_WIDTH]))  # nothing is between values
    numbers, puts, marks, names, *column = (parts[group::_WIDTH] for group in range(1, _WIDTH))
    starts = [at for at, code in enumerate(numbers) if code is not None]
    closing = [(at, code) for at, code in enumerate(column.pop(), 1) if code]
    ends = [at for at, _ in closing]
    require([*starts, len(names)] == [0, *ends])
    table.lengths = lengths = [end - start for start, end in zip(starts, ends, strict=True)]
    kinds = zip([marks[at] for at in starts], [code for _, code in closing], lengths, strict=True)
    require(all(kind[:2] == _SEVERAL or kind == _SINGLE for kind in set(kinds)))
    table.numbers = _consecutive([number(numbers[at]) for at in starts])
    table.names = _names(names, machine)
    of_each = {tuple(table.names[start:end]) for start, end in zip(starts, ends, strict=True)}
    require(all(len(set(words)) == len(words) for words in of_each))
    memoised, text = fill_values(table, column, [puts], machine.memoised)
    return text, memoised


def _names(codes: list[bytes], machine: Machine) -> list[str]:
    words: dict[bytes, str] = {}
    for code in set(codes):
        word = machine.memoised(index_of(code))
        if type(word) is not str:
            raise UnusualError
        words[code] = word
    return list(map(words.__getitem__, codes))


def _consecutive(numbers: list[int]) -> Sequence[int]:
    known = range(numbers[0], numbers[0] + len(numbers))
    return known if list(known) == numbers else numbers
