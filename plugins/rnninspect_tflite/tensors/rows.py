"""Stored tensors in columns; a tensor is made when it is asked for."""

from __future__ import annotations

import math
from _bisect import bisect_left  # without the module `bisect` around it
from _collections_abc import Mapping  # without the module `collections`
from itertools import pairwise

from rnninspect.plugin import DTYPES, Purpose, StoredTensor
from rnninspect_tflite.schema.numbers import ELEMENT_TYPES
from rnninspect_tflite.schema.records import Key
from rnninspect_tflite.schema.rows import are_few, integers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.stored.columns import TensorColumns
    from rnninspect_tflite.schema.records import Tensor
    from rnninspect_tflite.tensors.buffers import Extent

_INDEX_BITS = 32


class StoredRows(Mapping[Key, StoredTensor]):
    """Stored tensors by subgraph and index, among so many tensors.

    One whose bytes are not those that its shape needs, in the file itself, is made at once.
    """

    __slots__ = (
        *("_dtypes", "_keys", "_lengths", "_made", "_names", "_offsets", "_purposes", "_shapes"),
        "_types",
    )

    def __init__(self, count: int) -> None:
        self._keys, self._types = integers("Q", count), integers("b", count)
        self._offsets, self._lengths = integers("Q", count), integers("Q", count)
        self._names: list[str] = []
        self._shapes: list[tuple[int, ...]] = []
        self._dtypes: list[str] = []
        self._purposes: dict[int, Purpose] = {}
        self._made: dict[int, StoredTensor] = {}

    def add(self, tensor: Tensor, extent: Extent, purpose: Purpose, *, is_sparse: bool) -> None:
        """Add a tensor; those of a subgraph come in the order of their indices."""
        row, name = len(self._names), ELEMENT_TYPES.get(tensor.element_type)
        dtype = name or f"type {tensor.element_type}"
        stored = extent.length if extent.held is None else extent.held
        needed = None if is_sparse else needed_bytes(tensor.dims, name)
        self._keys.append(_packed(tensor.key))
        self._names.append(tensor.name)
        self._shapes.append(tensor.dims)
        self._dtypes.append(dtype)
        self._types.append(tensor.element_type)
        self._offsets.append(extent.offset)
        self._lengths.append(stored)
        if purpose is not Purpose.PARAMETER:
            self._purposes[row] = purpose
        if extent.location or not stored == extent.length == needed:
            self._made[row] = StoredTensor(
                tensor.name,
                tensor.dims,
                dtype,
                stored,
                _identity(extent.identity, tensor.element_type, purpose),
                purpose,
                math.prod(tensor.dims) if is_sparse and min(tensor.dims, default=0) >= 0 else None,
                needed,
                extent.held,
            )

    def __len__(self) -> int:
        return len(self._names)

    def __iter__(self) -> Iterator[Key]:
        return map(_unpacked, self._keys)

    def __getitem__(self, key: Key) -> StoredTensor:
        packed = _packed(key)
        row = bisect_left(self._keys, packed)
        if row == len(self._keys) or self._keys[row] != packed:
            raise KeyError(key)
        return self._at(row)

    def _at(self, row: int) -> StoredTensor:
        made = self._made.get(row)
        if made is not None:
            return made
        length, purpose = self._lengths[row], self._purposes.get(row, Purpose.PARAMETER)
        place = f"@{self._offsets[row]}+{length}"
        made = self._made[row] = StoredTensor(
            self._names[row],
            self._shapes[row],
            self._dtypes[row],
            length,
            _identity(place, self._types[row], purpose),
            purpose,
            needed_bytes=length,
            held_bytes=length,
        )
        return made

    def with_scales(self, scales: list[StoredTensor]) -> tuple[StoredTensor, ...] | TensorColumns:
        """All tensors, and these after them; in columns if there are many."""
        count = len(self._names)
        if are_few(count):
            return (*self.values(), *scales)
        from rnninspect.stored.columns import TensorColumns  # noqa: PLC0415 - for large files
        from rnninspect.stored.joining import joined  # noqa: PLC0415 - as above

        rows = TensorColumns(
            self._names,
            self._shapes,
            self._dtypes,
            self._lengths,
            self._at,
            purposes=self._purposes,
        )
        order = sorted(range(count), key=self._offsets.__getitem__)
        for one, other in pairwise(order):
            if self._offsets[one] == self._offsets[other]:  # of one buffer: may be one tensor
                _ = rows[one], rows[other]
        for row in self._made:
            _ = rows[row]
        return joined((rows, _scales_in_columns(scales))) if scales else rows


def _scales_in_columns(scales: list[StoredTensor]) -> TensorColumns:
    """Scales and zero points, of which those that several tensors share are asked for."""
    from rnninspect.stored.columns import TensorColumns  # noqa: PLC0415 - for large files

    columns = TensorColumns.of(scales)
    seen: dict[str, int] = {}
    for place, scale in enumerate(scales):
        first = seen.setdefault(scale.identity, place)
        if first != place:
            _ = columns[first], columns[place]
    return columns


def _packed(key: Key) -> int:
    return key[0] << _INDEX_BITS | key[1]


def _unpacked(packed: int) -> Key:
    return packed >> _INDEX_BITS, packed % (1 << _INDEX_BITS)


def _identity(place: str, element_type: int, purpose: Purpose) -> str:
    """Zeros of any type are merged into one buffer."""
    return f"{place}:{element_type}:{purpose}"


def needed_bytes(dims: tuple[int, ...], name: str | None) -> int | None:
    """Bytes that a shape needs, several elements of less than a byte in one; None if unknown."""
    known = DTYPES.get(name or "")
    if known is None or not known.bits or min(dims, default=0) < 0:
        return None
    return (math.prod(dims) * known.bits + 7) // 8
