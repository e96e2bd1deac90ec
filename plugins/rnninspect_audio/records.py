"""The records of a `DNNw` blob: a header of 64 bytes each, then elements, filled up to 64 bytes.

Sources: WeightHead in dnn/nnet.h, parse_record in dnn/parse_lpcnet_weights.c and write_weights in
dnn/write_lpcnet_weights.c of Opus 1.5; the same files in src/ of RNNoise 0.2.
"""

from __future__ import annotations

from struct import Struct

from rnninspect.plugin import Limit, Record, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source

MAGIC = b"DNNw"
_HEADER = Struct("<4s4i44s")
_VERSION = 0
_TYPES = {0: ("float32", 4), 1: ("int32", 4), 3: ("int8", 1)}  # 2 was int8 or float32
_STEPS_OF_A_RECORD = 24


class Array(Record):
    """An array of a blob.

    Attributes:
        name: its name, `gru1_input_bias`.
        dtype: the element type.
        count: how many elements it has.
        start: where they are in the file, in bytes.
        bytes: those of its elements.
    """

    name: str
    dtype: str
    length: int
    start: int
    bytes: int


def arrays_in(source: Source) -> Iterator[Array]:
    """The arrays of a blob in its order, whose elements are not read.

    Raises:
        UnreadableFile: a record is truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    offset = number = 0
    while offset < source.size:
        number += 1
        source.limits.require(Limit.TENSORS, number)
        source.spend(Limit.STEPS, _STEPS_OF_A_RECORD)
        array, offset = _record(source, offset)
        yield array


def _record(source: Source, offset: int) -> tuple[Array, int]:
    """The array at an offset, and where the next record starts."""
    place = f"offset {offset}"
    if source.size - offset < _HEADER.size:
        raise UnreadableFile(f"truncated: a header at {place} is cut", place=place)
    magic, version, code, size, held, padded = _HEADER.unpack(source.read(offset, _HEADER.size))
    name = padded.partition(b"\0")[0].decode("utf-8", "replace")
    if magic != MAGIC:
        raise UnreadableFile(f"no record at {place}: it begins with {magic!r}", place=place)
    if version != _VERSION or code not in _TYPES:
        what = f"version {version}" if version != _VERSION else f"element type {code}"
        raise UnreadableFile(f"unsupported {what} of {name!r} at {place}", place=place)
    dtype, width = _TYPES[code]
    start = offset + _HEADER.size
    if not name or padded[-1]:
        raise UnreadableFile(f"a record at {place} has no name, or too long a one", place=place)
    if size <= 0 or size % width or held < size:
        reason = f"{name!r} at {place}: {size:,} bytes of {dtype} in a block of {held:,}"
        raise UnreadableFile(reason, place=place)
    if held > source.size - start:
        left = source.size - start
        reason = f"truncated: {name!r} at {place} needs {held:,} bytes, {left:,} are left"
        raise UnreadableFile(reason, place=place)
    return Array(name, dtype, size // width, start, size), start + held
