"""The walker against protobuf itself: thousands of damaged files, read by the same descriptors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped] # no stubs

from making.onnx.mutations import mutations, varied_model
from rnninspect.decode.protobuf import (
    FIXED32,
    KEPT_NUMBERS,
    VARINT,
    WireReader,
    signed,
    signed32,
)
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.decode.protobuf import Message

COUNT = 5000
MESSAGE, ENUM, INT32, INT64, UINT64 = 11, 14, 5, 3, 4  # FieldDescriptorProto.Type
FLOAT, DOUBLE, TEXT, BYTES = 2, 1, 9, 12
WIRE_TYPES = {INT32: 0, INT64: 0, UINT64: 0, ENUM: 0, FLOAT: 5, DOUBLE: 1}
SIGNED = {INT32: signed32, INT64: signed}


def decoded(wire: WireReader, message: Message, descriptor: Any) -> dict[str, object]:  # noqa: ANN401 - protobuf's descriptors have no types
    """A message by its descriptor: every field that is set, as protobuf would hold it."""
    fields = {field.number: field for field in descriptor.fields}
    found = wire.collect(message, fields.keys())
    result: dict[str, object] = {}
    for number in sorted(found.numbers()):
        field = fields[number]
        if field.type == MESSAGE:
            spans = found.spans(number)
            if field.is_repeated:
                parts = [decoded(wire, (span,), field.message_type) for span in spans]
                result[field.name] = parts
            elif spans:
                result[field.name] = decoded(wire, tuple(spans), field.message_type)
        elif field.type in (TEXT, BYTES):
            texts = [wire.raw(start, end - start) for start, end in found.spans(number)]
            if texts:
                result[field.name] = texts if field.is_repeated else texts[-1]
        else:
            scalar(wire, found, field, result)
    return {name: held for name, held in result.items() if held not in ([], None)}


def scalar(wire: WireReader, found: Any, field: Any, result: dict[str, object]) -> None:  # noqa: ANN401 - as above
    """Numbers: a repeated one may be packed, of one that is not the last counts."""
    wire_type = WIRE_TYPES[field.type]
    convert = SIGNED.get(field.type, lambda number: number)
    if field.is_repeated and wire_type == VARINT:
        values, count = wire.integers(found, field.number)
        result[field.name] = (count, [convert(number) for number in values]) if count else None
    elif field.is_repeated:
        count = wire.count_fixed(found, field.number, wire_type)
        result[field.name] = (count, []) if count else None
    else:
        number = found.number(field.number, wire_type)
        known = field.type != ENUM or number in field.enum_type.values_by_number
        if number is not None and known:
            result[field.name] = "real" if wire_type == FIXED32 else convert(number)


def expected(message: Any) -> dict[str, object]:  # noqa: ANN401 - as above
    """The same of a message that protobuf has parsed."""
    result: dict[str, object] = {}
    for field, held in message.ListFields():
        if field.type == MESSAGE:
            parts = [expected(item) for item in held] if field.is_repeated else expected(held)
            result[field.name] = parts
        elif field.type in (TEXT, BYTES):
            encode = [as_bytes(item) for item in held] if field.is_repeated else as_bytes(held)
            result[field.name] = encode
        elif field.is_repeated:
            kept = list(held)[:KEPT_NUMBERS] if WIRE_TYPES[field.type] == VARINT else []
            result[field.name] = (len(held), kept)
        else:
            result[field.name] = "real" if field.type == FLOAT else held
    return result


def as_bytes(text: str | bytes) -> bytes:
    return text.encode("utf-8", "surrogateescape") if isinstance(text, str) else text


def parsed(data: bytes) -> onnx.ModelProto | None:
    try:
        return onnx.ModelProto.FromString(data)
    except DecodeError:
        return None


def ours(path: Path) -> dict[str, object] | None:
    with open_source(path, Limits()) as source:
        wire = WireReader(source)
        try:
            return decoded(wire, wire.whole(), onnx.ModelProto.DESCRIPTOR)
        except UnreadableFile:
            return None


def test_damaged_files_are_taken_and_refused_as_protobuf_does(tmp_path: Path) -> None:
    """Both accept and hold the same, or both refuse.

    Known differences: protobuf takes no length of more than five bytes, and none above 2 GiB, and
    where the last of several enum values is unknown, the one before counts.
    """
    path = tmp_path / "mutated.onnx"
    taken = refused = 0
    for data in (
        varied_model().SerializeToString(),
        *mutations(varied_model().SerializeToString(), COUNT),
    ):
        path.write_bytes(data)
        theirs, found = parsed(data), ours(path)
        assert (theirs is None) == (found is None), data.hex()
        if theirs is None:
            refused += 1
            continue
        taken += 1
        assert found == expected(theirs), data.hex()
    assert taken > COUNT // 20
    assert refused > COUNT // 20
