"""Runs of opcodes that a writer repeats for each of many values, read at once.

A named value that is rebuilt from a persistent object takes 32 opcodes, which differ in its name,
the key of the object and a few numbers. A run is read like its opcodes one by one, with equal calls
and in their order; whatever is not exactly such a run is left to the interpreter.
"""

from __future__ import annotations

from struct import Struct

from rnninspect.decode.cursor import WORD
from rnninspect.decode.pickles.machine import NOTHING
from rnninspect.decode.pickles.table import NUMBER, PUT, TUPLE, number, numbers
from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.machine import Machine

MOST = 256  # runs that are read before the limits are looked at
COUNTED = 12  # opcodes, for a run: it takes the time of as many
OPCODES = 32  # in a run of one or two axes
_MEMOISED = 8
_OBJECTS = 6
SHORT = 512  # bytes of a name: the length of a longer one is checked by the interpreter
# After the name: LONG_BINPUT, BINGET, MARK, MARK, BINGET, BINGET, BINUNICODE of the key, …
_RUN = re.compile(
    PUT
    + rb"h(.)\(\(h(.)h(.)X(.)\0\0\0(\d+)"
    + PUT
    + rb"h(.)(%b)t" % NUMBER
    + PUT
    + rb"Q(%b)" % NUMBER
    + TUPLE
    + PUT
    + TUPLE
    + PUT
    + rb"\x89h(.)\)R"
    + PUT
    + rb"t"
    + PUT
    + rb"R"
    + PUT,
    re.DOTALL,
)
_FAULTS = (IndexError, ValueError, TypeError, ArithmeticError, RecursionError)
_PLACES = Struct(f"<{_MEMOISED}I").pack
_NAME = b"X"


def read_runs(machine: Machine) -> bool:
    """Read the runs that start with the opcode before the cursor, that of a name; False if none do.

    Each leaves its name and its value on the stack. Those of a table that is to come are left.
    """
    cursor, done = machine.cursor, 0
    data, at = cursor.data, cursor.at - 1
    while done < MOST and data[at : at + 1] == _NAME and at + 5 <= len(data):
        start, length = at + 5, WORD(data, at + 1)[0]
        found = _RUN.match(data, start + length) if length <= SHORT else None
        if found is None or not _read(machine, data[start : start + length], found.groups()):
            break
        at = cursor.at = found.end()
        done += 1
        if cursor.offset in machine.planned:  # a table begins
            break
    if done:
        machine.count(done * COUNTED)
        machine.opcodes += done * (OPCODES - COUNTED)
    return done > 0


def _read(machine: Machine, label: bytes, parts: tuple[bytes, ...]) -> bool:
    """Do what the opcodes of a run do; False if they are none, before anything is done."""
    memo, calls = machine.memo, machine.calls
    known = len(memo)
    first, maker, kind, type_, length, key, *_ = parts
    places = (first, parts[6], parts[9], parts[12], parts[14], *parts[16:])
    used = (maker[0], kind[0], type_[0], parts[7][0], parts[15][0])
    if (
        length[0] != len(key)
        or b"".join(places) != _PLACES(*range(known, known + _MEMOISED))
        or max(used) >= known
    ):
        return False
    rebuild, word, what, where, hooks = values = [memo[place] for place in used]
    if any(value is NOTHING for value in values):
        return False
    name, stored = label.decode("utf-8", "surrogateescape"), key.decode()
    identity = (word, what, stored, where, number(parts[8]))
    shape, strides = numbers(parts[11]), numbers(parts[13])
    try:
        content = calls.persistent(identity)
        options = calls.call(hooks, ())
        arguments = (content, number(parts[10]), shape, strides, False, options)
        value = calls.call(rebuild, arguments)
    except _FAULTS:  # the interpreter says where
        return False
    machine.text += len(label) + len(key)
    machine.objects += _OBJECTS
    memo += (name, stored, identity, shape, strides, options, arguments, value)
    machine.stack += (name, value)
    return True
