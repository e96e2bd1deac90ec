"""From a view of a storage to a stored tensor: its identity, and the bytes it needs and has."""

from __future__ import annotations

from rnninspect.plugin import MOST_ELEMENTS, Purpose, StoredTensor
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES, PACKED, bytes_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.describing.contents import Contents
    from rnninspect_torch.networks.records import NamedTensor
    from rnninspect_torch.tensors.views import Storage, TensorView


def stored(
    entry: NamedTensor, purpose: Purpose, contents: Contents, name: str | None = None
) -> StoredTensor:
    """The stored tensor of an entry; nothing in it is read."""
    tensor = entry.tensor
    name = entry.name if name is None else name
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


def _without_storage(name: str, tensor: TensorView, purpose: Purpose) -> StoredTensor:
    """A meta tensor, or one made of others: a sparse one, a shard, a tensor subclass."""
    parts = [part for part in tensor.parts if part.storage is not None]
    size = sum(bytes_of(part.count, part.dtype) for part in parts)
    inner = ",".join(identity(part, part.storage) for part in parts if part.storage is not None)
    return StoredTensor(name, tensor.shape, tensor.dtype, size, inner or f"meta {name}", purpose)


def identity(tensor: TensorView, storage: Storage) -> str:
    """Equal for two views of the same elements, also when one is the other's transpose."""
    touched = f"{tensor.count}*1" if tensor.is_contiguous else footprint(tensor)
    return f"{storage.scope}/{storage.key}+{tensor.offset}:{touched}"


def footprint(tensor: TensorView) -> str:
    """Which elements behind its first one a view touches, whatever the order of its axes.

    Axes are taken from the widest stride to the narrowest, axes of one element are left out, and
    those that run on without a gap are joined: all views of n elements in a row are `n*1`.
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
    """Bytes needed by the storage's own account, or by a view beyond it, and bytes held."""
    held = contents.stored_bytes(storage)
    if held is None or tensor.is_invalid or tensor.count > MOST_ELEMENTS:
        return None, None
    if not tensor.count and min(tensor.shape, default=0) < 0:
        return None, None
    view = bytes_of(tensor.reach, tensor.dtype) if tensor.dtype in ELEMENT_BYTES else 0
    return max(storage.bytes, view), held
