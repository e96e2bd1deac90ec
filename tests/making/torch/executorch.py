"""Writes files of ExecuTorch by their schemas, with the builder of the flatbuffers package.

Schemas: schema/program.fbs and extension/flat_tensor/serialize/flat_tensor.fbs. The reader was
tried on programs that executorch 1.5 exported from LSTM, GRU and LSTMCell, and a data file of one.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

import flatbuffers

Fields = Mapping[int, Any]  # by slot: a Number, text, bytes, Fields, or a list of these
FLOAT, BYTE, LONG = 6, 1, 4  # ScalarType
_WIDTHS = {"b": 1, "B": 1, "i": 4, "I": 4, "q": 8, "Q": 8}


class Number(tuple[str, Any]):
    """A number, or a list of numbers, with the letter of its type in `struct`."""

    __slots__ = ()


def number(code: str, value: int | Sequence[int]) -> Number:
    return Number((code, value))


def built(root: Fields, identifier: bytes) -> bytes:
    """A flatbuffer whose root table has these fields."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(_table(builder, root), identifier)
    return bytes(builder.Output())


def _table(builder: Any, fields: Fields) -> int:  # noqa: ANN401 - an untyped package
    places = {slot: _part(builder, value) for slot, value in fields.items()}
    builder.StartObject(max(fields, default=-1) + 1)
    for slot, value in fields.items():
        if places[slot] is not None:
            builder.PrependUOffsetTRelativeSlot(slot, places[slot], 0)
        else:
            code, scalar = value
            builder.Prep(_WIDTHS[code], 0)
            builder.head -= _WIDTHS[code]
            struct.pack_into(f"<{code}", builder.Bytes, builder.head, scalar)
            builder.Slot(slot)
    return int(builder.EndObject())


def _part(builder: Any, value: Any) -> int | None:  # noqa: ANN401 - as above
    """The place of what is stored outside of a table; None for a scalar."""
    match value:
        case str():
            return int(builder.CreateString(value))
        case bytes():
            return int(builder.CreateByteVector(value))
        case Mapping():
            return _table(builder, value)
        case Number((str(code), list() | tuple() as items)):
            builder.StartVector(_WIDTHS[code], len(items), _WIDTHS[code])
            data = struct.pack(f"<{len(items)}{code}", *items)
            builder.head -= len(data)
            builder.Bytes[builder.head : builder.head + len(data)] = data
            return int(builder.EndVector())
        case list():
            places = [_part(builder, item) for item in value]
            builder.StartVector(4, len(places), 4)
            for place in reversed(places):
                builder.PrependUOffsetTRelative(place)
            return int(builder.EndVector())
    return None


def tensor(
    buffer: int, shape: Sequence[int], dtype: int = FLOAT, **more: Fields | Number
) -> dict[int, Any]:
    """An EValue with a tensor; `allocation` and `extra` are further fields."""
    fields = {0: number("b", dtype), 2: number("i", list(shape)), 5: number("I", buffer)}
    slots = {"allocation": 6, "extra": 9}
    return {
        0: number("B", 5),
        1: fields | {slots[name]: value for name, value in more.items()},
    }


def program(
    values: Sequence[Fields],
    segments: Sequence[bytes] = (),
    starts: Sequence[int] = (),
    plan: Fields | None = None,
    **root: Any,  # noqa: ANN401 - fields
) -> bytes:
    """A program of one method; `starts` are the places of buffers in the first segment."""
    method = {0: "forward", 2: list(values), **(plan or {})}
    slots = {"buffers": 2, "delegated": 3, "mutable": 6, "named": 7, "plans": 1}
    fields: dict[int, Any] = {1: [method]}
    if starts:
        fields[5] = {0: number("I", 0), 1: number("Q", list(starts))}
    fields |= {slots[name]: value for name, value in root.items()}
    return _with_segments(fields, 4, segments, b"ET12")


def data_file(tensors: Mapping[str, Sequence[int]]) -> bytes:
    """A data file with float tensors of these shapes, each in a segment."""
    segments, named = [], []
    for at, (name, shape) in enumerate(tensors.items()):
        size = 4
        for axis in shape:
            size *= axis
        segments.append(bytes(size))
        layout = {0: number("b", FLOAT), 1: number("i", list(shape))}
        named.append({0: name, 1: number("I", at), 2: layout})
    return _with_segments({2: named}, 1, segments, b"FT01")


def _with_segments(
    fields: dict[int, Any], slot: int, segments: Sequence[bytes], identifier: bytes
) -> bytes:
    """The flatbuffer, a header after its identifier, and the segments, each aligned."""
    parts, offset = [], 0
    for segment in segments:
        parts.append({0: number("Q", offset), 1: number("Q", len(segment))})
        offset += -(-len(segment) // 16) * 16
    fields[slot] = parts
    whole = built(fields, identifier)
    length = 32 if identifier == b"ET12" else 40
    base = -(-(len(whole) + length) // 16) * 16
    places = [len(whole) + length, base, offset]
    if identifier == b"ET12":
        header = struct.pack("<4sI3Q", b"eh00", length, *places)
    else:
        header = struct.pack("<4sI4Q", b"FH01", length, 48, *places)
    start = int.from_bytes(whole[:4], "little") + length
    made = start.to_bytes(4, "little") + identifier + header + whole[8:]
    made += bytes(base - len(made))
    return made + b"".join(
        segment.ljust(-(-len(segment) // 16) * 16, b"\0") for segment in segments
    )
