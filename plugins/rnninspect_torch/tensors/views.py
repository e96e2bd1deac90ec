"""Storages, and tensors as views of them: where elements are, not what they are."""

from __future__ import annotations

import math

from rnninspect.lean import lru_cache

INSIDE = "storage inside the pickle "  # a scope of such storages begins with it


class Storage:
    """A contiguous run of elements in the file.

    Attributes:
        key: its name in the pickle, unique within `scope`.
        dtype: numpy's name; empty if untyped.
        element_bytes: bytes of one element, a fraction for sub-byte types.
        count: number of elements that the pickle claims.
        start: offset of a view in the storage `key`, in elements.
        bytes: size that follows from `count`.
    """

    __slots__ = ("bytes", "count", "dtype", "element_bytes", "key", "scope", "start")

    def __init__(
        self, scope: str, key: str, dtype: str, element_bytes: float, count: int, start: int = 0
    ) -> None:
        self.scope = scope
        self.key = key
        self.dtype = dtype
        self.element_bytes = element_bytes
        self.count = count
        self.start = start
        self.bytes = math.ceil(count * element_bytes)

    def in_scope(self, scope: str) -> Storage:
        """A copy with another scope."""
        return Storage(scope, self.key, self.dtype, self.element_bytes, self.count, self.start)


class TensorView:
    """An immutable view of a storage.

    Attributes:
        storage: None if the file stores no elements for it (a meta tensor).
        offset: first element in the storage, in elements.
        shape, strides: in elements.
        parameter: whether the file marks it as a parameter; None if unknown.
        parts: tensors that it is made of or scaled by: scales, indices, the local shard.
        note: kind of a special tensor: `quantised`, `sparse`, `meta`, …
        count: number of elements; 0 if the shape is invalid.
        reach: end of the view in the storage, in elements.
        in_a_row: whether its elements are contiguous in C order.
        is_impossible: whether it has a negative stride or offset, which torch rejects.
    """

    __slots__ = (
        "count",
        "dtype",
        "is_contiguous",
        "is_invalid",
        "note",
        "offset",
        "parameter",
        "parts",
        "reach",
        "shape",
        "storage",
        "strides",
    )

    def __init__(  # noqa: PLR0913 - the fields of a tensor
        self,
        storage: Storage | None,
        offset: int,
        shape: tuple[int, ...],
        strides: tuple[int, ...],
        dtype: str,
        *,
        parameter: bool | None = None,
        parts: tuple[TensorView, ...] = (),
        note: str = "",
    ) -> None:
        self.storage = storage
        self.offset = offset
        self.shape = shape
        self.strides = strides
        self.dtype = dtype
        self.parameter = parameter
        self.parts = parts
        self.note = note
        self.count, span, self.is_contiguous, is_negative = _measure(shape, strides)
        self.reach = offset + span if self.count else 0
        self.is_invalid = is_negative or offset < 0

    def changed(
        self,
        *,
        storage: Storage | None = None,
        parameter: bool | None = None,
        parts: tuple[TensorView, ...] | None = None,
        note: str | None = None,
    ) -> TensorView:
        """A copy with another storage, kind, parts or note; None keeps the value."""
        return TensorView(
            self.storage if storage is None else storage,
            self.offset,
            self.shape,
            self.strides,
            self.dtype,
            parameter=self.parameter if parameter is None else parameter,
            parts=self.parts if parts is None else parts,
            note=self.note if note is None else note,
        )


# Most tensors of a network share their shape with others. The cache is small because a file can
# contain shapes with equal hashes, each of which is compared with all others.
@lru_cache(maxsize=128)
def _measure(shape: tuple[int, ...], strides: tuple[int, ...]) -> tuple[int, int, bool, bool]:
    """Number of elements, span in the storage, whether contiguous, whether a stride is negative."""
    step, span, is_contiguous = 1, 1, True
    for size, stride in zip(reversed(shape), reversed(strides), strict=True):
        if size != 1:
            if stride != step:
                is_contiguous = False
            span += (size - 1) * stride
            step *= size
    possible = min(shape, default=0) >= 0
    return step if possible else 0, span, is_contiguous, min(strides, default=0) < 0
