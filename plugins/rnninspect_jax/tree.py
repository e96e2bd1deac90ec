"""The stored tensors of a tree of arrays: what each is kept for, by the keys above it."""

from __future__ import annotations

from math import prod

from rnninspect.decode.msgpack import Extension, leaves
from rnninspect.lean import Counter, re
from rnninspect.plugin import DTYPES, MOST_ELEMENTS, Limit, Purpose, StoredTensor, UnreadableFile
from rnninspect.stored.columns import TensorColumns
from rnninspect_jax.arrays import ARRAY, SCALAR, KnownArrays, read_array

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.cursor import Cursor
    from rnninspect.plugin import Source
    from rnninspect_jax.arrays import PackedArray

_MARK = "__msgpack_chunked_array__"  # of an array above 2^30 bytes, which is packed in pieces
_CHUNK = re.compile(r"(?P<path>.*)/(?P<part>shape|chunks)/\d+$", re.DOTALL)
_STEPS_OF_AN_ARRAY = 6
_PORTION = 1_000  # arrays whose steps are spent at once
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


def stored_tensors(cursor: Cursor) -> TensorColumns:
    """All arrays of a file in its order; those in pieces come at the end.

    Raises:
        UnreadableFile: truncated or malformed; the message names the array.
        RefusedFile: a limit would be exceeded.
    """
    names: list[str] = []
    arrays: list[PackedArray] = []
    for path, array in _arrays(cursor):
        names.append(path)
        arrays.append(array)
        if not len(names) % _PORTION:
            _spend(cursor.source, len(names), _PORTION)
    _spend(cursor.source, len(names), len(names) % _PORTION)
    columns = TensorColumns(
        names,
        [array.shape for array in arrays],
        [array.dtype for array in arrays],
        [array.bytes for array in arrays],
        lambda place: _stored(names[place], arrays[place]),
        purposes=_purposes(names),
        buffers={at for at, path in enumerate(names) if is_statistic(path.split("/", 1))},
    )
    for place in _unusual(names, arrays):
        _ = columns[place]
    return columns


def _spend(source: Source, number: int, steps: int) -> None:
    source.limits.require(Limit.TENSORS, number)
    source.spend(Limit.STEPS, _STEPS_OF_AN_ARRAY * steps)


def _purposes(names: list[str]) -> dict[int, Purpose]:
    """What the arrays are kept for that are no parameters, by index."""
    purposes: dict[int, Purpose] = {}
    for at, path in enumerate(names):
        purpose = purpose_of(path.split("/", 2))
        if purpose is not Purpose.PARAMETER:
            purposes[at] = purpose
    return purposes


def _unusual(names: list[str], arrays: list[PackedArray]) -> set[int]:
    """The indices of arrays of one path, and of those with other bytes than they need."""
    unlike = {
        id(array): _needed(array) not in (None, array.bytes) or prod(array.shape) > MOST_ELEMENTS
        for array in arrays
    }
    found = {at for at, array in enumerate(arrays) if unlike[id(array)]}
    if len(set(names)) < len(names):
        times = Counter(names)
        found.update(at for at, path in enumerate(names) if times[path] > 1)
    return found


def _arrays(cursor: Cursor) -> Iterator[tuple[str, PackedArray]]:
    chunked: dict[str, _Chunks] = {}
    known = KnownArrays()
    for path, value in leaves(cursor):
        if path.endswith(_MARK) and path.rpartition("/")[2] == _MARK:
            chunked[path.rpartition("/")[0]] = _Chunks()
        elif chunked and (found := _CHUNK.match(path)) and found["path"] in chunked:
            _add(chunked[found["path"]], path, value)
        elif isinstance(value, Extension) and value.code in (ARRAY, SCALAR):
            yield path, known.get(value) or _read(path, value, known)
    for path, chunks in chunked.items():
        yield path, _joined(path, chunks)


def _add(chunks: _Chunks, path: str, value: object) -> None:
    if isinstance(value, Extension):
        chunks.arrays.append(_read(path, value, None))
    elif type(value) is int:
        chunks.sizes.append(value)


def _joined(path: str, chunks: _Chunks) -> PackedArray:
    if not chunks.arrays:
        raise UnreadableFile(f"{path[:80]}: an array in pieces, and none is there")
    first = chunks.arrays[0]
    return first._replace(
        shape=tuple(chunks.sizes), bytes=sum(array.bytes for array in chunks.arrays)
    )


def _read(path: str, value: Extension, known: KnownArrays | None) -> PackedArray:
    try:
        return read_array(value, known)
    except UnreadableFile as error:
        raise UnreadableFile(f"{path[:80]}: {error}") from error


def _needed(array: PackedArray) -> int | None:
    """Bytes by shape and type; None of an unknown type."""
    element = DTYPES.get(array.dtype)
    return prod(array.shape) * element.bits // 8 if element and element.bits else None


def _stored(path: str, array: PackedArray) -> StoredTensor:
    keys = path.split("/")
    return StoredTensor(
        path,
        array.shape,
        array.dtype,
        array.bytes,
        path,
        purpose=purpose_of(keys),
        needed_bytes=_needed(array),
        held_bytes=array.bytes,
        trained=not is_statistic(keys),
    )


def purpose_of(keys: Sequence[str]) -> Purpose:
    """What an array is kept for, by its path in the tree."""
    return next((_PURPOSES[key] for key in keys[:2] if key in _PURPOSES), Purpose.PARAMETER)


def is_statistic(keys: Sequence[str]) -> bool:
    """Whether an array is one that training does not change by its gradient."""
    return not _STATISTICS.isdisjoint(keys[:1])
