"""Opcodes that build tuples, lists, sets and dicts."""

from __future__ import annotations

from rnninspect.decode.pickles.machine import LONG_PUTS
from rnninspect.decode.pickles.values import Blob, Instance, Mapping, kind_of
from rnninspect.errors import UnreadableFile
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.machine import Handler, Machine

_NUMBERS = b"KMJ"


def _empty_tuple(machine: Machine) -> None:
    machine.stack.append(())


def _tuple_of_one(machine: Machine) -> None:
    machine.objects += 1
    stack = machine.stack
    stack[-1] = (stack[-1],)


def _tuple_of_two(machine: Machine) -> None:
    machine.objects += 1
    stack = machine.stack
    second = stack.pop()
    stack[-1] = (stack[-1], second)


def _tuple_of_three(machine: Machine) -> None:
    machine.objects += 1
    stack = machine.stack
    third, second = stack.pop(), stack.pop()
    stack[-1] = (stack[-1], second, third)


def _tuple(machine: Machine) -> None:
    machine.objects += 1
    stack, mark = machine.stack, machine.marks.pop()
    items = tuple(stack[mark:])
    del stack[mark:]
    stack.append(items)


def _list(machine: Machine) -> None:
    machine.objects += 1
    machine.stack.append(machine.pop_mark())


def _empty_list(machine: Machine) -> None:
    machine.objects += 1
    machine.stack.append([])


def _empty_dict(machine: Machine) -> None:
    machine.objects += 1
    machine.stack.append(Mapping())


def _dict(machine: Machine) -> None:
    machine.objects += 1
    machine.stack.append(Mapping(_in_pairs(machine.pop_mark())))


def _in_pairs(items: list[object]) -> list[object]:
    if len(items) % 2:
        raise UnreadableFile(f"a dict opcode has {plural(len(items), 'operand')}, expected pairs")
    return items


def _append(machine: Machine) -> None:
    item = machine.stack.pop()
    _extend(machine.stack[-1], [item])


def _appends(machine: Machine) -> None:
    items = machine.pop_mark()
    _extend(machine.stack[-1], items)


def _extend(target: object, items: list[object]) -> None:
    match target:
        case list() | Instance():
            target.extend(items)
        case _:
            raise UnreadableFile(f"APPENDS target is not a list (found {kind_of(target)})")


def _set_item(machine: Machine) -> None:
    value, key = machine.stack.pop(), machine.stack.pop()
    _update(machine, [key, value])
    _read_states(machine)


def _set_items(machine: Machine) -> None:
    pairs = _in_pairs(machine.pop_mark())
    _update(machine, pairs)
    _read_states(machine)


def _read_states(machine: Machine) -> None:
    """Read the dicts by number that follow one, many at once if they are alike."""
    cursor = machine.cursor
    if cursor.at >= len(cursor.data) or cursor.data[cursor.at] not in _NUMBERS:
        return
    if machine.marks and len(machine.memo) >= LONG_PUTS and cursor.offset >= machine.stated:
        from rnninspect.decode.pickles.states import read_states  # noqa: PLC0415 - of large pickles

        read_states(machine)


def _update(machine: Machine, pairs: list[object]) -> None:
    for index in range(0, len(pairs), 2):
        key = pairs[index]
        if type(key) is Blob:  # a long string that is used as a key
            pairs[index] = machine.decode_long(key)
    match target := machine.stack[-1]:
        case Mapping() | Instance():
            target.update(pairs)
        case _:
            raise UnreadableFile(f"SETITEMS target is not a dict (found {kind_of(target)})")


CONTAINERS: dict[bytes, Handler] = {
    b")": _empty_tuple,
    b"\x85": _tuple_of_one,
    b"\x86": _tuple_of_two,
    b"\x87": _tuple_of_three,
    b"t": _tuple,
    b"l": _list,
    b"]": _empty_list,
    b"\x8f": _empty_list,  # EMPTY_SET
    b"\x91": _list,  # FROZENSET
    b"}": _empty_dict,
    b"d": _dict,
    b"a": _append,
    b"e": _appends,
    b"\x90": _appends,  # ADDITEMS
    b"s": _set_item,
    b"u": _set_items,
}
