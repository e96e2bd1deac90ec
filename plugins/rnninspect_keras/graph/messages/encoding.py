"""Encodes a message that was spelled with names, as in text or JSON, in the binary form."""

from __future__ import annotations

import struct

from rnninspect.plugin import UnreadableFile
from rnninspect_keras.graph.messages.schema import WORDS, Scalar

_LOW_64 = (1 << 64) - 1
_FORMS = {Scalar.FLOAT: (5, "<f"), Scalar.DOUBLE: (1, "<d")}


def varint(number: int) -> bytes:
    """A number as the wire format has it; a negative one as its complement of 64 bits."""
    number &= _LOW_64
    encoded = bytearray()
    while number > 0x7F:
        encoded.append(number & 0x7F | 0x80)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)


def part(number: int, data: bytes) -> bytes:
    """A field that is a text, bytes or a message."""
    return varint(number << 3 | 2) + varint(len(data)) + data


def scalar(number: int, kind: Scalar, value: object) -> bytes:
    """A field of a scalar type.

    Raises:
        UnreadableFile: the value is not of this type.
    """
    match kind, value:
        case ((Scalar.TEXT | Scalar.BYTES), bytes()):
            return part(number, value)
        case ((Scalar.TEXT | Scalar.BYTES), str()):
            return part(number, value.encode("utf-8", "surrogateescape"))
        case Scalar.INTEGER, (int() | str()):
            return varint(number << 3) + varint(_whole(value))
        case ((Scalar.FLOAT | Scalar.DOUBLE), (int() | float() | str())):
            wire_type, form = _FORMS[kind]
            return varint(number << 3 | wire_type) + _real(form, value)
    raise UnreadableFile(f"not a {kind}: {str(value)[:40]!r}")


def _whole(value: int | str) -> int:
    if isinstance(value, int):
        return int(value)
    if value in WORDS:
        return WORDS[value]
    try:
        return int(value, 0)
    except ValueError:
        raise UnreadableFile(f"not a whole number: {value[:40]!r}") from None


def _real(form: str, value: float | str) -> bytes:
    try:
        return struct.pack(form, float(_without_letter(value)))
    except OverflowError:
        return struct.pack(form, float("inf"))
    except ValueError:
        raise UnreadableFile(f"not a number: {str(value)[:40]!r}") from None


def _without_letter(value: float | str) -> float | str:
    """A number without the letter that may end a float; `inf` ends with it, too."""
    if not isinstance(value, str):
        return value
    bare = value.rstrip("fF")
    return bare if bare[-1:].isdigit() or bare.endswith(".") else value
