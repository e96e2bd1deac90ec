"""Groups of runs read as tables: columns of what differs, without an object for each value.

`runs` has what a run is. A group goes from the MARK to the SETITEMS that puts
them into a dict, in which each value is an array whose elements are contiguous and are all of an
object of their own. Whatever is not exactly that is left to `runs` and the interpreter, and so is a
group in which the meaning of calls, `Calls.takes`, sees anything unusual.
"""

from __future__ import annotations

import math
from array import array
from itertools import chain, repeat
from struct import Struct

from rnninspect.decode.pickles.runs import (
    NUMBER,
    OPCODES,
    PUT,
    SHORT,
    TUPLE,
    number,
    numbers,
)
from rnninspect.decode.pickles.table import Table
from rnninspect.decode.pickles.values import Mapping
from rnninspect.errors import UnreadableFile
from rnninspect.lean import lru_cache, partial, re
from rnninspect.source.limits import Limit
from rnninspect.stored.tensor import contiguous_strides

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeVar

    from rnninspect.decode.pickles.machine import Machine
    from rnninspect.source.source import Source

    _Table = TypeVar("_Table", bound=Table)

_COUNTED = 3  # opcodes, for a row: it takes the time of as many
# For a row whose value is made after all: with those above, what a run costs with its objects.
_MORE_OPCODES, _MORE_STEPS = 21, 10
LEAST_OPCODES = 200_000  # a lower limit is compared with what is on the stack, which has no tables
_MOST_RUNS = 1_024  # in a group: pickle puts a thousand into one
_AHEAD = 2**18  # bytes in which a group ends
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
# From the LONG_BINPUT of a name; names are between the matches.
_RUN = re.compile(PUT + VALUE, re.DOTALL)
_WIDTH = _RUN.groups + 1
_NEXT_GROUP = b"u(X"  # SETITEMS, MARK, and the first name of the next one
_LABEL, _HEAD = Struct("<cI").unpack_from, 5  # the opcode of a name, and the name's length
_NAME, _SETITEMS = b"X", b"u"
LEAST = 2**13  # bytes of a group: a smaller one is read by runs


class UnusualError(ValueError):
    """Something that is left to the interpreter."""


# What is raised by groups of other opcodes, by references to nothing and values of other types.
FAULTS = (ValueError, IndexError, TypeError, UnreadableFile)


def read_table(machine: Machine) -> bool:
    """Read what is left of a group from the opcode before the cursor on, that of a name.

    Its rows are added to the dict below its MARK, after the pairs that are above it; the next
    opcode is its SETITEMS. False, and nothing is done, if it is no table.
    """
    target = target_of(machine, str)
    if target is None:
        return False
    section, table = _section(machine), new_table(Table, machine)
    try:
        length, text, memoised = _fill(table, section, machine)
    except FAULTS:
        return False
    if not take(table, text, memoised, machine):
        return False
    machine.cursor.at += length - 1
    add_table(table, target, machine)
    return True


def target_of(machine: Machine, kind: type) -> Mapping | None:
    """The dict below the last MARK, if above it are pairs with keys of a type."""
    mark, stack = machine.marks[-1], machine.stack
    target = stack[mark - 1] if mark else None
    if type(target) is not Mapping or machine.cursor.source.limits.opcodes < LEAST_OPCODES:
        return None
    pairs = (len(stack) - mark) % 2 == 0 and all(type(key) is kind for key in stack[mark::2])
    return target if pairs else None


def add_table(table: Table, target: Mapping, machine: Machine) -> None:
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


def _fill(table: Table, section: bytes, machine: Machine) -> tuple[int, int, int]:
    """Fill a table; return the bytes of its opcodes and of all names and keys, and of its memo."""
    parts = _RUN.split(section)
    gaps, rest = parts[:-1:_WIDTH], parts[-1]
    count = len(gaps)
    require(0 < count <= _MOST_RUNS and rest[:1] == _SETITEMS)
    labels = _labels(gaps)
    puts, *column = (parts[group::_WIDTH] for group in range(1, _WIDTH))
    memoised, text = fill_values(table, column, [puts], machine)
    table.names = _names(labels)
    return len(section) - len(rest), text + sum(map(len, labels)), memoised


def fill_values(
    table: Table, column: list[list[bytes]], before: list[list[bytes]], machine: Machine
) -> tuple[int, int]:
    """Fill in all but the names; return how many values are memoised, and the bytes of keys.

    The columns are those of `VALUE`; `before` are places in the memo of what precedes each value.
    """
    places = zip(*before, *(column[at] for at in PUTS), strict=True)
    puts = b"".join(filter(None, chain.from_iterable(places)))
    first = table.first
    _fill_wrappers(table, column[0], column[19], column[20], machine)
    require(puts == array("I", range(first, first + len(puts) // 4)).tobytes())
    require(4 * table.set_shapes(_shapes(column)) == len(puts))
    table.maker, table.word, table.where, table.hooks = (
        _one(column[at], machine) for at in (1, 2, 7, 15)
    )
    kinds = {code: machine.memoised(index_of(code)) for code in set(column[3])}
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
    machine: Machine,
) -> None:
    """Fill in what makes parameters of values, if anything does."""
    wrapped = [flag is not None for flag in flags]
    require([code is not None for code in wrappers] == wrapped)
    if any(wrapped):
        table.flags = flags
        table.wrapper, table.wrapper_hooks = _one(wrappers, machine), _one(hooks, machine)


def _labels(gaps: list[bytes]) -> list[bytes]:
    """The names in opcodes of names."""
    require(min(map(len, gaps)) >= _HEAD)
    labels = [gap[_HEAD:] for gap in gaps]
    require([_LABEL(gap) for gap in gaps] == [(_NAME, len(label)) for label in labels])
    require(max(map(len, labels)) <= SHORT)
    return labels


def _names(labels: list[bytes]) -> list[str]:
    text = b"\n".join(labels)
    if text.isascii() and text.count(b"\n") < len(labels):
        return text.decode("ascii").split("\n")
    return [label.decode("utf-8", "surrogateescape") for label in labels]


def _keys(keys: list[bytes]) -> list[str] | range:
    text, first = b"\n".join(keys).decode("ascii"), int(keys[0])
    numerals = range(first, first + len(keys))
    return numerals if text == "\n".join(map(str, numerals)) else text.split("\n")


def _shapes(column: list[list[bytes]]) -> list[tuple[int, ...]]:
    """The shapes of arrays, all of which are contiguous and have the elements that are counted."""
    codes = list(zip(column[11], column[13], column[8], strict=True))
    known = {code: _shape(*code) for code in set(codes)}
    return list(map(known.__getitem__, codes))


@lru_cache(maxsize=512)
def _shape(axes: bytes | None, steps: bytes | None, elements: bytes) -> tuple[int, ...]:
    shape = () if axes is None else numbers(axes)
    require(min(shape, default=1) > 0 and math.prod(shape) == number(elements))
    require(contiguous_strides(shape) == (() if steps is None else numbers(steps)))
    return shape


def _one(codes: list[bytes], machine: Machine) -> object:
    """The memoised value that all opcodes push, where there are any."""
    (code,) = set(codes) - {None}
    return machine.memoised(index_of(code))


def index_of(code: bytes) -> int:
    """The place in the memo that an opcode pushes."""
    return int.from_bytes(code[1:], "little")


def require(condition: bool) -> None:  # noqa: FBT001 - as an assertion has it
    """Leave what is read to the interpreter unless a condition is met."""
    if not condition:
        raise UnusualError
