"""Groups of runs read as tables: columns of what differs, without an object for each value.

`runs` has what a run is. A group goes from the MARK to the SETITEMS that puts
them into a dict, in which each value is an array whose elements are contiguous and are all of an
object of their own. Whatever is not exactly that is left to `runs` and the interpreter, and so is
what the meaning of calls, `Calls.takes`, finds unusual: the rows before and behind it are tables if
all of the group is pairs.
"""

from __future__ import annotations

from itertools import pairwise, repeat
from struct import Struct

from rnninspect.decode.pickles.runs import OPCODES, SHORT
from rnninspect.decode.pickles.table import (
    FAULTS,
    NUMBER,
    PUT,
    VALUE,
    Table,
    fill_values,
    odd_rows,
    require,
)
from rnninspect.decode.pickles.values import Mapping, Rows
from rnninspect.lean import partial, re
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import TypeVar

    from rnninspect.decode.pickles.machine import Machine
    from rnninspect.source.source import Source

    _Table = TypeVar("_Table", bound=Table)
    _Stretch = tuple["_Group", int, int]  # rows from one up to another

_COUNTED = 3  # opcodes, for a row: it takes the time of as many
# For a row whose value is made after all: with those above, what a run costs with its objects.
_MORE_OPCODES, _MORE_STEPS = 21, 10
LEAST_OPCODES = 200_000  # a lower limit is compared with what is on the stack, which has no tables
_MOST_RUNS = 1_024  # in a group: pickle puts a thousand into one
_AHEAD = 2**18  # bytes in which a group ends
# From the LONG_BINPUT of a name; names are between the matches.
_RUN = re.compile(PUT + VALUE, re.DOTALL)
_WIDTH = _RUN.groups + 1
_WRAPPER, _MAKER, _FLAG = 2, 3, 21  # groups: what calls start with, and the outer one ends with
# From behind a name: a value that is no row, which takes nothing from the stack.
_ODD = re.compile(
    rb"(?:%b)?(?:%b|h.|j.{4}|%b|[N\x88\x89])"
    % (PUT, VALUE.replace(rb"QK\0", b"Q" + NUMBER), NUMBER),
    re.DOTALL,
)
_FEW = 8  # rows: if one of fewer is unusual, all are left to the interpreter
_NEXT_GROUP = b"u(X"  # SETITEMS, MARK, and the first name of the next one
_LABEL, _HEAD = Struct("<cI").unpack_from, 5  # the opcode of a name, and the name's length
_NAME, _SETITEMS = b"X", b"u"
LEAST = 2**13  # bytes of a group: a smaller one is read by runs


class _Group:
    """What is left of a group: its rows, with the names before them, and pairs between these."""

    def __init__(self, data: bytes, start: int) -> None:
        """The opcodes from an offset on; UnusualError unless they are pairs up to SETITEMS.

        Nothing in such opcodes takes from the stack what is there before them.
        """
        *self.parts, rest = _RUN.split(data)
        self._data, self._start, self._end = data, start, len(data) - len(rest)
        self._spans: list[tuple[int, int]] = []
        self._odd: list[int] | None = None
        gaps = self.parts[::_WIDTH]
        self._count = len(gaps)
        require(0 < self._count <= _MOST_RUNS)
        each = range(self._count)
        self._after = [] if _are_names(gaps) else [at for at in each if not _are_names([gaps[at]])]
        makers = set(self.parts[_MAKER::_WIDTH])
        ends = zip(self.parts[_WRAPPER::_WIDTH], self.parts[_FLAG::_WIDTH], strict=True)
        require(all((start is None) is (end is None) for start, end in ends))
        for at in self._after:
            self.parts[at * _WIDTH] = gaps[at][_after_pairs(gaps[at], makers) :]
        end = _after_pairs(rest, makers)
        require(rest[end : end + 1] == _SETITEMS and len(makers) == 1)
        require(not self._after or _are_names(self.parts[::_WIDTH]))

    def stretches(self) -> dict[int, _Stretch]:
        """The rows between other pairs, by the offset of the first of each."""
        firsts = sorted({0, *self._after})
        return self._placed(zip(firsts, [*firsts[1:], self._count], strict=True))

    def smaller(self, first: int, stop: int) -> dict[int, _Stretch]:
        """Parts of some rows, without those that are odd; halves if none is, but of few."""
        if self._odd is None:
            self._odd = odd_rows([self.parts[2 + at :: _WIDTH] for at in range(_WIDTH - 2)])
        bounds = [first - 1, *(at for at in self._odd if first <= at < stop), stop]
        if len(bounds) > 2:
            pairs = pairwise(bounds)
            return self._placed((before + 1, after) for before, after in pairs)
        middle = (first + stop) // 2
        return self._placed([(first, middle), (middle, stop)] if stop - first >= _FEW else ())

    def length(self, first: int, stop: int) -> int:
        """Bytes from the name of a row to the end of the one before another."""
        end = self._end if stop == self._count else self._span(stop - 1)[1]
        return self._start + end - self._begin(first)

    def _placed(self, bounds: Iterable[tuple[int, int]]) -> dict[int, _Stretch]:
        return {self._begin(at): (self, at, stop) for at, stop in bounds if at < stop}

    def _begin(self, row: int) -> int:
        """The offset of a row's name."""
        if row == 0 and 0 not in self._after:
            return self._start
        return self._start + self._span(row)[0] - len(self.parts[row * _WIDTH])

    def _span(self, row: int) -> tuple[int, int]:
        if not self._spans:
            self._spans = [found.span() for found in _RUN.finditer(self._data)]
        return self._spans[row]


def read_table(machine: Machine) -> bool:
    """Read rows of a group from the opcode before the cursor on, that of a name.

    They are added to the dict below its MARK, after the pairs that are above it: the rest of the
    group, or up to what is unusual. False, and nothing is done, if they are no table.
    """
    start, target = machine.cursor.offset - 1, target_of(machine)
    if target is None:
        return False
    if start not in machine.planned:
        machine.planned = _plan(_section(machine), start)
    while (stretch := machine.planned.pop(start, None)) is not None:
        group, first, stop = stretch
        if _read(group, first, stop, target, machine):
            return True
        machine.planned |= group.smaller(first, stop)
    return False


def _plan(section: bytes, start: int) -> dict[int, _Stretch]:
    try:
        return _Group(section, start).stretches() if section else {}
    except FAULTS:
        return {}


def _read(group: _Group, first: int, stop: int, target: Mapping, machine: Machine) -> bool:
    """Read some rows as a table; False, and nothing is done, if they are none."""
    table = new_table(Table, machine)
    try:
        require_keys(machine, str)
        text, memoised = _fill(table, group.parts[first * _WIDTH : stop * _WIDTH], machine)
    except FAULTS:
        return False
    if not take(table, text, memoised, machine):
        return False
    machine.cursor.at += group.length(first, stop) - 1
    add_table(table, target, machine)
    return True


def target_of(machine: Machine) -> Mapping | None:
    """The dict below the last MARK, if few pairs are above that."""
    mark, stack = machine.marks[-1], machine.stack
    target = stack[mark - 1] if 0 < mark <= len(stack) else None  # unless that was popped
    if type(target) is not Mapping or machine.cursor.source.limits.opcodes < LEAST_OPCODES:
        return None
    above = len(stack) - mark
    return None if above % 2 or above > 2 * _MOST_RUNS else target


def require_keys(machine: Machine, kind: type) -> None:
    """Leave what is read to the interpreter unless the keys above the last MARK are of a type."""
    require(all(type(key) is kind for key in machine.stack[machine.marks[-1] :: 2]))


def add_table(table: Rows, target: Mapping, machine: Machine) -> None:
    """Add to a dict what is above its MARK, as SETITEMS does, and the rows of a table."""
    target.update(machine.pop_mark())
    machine.marks.append(len(machine.stack))
    target.add(table)


def new_table(kind: type[_Table], machine: Machine) -> _Table:
    """A table without rows, whose first value is the next one of the memo."""
    calls, spend = machine.calls, partial(_spend, machine.cursor.source)
    return kind(calls.call, calls.persistent, spend, len(machine.memo))


def take(table: Table, text: int, memoised: int, machine: Machine) -> bool:
    """Memoise and count the values of a table; False, and nothing is done, if one is unusual.

    `text` are the bytes of its names and keys.
    """
    if not machine.calls.takes(table):
        return False
    machine.text += text
    machine.memo.extend(repeat(table, memoised))
    machine.objects += len(table)
    machine.count(len(table) * _COUNTED)
    machine.opcodes += len(table) * (OPCODES - _COUNTED)
    return True


def _spend(source: Source, rows: int) -> None:
    """Count rows whose values are made against the limits of the whole model."""
    source.spend(Limit.OPCODES, rows * _MORE_OPCODES, "the number of opcodes of all pickles")
    source.spend(Limit.STEPS, rows * _MORE_STEPS)


def _section(machine: Machine) -> bytes:
    """What is buffered from the name's opcode up to the end of its group; empty if it is short."""
    cursor = machine.cursor
    cursor.at -= 1
    stop = cursor.data.find(_NEXT_GROUP, cursor.at)
    if stop < 0 and len(cursor.data) - cursor.at < min(_AHEAD, cursor.left):
        cursor.fill(0)
        stop = cursor.data.find(_NEXT_GROUP)
    section = cursor.data[cursor.at : len(cursor.data) if stop < 0 else stop + 1]
    cursor.at += 1
    machine.tabled = cursor.offset + len(section)  # up to where no other group is looked for
    return section if len(section) >= LEAST else b""


def _fill(table: Table, parts: list[bytes], machine: Machine) -> tuple[int, int]:
    """Fill a table; return the bytes of all names and keys, and how many values are memoised."""
    labels = [gap[_HEAD:] for gap in parts[::_WIDTH]]
    require(max(map(len, labels)) <= SHORT)
    puts, *column = (parts[group::_WIDTH] for group in range(1, _WIDTH))
    memoised, text = fill_values(table, column, [puts], machine.memoised)
    table.names = _names(labels)
    return text + sum(map(len, labels)), memoised


def _are_names(gaps: list[bytes]) -> bool:
    """Whether each is the opcode of a name."""
    if min(map(len, gaps)) < _HEAD:
        return False
    return [_LABEL(gap) for gap in gaps] == [(_NAME, len(gap) - _HEAD) for gap in gaps]


def _after_pairs(data: bytes, makers: set[bytes]) -> int:
    """Where the opcodes of pairs end, whose arrays are rebuilt by one of the makers."""
    at = 0
    while data[at : at + 1] == _NAME and at + _HEAD <= len(data):
        found = _ODD.match(data, at + _HEAD + _LABEL(data, at)[1])
        if found is None or (found[_WRAPPER] is None) is not (found[_FLAG] is None):
            break
        if found[_MAKER] is not None:
            makers.add(found[_MAKER])
        at = found.end()
    return at


def _names(labels: list[bytes]) -> list[str]:
    text = b"\n".join(labels)
    if text.isascii() and text.count(b"\n") < len(labels):
        return text.decode("ascii").split("\n")
    return [label.decode("utf-8", "surrogateescape") for label in labels]
