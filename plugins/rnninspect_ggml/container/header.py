"""The header of a GGUF file, its key-values and its tensor table.

Source: ggml's `docs/gguf.md`; what llama.cpp and the package gguf do where it is silent.
"""

from __future__ import annotations

from struct import Struct

from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect_ggml.container.cursor import Cursor
from rnninspect_ggml.container.values import read_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_ggml.container.values import Value

_VERSIONS = (2, 3)
_LONGEST_NAME = 65_535  # bytes of a key by the specification
_MOST_AXES = 64  # of a tensor: ggml has four, others write five
_DEFAULT_ALIGNMENT = 32
_STEPS_OF_A_TENSOR, _STEPS_OF_A_VALUE = 10, 3
_LEAST_BYTES_OF_A_VALUE, _LEAST_BYTES_OF_A_TENSOR = 13, 24
_MOST_DUPLICATES = 20


class Entry(Record):
    """One row of the tensor table.

    Attributes:
        name: of the tensor.
        shape: its axes in the order of numpy, the reverse of the file's.
        code: of its element type.
        offset: of its elements, from where the data of the file begin.
    """

    name: str
    shape: tuple[int, ...]
    code: int
    offset: int


class Header(Record):
    """All that a file says before the elements of its tensors.

    Attributes:
        version: of the format.
        big_endian: whether the most significant byte of a number comes first.
        values: the key-values; None for what is long and never asked for.
        entries: the tensors, in the order of the file.
        alignment: the elements of each tensor begin at a multiple of it.
        start: where the data of all tensors begin in the file.
        repeated: keys that occur twice.
    """

    version: int
    big_endian: bool
    values: dict[str, Value]
    entries: list[Entry]
    alignment: int
    start: int
    repeated: tuple[str, ...]


def read_header(source: Source) -> Header:
    """The header of a file.

    Raises:
        UnreadableFile: it is truncated or malformed, or of a version that is not read.
        RefusedFile: a limit is exceeded.
    """
    cursor = Cursor(source)
    cursor.skip(4)  # GGUF
    version = _version(cursor)
    tensors, pairs = cursor.length(), cursor.length()
    left = source.size - cursor.offset
    for count, least, what in (
        (pairs, _LEAST_BYTES_OF_A_VALUE, "key-values"),
        (tensors, _LEAST_BYTES_OF_A_TENSOR, "tensors"),
    ):
        if count > left // least:
            raise UnreadableFile(f"truncated or malformed: {count} {what} in {left} bytes")
    source.limits.require(Limit.ENTRIES, pairs, "the number of key-values")
    source.spend(Limit.TENSORS, tensors, "the number of tensors")
    source.spend(Limit.STEPS, _STEPS_OF_A_VALUE * pairs + _STEPS_OF_A_TENSOR * tensors)
    values, repeated = _values(cursor, source, pairs)
    entries = _entries(cursor, source, tensors)
    alignment = _alignment(values)
    start = -(-cursor.offset // alignment) * alignment
    return Header(version, cursor.order == ">", values, entries, alignment, start, repeated)


def _version(cursor: Cursor) -> int:
    stored = cursor.bytes(4)
    version = int.from_bytes(stored, "little")
    if version and not version & 0xFFFF:
        cursor.set_order(">")
        version = int.from_bytes(stored, "big")
    if version not in _VERSIONS:
        hint = "; convert the model again, or with a llama.cpp of 2023" if version == 1 else ""
        raise UnreadableFile(f"version {version} of GGUF is not supported, only 2 and 3{hint}")
    return version


def _name(cursor: Cursor, source: Source, what: str) -> str:
    data = cursor.text(what, _LONGEST_NAME)
    source.spend(Limit.TABLE_BYTES, len(data), "the length of all keys and names")
    return data.decode("utf-8", "backslashreplace")


def _values(cursor: Cursor, source: Source, count: int) -> tuple[dict[str, Value], tuple[str, ...]]:
    values: dict[str, Value] = {}
    repeated: list[str] = []
    for _ in range(count):
        key = _name(cursor, source, "a key")
        if key in values and len(repeated) < _MOST_DUPLICATES:
            repeated.append(key)
        value = read_value(cursor, source)
        values.setdefault(key, value)
    return values, tuple(dict.fromkeys(repeated))


def _entries(cursor: Cursor, source: Source, count: int) -> list[Entry]:
    layouts: dict[int, Struct] = {}
    axes_of = Struct(f"{cursor.order}I")
    entries = []
    for _ in range(count):
        name = _name(cursor, source, "a tensor's name")
        (axes,) = cursor.unpack(axes_of)
        if axes > _MOST_AXES:
            raise UnreadableFile(
                f"malformed: tensor {name[:80]} has {axes} axes", place=f"tensor {name[:80]}"
            )
        layout = layouts.get(axes)
        if layout is None:
            layout = layouts[axes] = Struct(f"{cursor.order}{axes}QIQ")
        *shape, code, offset = cursor.unpack(layout)
        entries.append(Entry(name, tuple(reversed(shape)), code, offset))
    return entries


def _alignment(values: dict[str, Value]) -> int:
    stated = values.get("general.alignment", _DEFAULT_ALIGNMENT)
    if type(stated) is not int or stated <= 0 or stated & (stated - 1):
        raise UnreadableFile(
            f"general.alignment is {str(stated)[:40]}, not a power of two: "
            "where the tensors begin is unknown"
        )
    return stated
