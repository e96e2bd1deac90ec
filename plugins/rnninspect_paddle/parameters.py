"""Tensors as Paddle writes them, one after the other (paddle/fluid/framework/lod_tensor.cc)."""

from __future__ import annotations

import struct
from math import prod

from rnninspect.decode.protobuf import signed
from rnninspect.decode.protobuf.numbers import read_tag, read_varint
from rnninspect.plugin import DTYPES, Limit, Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Source

# VarType.Type of framework.proto, where it is an element type.
ELEMENT_TYPES = {
    0: "bool", 1: "int16", 2: "int32", 3: "int64", 4: "float16", 5: "float32", 6: "float64",
    20: "uint8", 21: "int8", 22: "bfloat16", 23: "complex64", 24: "complex128",
    32: "float8_e4m3fn", 33: "float8_e5m2",
}  # fmt: skip
_MOST_LEVELS = 16
_LONGEST = 1024  # bytes of a description
_MOST_AXES = 64
_STEPS_OF_A_TENSOR = 20
_START = struct.Struct("<IQ")  # version, levels
_INNER = struct.Struct("<II")  # version, length of the description
_TYPE, _DIM, _DIMS = 8, 16, 18  # tags: data_type, one of dims, packed dims


class Stored(Record):
    """A tensor in a file.

    Attributes:
        shape: sizes of the axes.
        dtype: the element type.
        needed: bytes that shape and type need; None of an unknown type.
        held: bytes that the file has for it.
    """

    shape: tuple[int, ...]
    dtype: str
    needed: int | None
    held: int


def tensors_in(source: Source) -> list[Stored]:
    """All tensors of a file; the last may be cut.

    Raises:
        UnreadableFile: a tensor's header is malformed.
        RefusedFile: a limit would be exceeded.
    """
    found: list[Stored] = []
    offset = 0
    while offset < source.size:
        source.spend(Limit.STEPS, _STEPS_OF_A_TENSOR)
        stored, offset = tensor_at(source, offset)
        found.append(stored)
        source.limits.require(Limit.TENSORS, len(found))
    return found


def tensor_at(source: Source, offset: int) -> tuple[Stored, int]:
    """The tensor at an offset, and where the next one begins.

    Raises:
        UnreadableFile: no tensor begins there, or its header is malformed.
    """
    at = offset
    version, levels = _START.unpack(_taken(source, at, _START.size))
    at += _START.size
    if version or levels > _MOST_LEVELS:
        raise _malformed(offset)
    for _ in range(levels):
        at += 8 + int.from_bytes(_taken(source, at, 8), "little")
    inner, length = _INNER.unpack(_taken(source, at, _INNER.size))
    at += _INNER.size
    if inner or not 0 < length <= _LONGEST:
        raise _malformed(offset)
    code, shape = _description(_taken(source, at, length), at)
    at += length
    dtype = ELEMENT_TYPES.get(code)
    if dtype is None or min(shape, default=0) < 0:
        raise _malformed(offset)
    needed = prod(shape) * DTYPES[dtype].bits // 8
    held = min(needed, source.size - at)
    return Stored(shape, dtype, needed, held), at + held


def expected_heads(
    tensors: Iterable[tuple[tuple[int, ...], str]],
) -> Iterator[tuple[int, int]]:
    """Where the heads of tensors of these shapes and types are: offset and length of each."""
    offset = 0
    for shape, dtype in tensors:
        about = 2 + sum(1 + max(1, (size.bit_length() + 6) // 7) for size in shape)
        length = _START.size + _INNER.size + about
        yield offset, length
        element = DTYPES.get(dtype)
        offset += length + prod(shape) * (element.bits if element else 0) // 8


def _taken(source: Source, offset: int, length: int) -> bytes:
    if offset + length > source.size:
        raise UnreadableFile(
            f"truncated: the header of a tensor at offset {offset} passes the end",
            place=f"offset {offset}",
        )
    return source.read(offset, length)


def _malformed(offset: int) -> UnreadableFile:
    return UnreadableFile(f"no tensor at offset {offset}", place=f"offset {offset}")


def _description(data: bytes, base: int) -> tuple[int, tuple[int, ...]]:
    """The type and the shape in a TensorDesc message."""
    code, dims, index = -1, list[int](), 0
    while index < len(data):
        tag, index = read_tag(data, index, base, len(data))
        value, index = read_varint(data, index, base, len(data))
        if tag == _TYPE:
            code = value
        elif tag == _DIM:
            dims.append(signed(value))
        elif tag == _DIMS:
            end = min(index + value, len(data))
            while index < end:
                value, index = read_varint(data, index, base, end)
                dims.append(signed(value))
        else:
            raise _malformed(base)
    if len(dims) > _MOST_AXES:
        raise _malformed(base)
    return code, tuple(dims)
