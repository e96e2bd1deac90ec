"""TensorFlow checkpoints and SavedModels whose tables, graphs and shards ask for too much."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable
from pathlib import Path

from hostile.entry import Hostile, written
from hostile.onnx_entries import field
from making.tensorflow.bundles import varint
from rnninspect.decode.sstable.crc32c import crc32c
from rnninspect.decode.sstable.tables import MAGIC, MASK_DELTA

Entry = tuple[bytes, bytes]
FLOAT = b"\x08\x01"  # DataType 1 as field 1
HEADER = b"\x08\x01\x1a\x02\x08\x01"  # one shard, version 1


def entries_of(pairs: Iterable[Entry]) -> bytes:
    """A block whose keys share no prefix, without its restart offsets."""
    return b"".join(
        varint(0) + varint(len(key)) + varint(len(value)) + key + value for key, value in pairs
    )


NO_RESTARTS = bytes(4)


class Table:
    """A file of blocks, each followed by its compression type and checksum."""

    def __init__(self) -> None:
        self.data = bytearray()

    def add(self, block: bytes, packing: int = 0) -> bytes:
        """Append a block; return its handle, which an index refers to."""
        checksum = crc32c(block + bytes([packing]))
        masked = ((checksum >> 15 | checksum << 17) + MASK_DELTA) & 0xFFFFFFFF
        handle = varint(len(self.data)) + varint(len(block))
        self.data += block + bytes([packing]) + struct.pack("<I", masked)
        return handle

    def close(self, *handles: bytes) -> bytes:
        """The whole file, whose index leads to these blocks."""
        none = self.add(NO_RESTARTS)
        pairs = [(b"%08d" % at, handle) for at, handle in enumerate(handles)]
        index = self.add(entries_of(pairs) + NO_RESTARTS)
        return bytes(self.data) + (none + index).ljust(40, b"\0") + MAGIC


def tensor(size: int = 24, shape: bytes = b"", shard: int = 0) -> bytes:
    """A BundleEntryProto of float32."""
    placed = (b"\x18" + varint(shard) if shard else b"") + b"\x28" + varint(size)
    return FLOAT + field(2, shape or field(2, b"\x08\x06")) + placed


def index(*pairs: Entry) -> bytes:
    """A sound table around these entries."""
    table = Table()
    return table.close(table.add(entries_of([(b"", HEADER), *pairs]) + NO_RESTARTS))


def beside(data: Callable[[], bytes], code: int | None = None) -> Hostile:
    """A checkpoint's index, with a shard of zeros."""

    def make(path: Path) -> None:
        path.write_bytes(data())
        path.with_name(f"{path.stem}.data-00000-of-00001").write_bytes(bytes(4_096))

    return Hostile(make, code)


def first(table: Table) -> bytes:
    """The handle of an intact block, which contains the header."""
    return table.add(entries_of([(b"", HEADER)]) + NO_RESTARTS)


def block_again_and_again() -> bytes:
    """A block without entries that the index names 100,000 times: each costs its checksum."""
    table = Table()
    head = first(table)
    empty = table.add(struct.pack("<I", 2_500) + bytes(4 * 2_499) + struct.pack("<I", 2_500))
    return table.close(head, *[empty] * 100_000)


def growing_keys() -> bytes:
    """A key of a megabyte, and 100,000 more that repeat it by naming its length."""
    name = b"k" * 1_000_000
    first = entries_of([(b"", HEADER), (name, tensor())])
    more = varint(len(name)) + varint(1) + varint(len(tensor())) + b"x" + tensor()
    table = Table()
    return table.close(table.add(first + more * 100_000 + NO_RESTARTS))


def packed(elements: bytes, size: int) -> bytes:
    """A table of one block under snappy."""
    table = Table()
    return table.close(first(table), table.add(varint(size) + elements, packing=1))


def repeating_far() -> bytes:
    """A literal of a megabyte, and copies of one byte from its start."""
    literal = bytes([62 << 2]) + (1_000_000 - 1).to_bytes(3, "little") + bytes(1_000_000)
    copies = (b"\x03" + struct.pack("<I", 1_000_000)) * 300_000
    return packed(literal + copies, 1_300_000)


def inflating() -> bytes:
    """A byte, and copies of 64 bytes of it up to 63 MB."""
    return packed(b"\0\0" + b"\xfe\x01\0" * 1_000_000, 1 + 64_000_000)


def many_axes() -> bytes:
    """A tensor of 60,000 axes, whose product has a million digits."""
    axis = field(2, b"\x08" + varint(2**62))
    return index((b"lstm/kernel", tensor(shape=axis * 60_000)))


def many_shards() -> bytes:
    """Tensors, each in a shard of its own."""
    table = Table()
    header = b"\x08" + varint(99_999) + HEADER[2:]
    tensors = [(b"t%06d" % at, tensor(shard=at)) for at in range(6_000)]
    return table.close(table.add(entries_of([(b"", header), *tensors]) + NO_RESTARTS))


def graph_of(objects: bytes) -> Callable[[Path], None]:
    """A checkpoint with this object graph."""

    def make(path: Path) -> None:
        text = varint(len(objects)) + bytes(4) + objects
        entry = b"\x08\x07" + b"\x12\0\x28" + varint(len(text))
        path.write_bytes(index((b"_CHECKPOINTABLE_OBJECT_GRAPH", entry)))
        path.with_name(f"{path.stem}.data-00000-of-00001").write_bytes(text)

    return make


def graph_file(objects: bytes) -> bytes:
    """A SavedModel of this object graph."""
    return b"\x08\x01" + field(2, field(7, objects))


def child(number_: int, name: bytes) -> bytes:
    return field(1, b"\x08" + varint(number_) + field(2, name))


def chain() -> bytes:
    """30,000 objects, each the child of the one before and parent of the first."""
    return b"".join(
        field(1, child(at + 1, b"cell") + child(0, b"back")) for at in range(29_999)
    ) + field(1, b"")


ENTRIES: dict[str, Hostile] = {
    "sound.index": beside(lambda: index((b"lstm/kernel", tensor())), 0),
    "block_again_and_again.index": beside(block_again_and_again, 2),
    "growing_keys.index": beside(growing_keys, 2),
    "repeating_far.index": beside(repeating_far, 2),
    "inflating.index": beside(inflating, 2),
    "many_axes.index": beside(many_axes),
    "many_shards.index": beside(many_shards, 2),
    "many_tensors.index": beside(
        lambda: index(*((b"layer_%06d/kernel" % at, tensor()) for at in range(200_000))), 0
    ),
    "many_recurrent.index": beside(
        lambda: index(*((b"lstm_%06d/recurrent_kernel" % at, tensor()) for at in range(100_000))),
        2,
    ),
    "many_entries.index": beside(
        lambda: index(*((b"t%06d" % at, tensor()) for at in range(255_000))), 2
    ),
    "many_slices.index": beside(
        lambda: index(*((b"\0kernel\0\1%06d" % at, tensor()) for at in range(305_000))), 2
    ),
    "shard_beyond.index": beside(lambda: index((b"k", tensor(shard=2**31))), 2),
    "object_chain.index": Hostile(graph_of(chain())),
    "many_objects.index": Hostile(graph_of(b"\x0a\0" * 1_000_000), 2),
    "many_edges.index": Hostile(
        graph_of(field(1, b"".join(child(0, b"edge_%d" % at) for at in range(810_000)))), 2
    ),
    "many_objects/saved_model.pb": written(lambda: graph_file(b"\x0a\0" * 1_000_000), 2),
    "many_graphs/saved_model.pb": written(b"\x08\x01" + field(2, b"") * 1_500_000, 0),
    "object_child_beyond.index": Hostile(graph_of(field(1, child(9, b"x"))), 2),
    "no_entries.index": written(lambda: Table().close(), 2),
}
