"""Storages inside a pickle: each is a complete legacy file, as bytes."""

from __future__ import annotations

from rnninspect.decode.cursor import Cursor
from rnninspect.decode.pickles.interpreter import load
from rnninspect.decode.pickles.values import Blob, kind_of
from rnninspect.plugin import UnreadableFile
from rnninspect_torch.tensors.views import INSIDE, Storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.tensors.context import Context

MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py, MAGIC_NUMBER
_HEAD = 1 << 12  # bytes; the pickles before the elements take some 400
_COST = 100  # in opcodes


def load_nested(calls: Context, value: object) -> Storage:
    """The storage that a call of torch.storage._load_from_bytes would return.

    Its elements are not read; their size in bytes is recorded in `calls.nested`.
    UnreadableFile if the bytes are not a legacy file of one storage.
    """
    calls.spend(_COST)
    if calls.scope.startswith(INSIDE):
        raise UnreadableFile("nested storages inside a pickle are not supported")
    head, size = _head(value)
    inner = calls.within(f"{INSIDE}{len(calls.nested)}")
    cursor = Cursor(calls.source.holding(head))
    if load(cursor, inner) != MAGIC:
        raise UnreadableFile("storage inside a pickle has an invalid magic number")
    load(cursor, inner)  # protocol version
    load(cursor, inner)  # byte order and sizes of C types
    storage = load(cursor, inner)
    load(cursor, inner)  # the list of its one key
    cursor.number(8)  # number of elements, repeated
    if not isinstance(storage, Storage):
        raise UnreadableFile(f"storage inside a pickle contains {kind_of(storage)}")
    calls.foreign.update(inner.foreign)
    calls.nested[storage.scope] = storage.bytes if size is None else size - cursor.offset
    return storage


def _head(value: object) -> tuple[bytes, int | None]:
    """The first bytes, and the total number if it is known without decoding them."""
    match value:
        case bytes():
            return value[:_HEAD], len(value)
        case str():  # protocol 2 writes each byte as a character
            return value[:_HEAD].encode("latin-1", "replace"), len(value)
        case Blob(encoding=None):
            return value.head(_HEAD), value.source.size
        case Blob():
            return value.head(_HEAD), None
        case _:
            raise UnreadableFile(f"storage inside a pickle is not bytes (found {kind_of(value)})")
