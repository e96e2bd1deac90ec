"""Opcodes for the stack, the memo, names and calls; and the table of all handlers."""

from __future__ import annotations

from rnninspect.decode.pickles.container_opcodes import CONTAINERS
from rnninspect.decode.pickles.machine import LONG_PUTS, PickleEnd
from rnninspect.decode.pickles.numpy_arrays import is_wrapper
from rnninspect.decode.pickles.value_opcodes import VALUES
from rnninspect.decode.pickles.values import Instance, Mapping
from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.machine import Handler, Machine

_HIGHEST_PROTOCOL = 5
_NAME = b"X"


def _refuse(machine: Machine) -> None:
    code = machine.cursor.data[machine.cursor.at - 1]
    what = {0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x97: "NEXT_BUFFER"}.get(code)
    raise UnreadableFile(
        f"{'unsupported' if what else 'invalid'} opcode {what or f'0x{code:02x}'}"
        f" at offset {machine.cursor.offset - 1} of a pickle",
        place=f"offset {machine.cursor.offset - 1}",
    )


def _stop(machine: Machine) -> None:
    raise PickleEnd(machine.stack.pop())


def _protocol(machine: Machine) -> None:
    version = machine.cursor.number(1)
    if version > _HIGHEST_PROTOCOL:
        raise UnreadableFile(
            f"unsupported pickle protocol {version}: at most {_HIGHEST_PROTOCOL} is known"
        )


def _frame(machine: Machine) -> None:
    length = machine.cursor.number(8)
    if length > machine.cursor.left:
        raise UnreadableFile(
            f"truncated pickle: frame of {length} bytes at offset {machine.cursor.offset}",
            place=f"offset {machine.cursor.offset}",
        )


# -- the stack itself


def _mark(machine: Machine) -> None:
    machine.marks.append(len(machine.stack))


def _pop(machine: Machine) -> None:
    if machine.marks and machine.marks[-1] >= len(machine.stack):
        machine.marks.pop()
    else:
        machine.stack.pop()


def _pop_mark(machine: Machine) -> None:
    machine.pop_mark()


def _duplicate(machine: Machine) -> None:
    machine.stack.append(machine.stack[-1])


# -- the memo: a third of all opcodes, so the common case makes no call


def _put_byte(machine: Machine) -> None:
    index, memo = machine.cursor.byte(), machine.memo
    if index == len(memo):
        memo.append(machine.stack[-1])
    else:
        machine.remember(index)


def _put_long(machine: Machine) -> None:
    index, memo = machine.cursor.word(), machine.memo
    if index == len(memo):
        memo.append(machine.stack[-1])
    else:
        machine.remember(index)


def _get_byte(machine: Machine) -> None:
    machine.recall(machine.cursor.byte())


def _get_long(machine: Machine) -> None:
    machine.recall(machine.cursor.word())


def _text_index(machine: Machine) -> int:
    line = machine.cursor.line()
    if len(line) > 20 or not line.isdigit():
        raise UnreadableFile(
            f"invalid memo index {line[:20]!r} before offset {machine.cursor.offset}",
            place=f"offset {machine.cursor.offset}",
        )
    return int(line)


def _text_put(machine: Machine) -> None:
    machine.remember(_text_index(machine))


def _text_get(machine: Machine) -> None:
    machine.recall(_text_index(machine))


def _memoise(machine: Machine) -> None:
    machine.memo.append(machine.stack[-1])


# -- names, calls and objects


def _global(machine: Machine) -> None:
    module, name = machine.cursor.line(), machine.cursor.line()
    machine.stack.append(machine.name(_text(module), _text(name)))


def _text(line: bytes) -> str:
    return line.decode("utf-8", "surrogateescape")


def _stack_global(machine: Machine) -> None:
    name, module = machine.stack.pop(), machine.stack.pop()
    if not isinstance(name, str) or not isinstance(module, str):
        raise UnreadableFile("STACK_GLOBAL operands are not strings")
    machine.stack.append(machine.name(module, name))


def _call(machine: Machine, maker: object, args: object) -> None:
    machine.objects += 1
    if type(args) is not tuple:
        raise UnreadableFile("arguments of a call are not a tuple")
    machine.stack.append(machine.calls.call(maker, args))


def _reduce(machine: Machine) -> None:
    stack = machine.stack
    args = stack.pop()
    _call(machine, stack.pop(), args)


def _new_object(machine: Machine) -> None:
    stack, cursor = machine.stack, machine.cursor
    args = stack.pop()
    _call(machine, stack.pop(), args)
    machine.begun[len(stack)] = cursor.base + cursor.at


def _new_object_ex(machine: Machine) -> None:
    named = machine.stack.pop()
    _reduce(machine)
    objects = machine.stack[-1]
    if isinstance(objects, Instance) and isinstance(named, Mapping) and named.pairs:
        objects.args = (*objects.args, named)


def _object(machine: Machine) -> None:
    maker, *args = machine.pop_mark()
    _call(machine, maker, tuple(args))


def _instance(machine: Machine) -> None:
    module, name = machine.cursor.line(), machine.cursor.line()
    args = tuple(machine.pop_mark())
    _call(machine, machine.name(_text(module), _text(name)), args)


def _build(machine: Machine) -> None:
    state = machine.stack.pop()
    target = machine.stack[-1]
    if isinstance(target, Mapping | Instance):
        target.state = state
    if isinstance(target, Instance) and is_wrapper(target):
        from rnninspect.decode.pickles.joblib_arrays import skip_elements  # noqa: PLC0415 - of joblib's files

        skip_elements(machine, target)
        return
    cursor = machine.cursor
    if (
        len(machine.memo) >= LONG_PUTS
        and machine.marks
        and cursor.data[cursor.at : cursor.at + 1] == _NAME
    ):
        from rnninspect.decode.pickles.alike.objects import read_alike  # noqa: PLC0415 - of large pickles

        read_alike(machine)


def _persistent(machine: Machine) -> None:
    machine.stack.append(machine.calls.persistent(machine.stack.pop()))


def _persistent_line(machine: Machine) -> None:
    machine.stack.append(machine.calls.persistent(_text(machine.cursor.line())))


def _nothing(_machine: Machine) -> None:
    """READONLY_BUFFER: the stack does not change."""


_TABLE: dict[bytes, Handler] = {
    **VALUES,
    **CONTAINERS,
    b".": _stop,
    b"\x80": _protocol,
    b"\x95": _frame,
    b"(": _mark,
    b"0": _pop,
    b"1": _pop_mark,
    b"2": _duplicate,
    b"q": _put_byte,
    b"r": _put_long,
    b"p": _text_put,
    b"h": _get_byte,
    b"j": _get_long,
    b"g": _text_get,
    b"\x94": _memoise,
    b"c": _global,
    b"\x93": _stack_global,
    b"R": _reduce,
    b"\x81": _new_object,
    b"\x92": _new_object_ex,
    b"o": _object,
    b"i": _instance,
    b"b": _build,
    b"Q": _persistent,
    b"P": _persistent_line,
    b"\x98": _nothing,
}


def _next(machine: Machine) -> None:
    """Interpret the opcode at the cursor, buffered or not."""
    machine.cursor.at -= 1
    HANDLERS[machine.cursor.byte()](machine)


# One for each opcode; the last one is for opcodes that are not buffered yet.
HANDLERS: list[Handler] = [
    *(_TABLE.get(bytes([code]), _refuse) for code in range(256)),
    _next,
]
