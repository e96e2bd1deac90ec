"""Numbers of the wire format: tags, varints, and the signs of integers."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile

LONGEST_VARINT = 10  # bytes, also if it is negative
LONGEST_TAG = 5


def signed(value: int) -> int:
    """An int64 field's value from its varint."""
    return value - (1 << 64) if value >> 63 else value


def signed32(value: int) -> int:
    """An int32 field's value from its varint, of which protobuf keeps the low 32 bits."""
    low = value & 0xFFFFFFFF
    return low - (1 << 32) if low >> 31 else low


def read_tag(data: bytes, index: int, base: int, stop: int) -> tuple[int, int]:
    """A field's number and wire type in one, and the index after it, before `stop` in `data`."""
    tag, end = read_varint(data, index, base, stop)
    if tag < 8 or tag >> 32 or end - index > LONGEST_TAG:
        raise UnreadableFile(
            f"no field number at offset {base + index}", place=f"offset {base + index}"
        )
    return tag, end


def read_varint(data: bytes, index: int, base: int, stop: int) -> tuple[int, int]:
    """A number as unsigned 64 bits, and the index after it, before `stop` in `data`."""
    value = shift = 0
    for position in range(index, min(stop, index + LONGEST_VARINT)):
        byte = data[position]
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value & 0xFFFFFFFFFFFFFFFF, position + 1
        shift += 7
    what = "passes the end of its message" if stop - index < LONGEST_VARINT else "never ends"
    raise UnreadableFile(
        f"a number at offset {base + index} {what}", place=f"offset {base + index}"
    )
