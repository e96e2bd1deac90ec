"""A pickle interpreter that builds inert values (PEP 3154, CPython's pickletools).

No name is imported, nothing is called, no object of the file is hashed or compared, and every
length, index and depth is bounded: see `Machine.check`.
"""

from __future__ import annotations

from rnninspect.decode.cursor import WORD, Cursor
from rnninspect.decode.pickles.machine import NOTHING, SLICE, Machine, PickleEnd
from rnninspect.decode.pickles.stack_opcodes import HANDLERS
from rnninspect.errors import UnreadableFile, in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.machine import Calls
    from rnninspect.source.source import Source

# Opcodes that are inlined below, and the length of the longest one with its argument.
_PUT, _NUMBER, _GET, _MARK = b"rKh("
_LONGEST = 5
_AT_THE_END = -1  # index in HANDLERS


def run(machine: Machine) -> object:
    """Interpret up to STOP and return the value on top of the stack."""
    try:
        while True:
            _run_slice(machine)
            machine.check()
    except PickleEnd as end:
        return end.args[0]
    except (IndexError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        fault = "stack underflow" if isinstance(error, IndexError) else in_words(error)
        reason = f"truncated or malformed pickle near offset {machine.cursor.offset}: {fault}"
        raise UnreadableFile(reason) from error


def _run_slice(machine: Machine) -> None:
    """Interpret up to SLICE opcodes; the four most frequent ones are inlined."""
    handlers, cursor, stack = HANDLERS, machine.cursor, machine.stack
    memo, marks = machine.memo, machine.marks
    data, at = cursor.data, cursor.at
    last = len(data) - _LONGEST  # beyond it, an argument may not be buffered
    step = 0
    try:
        for step in range(SLICE):  # noqa: B007 - read where the loop ends
            code = data[at] if at <= last else _AT_THE_END
            if code == _PUT:
                index = WORD(data, at + 1)[0]
                cursor.at = at = at + 5
                if index == len(memo):
                    memo.append(stack[-1])
                else:
                    machine.remember(index)
            elif code == _NUMBER:
                stack.append(data[at + 1])
                at += 2
            elif code == _GET:
                cursor.at = at + 2
                value = memo[data[at + 1]]
                if value is NOTHING:
                    machine.recall(data[at + 1])  # raises
                stack.append(value)
                at += 2
            elif code == _MARK:
                marks.append(len(stack))
                at += 1
            else:
                cursor.at = at + 1
                handlers[code](machine)
                if cursor.data is not data:
                    data = cursor.data
                    last = len(data) - _LONGEST
                at = cursor.at
        cursor.at = at
    finally:  # a pickle may end within a slice, and a file may contain many pickles
        machine.count(step + 1)


def load(cursor: Cursor, calls: Calls) -> object:
    """The value of the pickle at the cursor, which is then positioned after its STOP.

    Raises:
        UnreadableFile: not a pickle, or one with opcodes that no model needs.
        RefusedFile: it exceeds the limits `opcodes` or `header_bytes`.
    """
    return run(Machine(cursor, calls, run))


def load_from(source: Source, calls: Calls) -> object:
    """The value of the pickle at the start of a source."""
    return load(Cursor(source), calls)
