"""Storages that lie inside a pickle: each is a whole legacy file of its own, as bytes."""

from __future__ import annotations

from rnninspect.plugin import UnreadableFile
from rnninspect_torch.pickles.cursor import Cursor
from rnninspect_torch.pickles.interpreter import load
from rnninspect_torch.pickles.values import Blob, Storage

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_torch.tensors.context import Context

MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py, MAGIC_NUMBER
INSIDE = "storage inside the pickle "
_HEAD = 1 << 12  # the pickles before the elements take some 400 bytes
_COST = 100  # in opcodes


def load_nested(calls: Context, value: object) -> Storage:
    """The storage that a call of torch.storage._load_from_bytes would make.

    Its elements are not read; how many bytes stand in their place is noted in `calls.nested`.
    UnreadableFile if the bytes are no legacy file of one storage.
    """
    calls.spend(_COST)
    if calls.scope.startswith(INSIDE):
        raise UnreadableFile("a storage inside a storage inside a pickle")
    head, size = _head(value)
    inner = calls.within(f"{INSIDE}{len(calls.nested)}")
    cursor = Cursor(calls.source.holding(head))
    if load(cursor, inner) != MAGIC:
        raise UnreadableFile("a storage inside a pickle does not begin as a file of torch")
    load(cursor, inner)  # protocol version
    load(cursor, inner)  # byte order and sizes of C types
    storage = load(cursor, inner)
    load(cursor, inner)  # the list of its one key
    cursor.number(8)  # elements, once more
    if not isinstance(storage, Storage):
        raise UnreadableFile("a storage inside a pickle holds something else")
    calls.foreign.update(inner.foreign)
    calls.nested[storage.scope] = storage.bytes if size is None else size - cursor.offset
    return storage


def _head(value: object) -> tuple[bytes, int | None]:
    """The first bytes, and how many there are in all if that is known without decoding them."""
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
            raise UnreadableFile("a storage inside a pickle is not made of bytes")
