"""An interpreter of pickle opcodes that makes inert values (PEP 3154, CPython's pickletools).

No name is looked up, nothing is called, no object of the file is hashed or compared, and every
length, index and depth has a bound: see `Machine.check`.
"""

from __future__ import annotations

from rnninspect.plugin import UnreadableFile, in_words
from rnninspect_torch.pickles.cursor import WORD, Cursor
from rnninspect_torch.pickles.machine import NOTHING, SLICE, Machine, PickleEnd
from rnninspect_torch.pickles.stack_opcodes import HANDLERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_torch.pickles.machine import Calls

# Opcodes that are also in the table of handlers, and how long one is with its argument at most.
_PUT, _NUMBER, _GET, _MARK = b"rKh("
_LONGEST = 5
_AT_THE_END = -1  # of HANDLERS


def run(machine: Machine) -> object:
    """Interpret up to STOP and return what is then on top of the stack."""
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
    """Interpret some opcodes; the four that are two thirds of a state dict take no call."""
    handlers, cursor, stack = HANDLERS, machine.cursor, machine.stack
    memo, marks = machine.memo, machine.marks
    data, at = cursor.data, cursor.at
    last = len(data) - _LONGEST  # behind it, an argument may not be at hand
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
                    machine.recall(data[at + 1])  # which says so
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
    finally:  # a pickle may stop after a few opcodes, and a file hold many pickles
        machine.count(step + 1)


def load(cursor: Cursor, calls: Calls) -> object:
    """The value of the pickle at the cursor, which then stands behind its STOP.

    Raises:
        UnreadableFile: no pickle, or one that asks for what no model needs.
        RefusedFile: it would cost more than the limits `opcodes` or `header_bytes` allow.
    """
    return run(Machine(cursor, calls, run))


def load_from(source: Source, calls: Calls) -> object:
    """The value of the pickle at the start of a source."""
    return load(Cursor(source), calls)
