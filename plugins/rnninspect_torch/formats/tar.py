"""The format of torch 0.1: a tar archive of four files (torch/serialization.py, _legacy_load).

`storages` has the elements, `tensors` the views, `pickle` the value, whose persistent ids are
numbers of tensors; `sys_info` describes the system.
"""

from __future__ import annotations

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.pickles.interpreter import load, load_from
from rnninspect.decode.pickles.values import Global
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_torch.archives import tar_members
from rnninspect_torch.describing.contents import Contents
from rnninspect_torch.describing.model import describe_value
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.dtypes import STORAGES
from rnninspect_torch.tensors.rebuilders import integers
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.pickles.table import Table
    from rnninspect.decode.pickles.values import Alike
    from rnninspect.plugin import SavedModel, Source

_MEMBERS = ("pickle", "storages", "tensors")
_MOST_AXES = 64


class TarCalls(TorchCalls):
    """Persistent ids of tensors, and of classes with their source code."""

    def __init__(self, source: Source) -> None:
        super().__init__(source, "storages")
        self.storage_bytes: dict[str, int] = {}
        self.tensors: dict[int, TensorView] = {}

    def takes(self, _table: Table) -> bool:
        """No tables: tensors are in a file of their own."""
        return False

    def takes_alike(self, _objects: Alike) -> bool:
        """All objects are built."""
        return False

    def persistent(self, key: object) -> object:
        """The tensor of a number, or the class of a tuple."""
        if type(key) is tuple and key:
            return key[0]
        number = int(key) if isinstance(key, str) and key.isdigit() and len(key) < 20 else key
        tensor = self.tensors.get(number) if type(number) is int else None
        if tensor is None:
            raise UnreadableFile(
                f"the pickle refers to tensor {str(number)[:40]}, which the archive does not list",
                place=f"tensor {str(number)[:40]}",
            )
        return tensor


def read_tar_era(members: dict[str, Source], source: Source) -> Contents:
    """The contents of an archive of torch 0.1."""
    calls = TarCalls(source)
    _read_storages(Cursor(members["storages"]), calls)
    _read_tensors(Cursor(members["tensors"]), calls)
    value = load_from(members["pickle"], calls)
    return Contents(
        "pytorch tar", value, calls, lambda storage: calls.storage_bytes.get(storage.key, 0)
    )


def _read_storages(cursor: Cursor, calls: TarCalls) -> None:
    """Read storages: a pickle of (key, location, type), length and elements each; then views."""
    for _ in range(_count(cursor, calls)):
        fields = load(cursor, calls)
        if not isinstance(fields, tuple) or len(fields) != 3 or not isinstance(fields[2], Global):
            raise UnreadableFile("malformed storage of the archive: expected (key, location, type)")
        storage = calls.register(str(_integer(fields[0])), STORAGES.get(fields[2].name, "uint8"), 0)
        count = cursor.number(8)
        size = int(count * storage.element_bytes)
        storage_bytes = calls.storage_bytes[storage.key] = min(size, cursor.left)
        calls.storages[storage.key] = Storage(
            storage.scope, storage.key, storage.dtype, storage.element_bytes, count
        )
        cursor.skip(storage_bytes)
    views = load(cursor, calls) if cursor.left else []
    for view in views if isinstance(views, list) else []:
        target, root, offset, _ = integers(view, "view of a storage")
        known = calls.storages.get(str(root))
        if known is None:
            raise UnreadableFile(
                f"view of storage {str(root)[:40]}, which the archive does not list",
                place=f"storage {str(root)[:40]}",
            )
        calls.storages[str(target)] = Storage(
            known.scope, known.key, known.dtype, known.element_bytes, known.count, offset
        )


def _read_tensors(cursor: Cursor, calls: TarCalls) -> None:
    """Read tensors: a pickle of (key, storage, type), shape, strides and offset each."""
    for _ in range(_count(cursor, calls)):
        fields = load(cursor, calls)
        if not isinstance(fields, tuple) or len(fields) != 3:
            raise UnreadableFile("malformed tensor of the archive: expected (key, storage, type)")
        storage = calls.storages.get(str(_integer(fields[1])))
        axes = cursor.number(4)
        cursor.take(4)
        if storage is None or axes > _MOST_AXES:
            raise UnreadableFile(
                f"malformed tensor of the archive: {axes} axes, or an unknown storage"
            )
        numbers = [
            int.from_bytes(cursor.take(8), "little", signed=True) for _ in range(2 * axes + 1)
        ]
        shape, strides = tuple(numbers[:axes]), tuple(numbers[axes : 2 * axes])
        start = storage.start + numbers[-1]
        calls.tensors[_integer(fields[0])] = TensorView(
            storage, start, shape, strides, storage.dtype
        )


def _count(cursor: Cursor, calls: TarCalls) -> int:
    count = load(cursor, calls)
    if type(count) is not int or count < 0:
        raise UnreadableFile(f"malformed number of storages or tensors: {str(count)[:40]!r}")
    calls.source.limits.require(Limit.TENSORS, count)
    return count


def _integer(value: object) -> int:
    return integers((value,), "key")[0]


def is_tar_era(source: Source) -> bool:
    """Whether the archive has the format of torch 0.1."""
    members = tar_members.read_tar(source)
    return all(name in members for name in _MEMBERS)


def read(source: Source) -> SavedModel:
    """The model of torch 0.1 in an archive."""
    return describe_value(read_tar_era(tar_members.read_tar(source), source))
