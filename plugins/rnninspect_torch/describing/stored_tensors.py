"""Describes stored tensors: identity, and needed and stored bytes."""

from __future__ import annotations

import math

from rnninspect.plugin import MOST_ELEMENTS, Purpose, StoredTensor
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, PACKED, bytes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.named_tensors import NamedTensor, Whole
    from rnninspect_torch.tensors.views import Storage, TensorView


def stored(
    entry: NamedTensor, purpose: Purpose, contents: Contents, name: str | None = None
) -> StoredTensor:
    """The stored tensor of an entry; its elements are not read."""
    whole = entry.whole
    if whole is not None and name is None and contents.names is None:
        return _whole(entry.name, whole, purpose)
    tensor = entry.tensor
    name = (contents.names or {}).get(entry.name, entry.name) if name is None else name
    if tensor.storage is None:
        return _without_storage(name, tensor, purpose)
    storage, dtype = tensor.storage, tensor.dtype
    size = bytes_of(tensor.count, dtype)
    part, times = PACKED.get(dtype, (dtype, 1))
    return StoredTensor(
        name,
        tensor.shape,
        part,
        min(storage.bytes, size),
        identity(tensor, storage),
        purpose,
        None if times == 1 else tensor.count * times,
        *_payload(tensor, storage, contents),
    )


def _whole(name: str, whole: Whole, purpose: Purpose) -> StoredTensor:
    """A tensor that fills a storage, all of which is stored; many are described in this way."""
    scope, key, shape, dtype, size = whole
    elements = f"{scope}/{key}+0:{math.prod(shape)}*1"
    return StoredTensor(name, shape, dtype, size, elements, purpose, None, size, size)


def _without_storage(name: str, tensor: TensorView, purpose: Purpose) -> StoredTensor:
    """A meta tensor, or one with parts: a sparse tensor, a shard, a tensor subclass."""
    parts = [part for part in tensor.parts if part.storage is not None]
    size = sum(bytes_of(part.count, part.dtype) for part in parts)
    inner = ",".join(identity(part, part.storage) for part in parts if part.storage is not None)
    return StoredTensor(name, tensor.shape, tensor.dtype, size, inner or f"meta {name}", purpose)


def identity(tensor: TensorView, storage: Storage) -> str:
    """Identifies the elements of a view: equal for a tensor and its transpose."""
    touched = f"{tensor.count}*1" if tensor.is_contiguous else footprint(tensor)
    return f"{storage.scope}/{storage.key}+{tensor.offset}:{touched}"


def footprint(tensor: TensorView) -> str:
    """The elements of a view relative to the first one, independent of the order of axes.

    Axes are sorted by stride, axes of one element are omitted, and adjacent axes without a gap are
    merged: all contiguous views of n elements are `n*1`.
    """
    axes = [(s, n) for n, s in zip(tensor.shape, tensor.strides, strict=True) if n != 1]
    joined: list[tuple[int, int]] = []
    for stride, size in sorted(axes, reverse=True):
        if joined and joined[-1][0] == stride * size:
            joined.append((stride, size * joined.pop()[1]))
        else:
            joined.append((stride, size))
    return ",".join(f"{size}*{stride}" for stride, size in joined)


def _payload(
    tensor: TensorView, storage: Storage, contents: Contents
) -> tuple[int | None, int | None]:
    """Bytes needed by the storage or the view, and bytes stored; None if unknown."""
    available = contents.stored_bytes(storage)
    if available is None or tensor.is_invalid or tensor.count > MOST_ELEMENTS:
        return None, None
    if not tensor.count and min(tensor.shape, default=0) < 0:
        return None, None
    view = bytes_of(tensor.reach, tensor.dtype) if tensor.dtype in ELEMENT_BYTES else 0
    return max(storage.bytes, view), available
