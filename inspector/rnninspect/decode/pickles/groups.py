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
    from rnninspect.decode.pickles.machine import Machine
    from rnninspect.source.source import Source

_COUNTED = 3  # opcodes, for a row: it takes the time of as many
# For a row whose value is made after all: with those above, what a run costs with its objects.
_MORE_OPCODES, _MORE_STEPS = 21, 10
_LEAST_OPCODES = 200_000  # a lower limit is compared with what is on the stack, which has no tables
_MOST_RUNS = 1_024  # in a group: pickle puts a thousand into one
_AHEAD = 2**18  # bytes in which a group ends
_GET = rb"(h.|j.{4})"
_AXES = rb"(?:%b%b|\))" % (TUPLE, PUT)  # the tuple of no axes is not memoised
# From the LONG_BINPUT of a name to that of its value; names are between the matches.
_RUN = re.compile(
    PUT
    + _GET
    + rb"\(\(%b%bX(.)\0\0\0(\d{1,20})" % (_GET, _GET)
    + PUT
    + _GET
    + rb"(%b)(N?t)" % NUMBER
    + PUT
    + rb"QK\0"
    + _AXES * 2
    + rb"\x89%b\)R" % _GET
    + PUT
    + rb"t%bR%b" % (PUT, PUT),
    re.DOTALL,
)
_WIDTH = _RUN.groups + 1
_PUTS = (1, 7, 11, 13, 15, 17, 18, 19)  # groups of places in the memo
_NEXT_GROUP = b"u(X"  # SETITEMS, MARK, and the first name of the next one
_LABEL, _HEAD = Struct("<cI").unpack_from, 5  # the opcode of a name, and the name's length
_NAME, _SETITEMS = b"X", b"u"
LEAST = 2**13  # bytes of a group: a smaller one is read by runs


class _UnusualError(ValueError):
    """Something that is left to the interpreter."""


# What is raised by groups of other opcodes, by references to nothing and values of other types.
_FAULTS = (ValueError, IndexError, TypeError, UnreadableFile)


def read_table(machine: Machine) -> bool:
    """Read the group that starts with the opcode before the cursor, that of a name.

    Its rows are added to the dict below its MARK; the next opcode is its SETITEMS. False, and
    nothing is done, if it is no table.
    """
    target = machine.stack[-1] if machine.stack else None
    if type(target) is not Mapping or machine.cursor.source.limits.opcodes < _LEAST_OPCODES:
        return False
    section, calls = _section(machine), machine.calls
    table = Table(
        calls.call, calls.persistent, partial(_spend, machine.cursor.source), len(machine.memo)
    )
    try:
        length, text, memoised = _fill(table, section, machine)
    except _FAULTS:
        return False
    if not calls.takes(table):
        return False
    machine.text += text
    machine.memo.extend(repeat(table, memoised))
    machine.cursor.at += length - 1
    target.add(table)
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
    _require(0 < count <= _MOST_RUNS and rest[:1] == _SETITEMS)
    column = [parts[group::_WIDTH] for group in range(_WIDTH)]
    labels = _labels(gaps)
    puts = b"".join(
        filter(None, chain.from_iterable(zip(*(column[at] for at in _PUTS), strict=True)))
    )
    first = table.first
    _require(puts == array("I", range(first, first + len(puts) // 4)).tobytes())
    _require(4 * table.set_shapes(_shapes(column)) == len(puts))
    table.maker, table.word, table.where, table.hooks = (
        _one(column[at], machine) for at in (2, 3, 8, 16)
    )
    kinds = {code: machine.memoised(_index(code)) for code in set(column[4])}
    table.kinds = list(map(kinds.__getitem__, column[4]))
    (end,) = set(column[10])
    table.more = (None,) if end == b"Nt" else ()
    _require(b"".join(column[5]) == bytes(map(len, column[6])))
    table.keys = _keys(column[6])
    table.names = _names(labels)
    text = sum(map(len, labels)) + sum(map(len, column[6]))
    return len(section) - len(rest), text, len(puts) // 4


def _labels(gaps: list[bytes]) -> list[bytes]:
    """The names in opcodes of names."""
    _require(min(map(len, gaps)) >= _HEAD)
    labels = [gap[_HEAD:] for gap in gaps]
    _require([_LABEL(gap) for gap in gaps] == [(_NAME, len(label)) for label in labels])
    _require(max(map(len, labels)) <= SHORT)
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
    codes = list(zip(column[12], column[14], column[9], strict=True))
    known = {code: _shape(*code) for code in set(codes)}
    return list(map(known.__getitem__, codes))


@lru_cache(maxsize=512)
def _shape(axes: bytes | None, steps: bytes | None, elements: bytes) -> tuple[int, ...]:
    shape = () if axes is None else numbers(axes)
    _require(min(shape, default=1) > 0 and math.prod(shape) == number(elements))
    _require(contiguous_strides(shape) == (() if steps is None else numbers(steps)))
    return shape


def _one(codes: list[bytes], machine: Machine) -> object:
    """The memoised value that all opcodes push."""
    (code,) = set(codes)
    return machine.memoised(_index(code))


def _index(code: bytes) -> int:
    return int.from_bytes(code[1:], "little")


def _require(condition: bool) -> None:  # noqa: FBT001 - as an assertion has it
    if not condition:
        raise _UnusualError
