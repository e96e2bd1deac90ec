"""Opcodes that push a literal: constants, numbers, strings, byte strings."""

from __future__ import annotations

import struct

from rnninspect.decode.pickles.machine import LONG_PUTS
from rnninspect.decode.pickles.values import Blob
from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.machine import Handler, Machine

_MOST_DIGITS = 1_000  # of a number; no model needs more than 20
_LONG_LINE = 1 << 16
_SHORT = 1 << 10  # bytes of a string
_DOUBLE = struct.Struct(">d")
_SIGNED = struct.Struct("<i")


def _constant(value: object) -> Handler:
    return lambda machine: machine.stack.append(value)


def _one_byte(machine: Machine) -> None:
    machine.stack.append(machine.cursor.byte())


def _two_bytes(machine: Machine) -> None:
    machine.stack.append(machine.cursor.number(2))


def _signed(machine: Machine) -> None:
    machine.stack.append(_SIGNED.unpack(machine.cursor.take(4))[0])


def _double(machine: Machine) -> None:
    machine.stack.append(_DOUBLE.unpack(machine.cursor.take(8))[0])


def _long(width: int) -> Handler:
    def handler(machine: Machine) -> None:
        length = machine.cursor.number(width)
        if length > _MOST_DIGITS:
            raise UnreadableFile(
                f"integer of {length} bytes at offset {machine.cursor.offset}",
                place=f"offset {machine.cursor.offset}",
            )
        machine.stack.append(int.from_bytes(machine.cursor.take(length), "little", signed=True))

    return handler


def _text_number(machine: Machine) -> None:
    line = machine.cursor.line().strip()
    if len(line) > _MOST_DIGITS:
        raise UnreadableFile(
            f"integer of {len(line)} digits before offset {machine.cursor.offset}",
            place=f"offset {machine.cursor.offset}",
        )
    if line in (b"00", b"01"):
        machine.stack.append(line == b"01")
    else:
        machine.stack.append(int(line.removesuffix(b"L") or b"0"))


def _text_double(machine: Machine) -> None:
    machine.stack.append(float(machine.cursor.line()))


# -- strings and byte strings


def _payload(width: int, encoding: str | None) -> Handler:
    def handler(machine: Machine) -> None:
        length = machine.cursor.number(width)
        machine.stack.append(machine.payload(length, encoding))

    return handler


def _text(machine: Machine) -> None:
    """A string with its length in four bytes: most names of a state dict."""
    cursor = machine.cursor
    if len(machine.memo) >= LONG_PUTS and machine.marks and _at_once(machine):
        return
    length = cursor.word()
    if length > _SHORT:
        machine.stack.append(machine.payload(length, "utf-8"))
        return
    machine.text += length  # checked against the limit after each slice
    machine.stack.append(cursor.take(length).decode("utf-8", "surrogateescape"))


def _at_once(machine: Machine) -> bool:
    """Read what starts with a name, and with it many opcodes; False if they are unusual."""
    offset = machine.cursor.offset
    if offset > machine.tabled or offset - 1 in machine.planned:
        from rnninspect.decode.pickles.groups import read_table  # noqa: PLC0415 - of large pickles

        if read_table(machine):
            return True
    from rnninspect.decode.pickles.runs import read_runs  # noqa: PLC0415 - as above

    return read_runs(machine)


def _text_line(encoding: str) -> Handler:
    def handler(machine: Machine) -> None:
        length = machine.cursor.line_length()
        if length > _LONG_LINE:
            machine.stack.append(Blob(machine.cursor.skip(length), encoding))
            machine.cursor.take(1)
            return
        line = machine.cursor.take(length + 1)[:-1]
        if encoding == "utf-8":  # STRING: a quoted Python 2 literal
            line = line.strip()[1:-1].replace(b"\\'", b"'")
            machine.stack.append(line.decode("utf-8", "surrogateescape"))
        else:
            machine.stack.append(line.decode(encoding))

    return handler


VALUES: dict[bytes, Handler] = {
    b"N": _constant(None),
    b"\x88": _constant(value=True),
    b"\x89": _constant(value=False),
    b"K": _one_byte,
    b"M": _two_bytes,
    b"J": _signed,
    b"G": _double,
    b"\x8a": _long(1),
    b"\x8b": _long(4),
    b"I": _text_number,
    b"L": _text_number,
    b"F": _text_double,
    b"U": _payload(1, "utf-8"),
    b"T": _payload(4, "utf-8"),
    b"\x8c": _payload(1, "utf-8"),
    b"X": _text,
    b"\x8d": _payload(8, "utf-8"),
    b"C": _payload(1, None),
    b"B": _payload(4, None),
    b"\x8e": _payload(8, None),
    b"\x96": _payload(8, None),
    b"S": _text_line("utf-8"),
    b"V": _text_line("raw-unicode-escape"),
}
