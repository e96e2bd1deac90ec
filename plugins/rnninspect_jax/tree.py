"""The stored tensors of a tree of arrays: what each is kept for, by the keys above it."""

from __future__ import annotations

from math import prod

from rnninspect.decode.msgpack import Extension, leaves
from rnninspect.lean import re
from rnninspect.plugin import DTYPES, Limit, Purpose, StoredTensor, UnreadableFile
from rnninspect_jax.arrays import ARRAY, SCALAR, read_array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.cursor import Cursor
    from rnninspect_jax.arrays import PackedArray

_MARK = "__msgpack_chunked_array__"  # of an array above 2^30 bytes, which is packed in pieces
_CHUNK = re.compile(r"(?P<path>.*)/(?P<part>shape|chunks)/\d+$", re.DOTALL)
_STEPS_OF_AN_ARRAY = 16
_STATISTICS = frozenset({"batch_stats"})
# The fields of flax.training.train_state.TrainState, and the usual ones of people's own.
_PURPOSES = {
    "opt_state": Purpose.OPTIMIZER,
    "optimizer": Purpose.OPTIMIZER,
    "step": Purpose.STATE,
    "rng": Purpose.STATE,
    "cache": Purpose.STATE,
    "ema_params": Purpose.COPY,
    "target_params": Purpose.COPY,
}


class _Chunks:
    """The pieces of one array, which are flat: its shape is beside them."""

    __slots__ = ("arrays", "sizes")

    def __init__(self) -> None:
        self.sizes: list[int] = []
        self.arrays: list[PackedArray] = []


def stored_tensors(cursor: Cursor) -> Iterator[StoredTensor]:
    """All arrays of a file in its order; those in pieces come at the end.

    Raises:
        UnreadableFile: truncated or malformed; the message names the array.
        RefusedFile: a limit would be exceeded.
    """
    for number, (path, array) in enumerate(_arrays(cursor), start=1):
        cursor.source.limits.require(Limit.TENSORS, number)
        cursor.source.spend(Limit.STEPS, _STEPS_OF_AN_ARRAY)
        yield _stored(path, array)


def _arrays(cursor: Cursor) -> Iterator[tuple[str, PackedArray]]:
    chunked: dict[str, _Chunks] = {}
    for path, value in leaves(cursor):
        parent, _, key = path.rpartition("/")
        if key == _MARK:
            chunked[parent] = _Chunks()
        elif chunked and (found := _CHUNK.match(path)) and found["path"] in chunked:
            _add(chunked[found["path"]], path, value)
        elif isinstance(value, Extension) and value.code in (ARRAY, SCALAR):
            yield path, _read(path, value)
    for path, chunks in chunked.items():
        yield path, _joined(path, chunks)


def _add(chunks: _Chunks, path: str, value: object) -> None:
    if isinstance(value, Extension):
        chunks.arrays.append(_read(path, value))
    elif type(value) is int:
        chunks.sizes.append(value)


def _joined(path: str, chunks: _Chunks) -> PackedArray:
    if not chunks.arrays:
        raise UnreadableFile(f"{path[:80]}: an array in pieces, and none is there")
    first = chunks.arrays[0]
    return first._replace(
        shape=tuple(chunks.sizes), bytes=sum(array.bytes for array in chunks.arrays)
    )


def _read(path: str, value: Extension) -> PackedArray:
    try:
        return read_array(value)
    except UnreadableFile as error:
        raise UnreadableFile(f"{path[:80]}: {error}") from error


def _stored(path: str, array: PackedArray) -> StoredTensor:
    element = DTYPES.get(array.dtype)
    needed = prod(array.shape) * element.bits // 8 if element and element.bits else None
    keys = path.split("/")
    return StoredTensor(
        path,
        array.shape,
        array.dtype,
        array.bytes,
        path,
        purpose=purpose_of(keys),
        needed_bytes=needed,
        held_bytes=array.bytes,
        trained=not is_statistic(keys),
    )


def purpose_of(keys: Sequence[str]) -> Purpose:
    """What an array is kept for, by its path in the tree."""
    return next((_PURPOSES[key] for key in keys[:2] if key in _PURPOSES), Purpose.PARAMETER)


def is_statistic(keys: Sequence[str]) -> bool:
    """Whether an array is one that training does not change by its gradient."""
    return not _STATISTICS.isdisjoint(keys[:1])
