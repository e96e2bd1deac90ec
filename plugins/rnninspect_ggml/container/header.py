"""The header of a GGUF file, its key-values and its tensor table.

Source: ggml's `docs/gguf.md`; what llama.cpp and the package gguf do where it is silent.
"""

from __future__ import annotations

from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect_ggml.container.cursor import Cursor
from rnninspect_ggml.container.table import LONGEST_NAME, read_table, spend_names
from rnninspect_ggml.container.values import read_value

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_ggml.container.table import Table
    from rnninspect_ggml.container.values import Value

_VERSIONS = (2, 3)
_DEFAULT_ALIGNMENT = 32
_STEPS_OF_A_TENSOR, _STEPS_OF_A_VALUE = 10, 3
_LEAST_BYTES_OF_A_VALUE, _LEAST_BYTES_OF_A_TENSOR = 13, 24
_MOST_DUPLICATES = 20


class Header(Record):
    """All that a file says before the elements of its tensors.

    Attributes:
        version: of the format.
        big_endian: whether the most significant byte of a number comes first.
        values: the key-values; None for what is long and never asked for.
        table: the tensors.
        alignment: the elements of each tensor begin at a multiple of it.
        start: where the data of all tensors begin in the file.
        repeated: keys that occur twice.
    """

    version: int
    big_endian: bool
    values: dict[str, Value]
    table: Table
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
    table = read_table(cursor, source, tensors)
    alignment = _alignment(values)
    start = -(-cursor.offset // alignment) * alignment
    return Header(version, cursor.order == ">", values, table, alignment, start, repeated)


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


def _values(cursor: Cursor, source: Source, count: int) -> tuple[dict[str, Value], tuple[str, ...]]:
    values: dict[str, Value] = {}
    repeated: list[str] = []
    for _ in range(count):
        stored = cursor.text("a key", LONGEST_NAME)
        spend_names(source, len(stored))
        key = stored.decode("utf-8", "backslashreplace")
        if key in values and len(repeated) < _MOST_DUPLICATES:
            repeated.append(key)
        value = read_value(cursor, source)
        values.setdefault(key, value)
    return values, tuple(dict.fromkeys(repeated))


def _alignment(values: dict[str, Value]) -> int:
    stated = values.get("general.alignment", _DEFAULT_ALIGNMENT)
    if type(stated) is not int or stated <= 0 or stated & (stated - 1):
        raise UnreadableFile(
            f"general.alignment is {str(stated)[:40]}, not a power of two: "
            "where the tensors begin is unknown"
        )
    return stated
