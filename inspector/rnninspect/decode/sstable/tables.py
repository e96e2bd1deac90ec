"""Sorted tables of strings, the format of TensorFlow's checkpoint indices.

Follows LevelDB's table_format.md, as TensorFlow's `core/lib/io/table` writes it: blocks of entries
that share prefixes, each block followed by its kind and its checksum, an index block, a footer.
"""

from __future__ import annotations

from rnninspect.decode.sstable.crc32c import WORD, crc32c
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.source.source import Source

FOOTER = 48  # bytes: two handles of at most 20 each, padded, and the magic number
MAGIC = (0xDB4775248B80FB57).to_bytes(8, "little")
TRAILER = 5  # bytes after a block: its compression and its checksum

LONGEST_NUMBER = 10  # bytes of a number in groups of 7 bits
PORTION, LONG_ENTRY = 1_000, 1_000  # entries that are counted at once, and bytes of one at most
STEPS = 8  # of an entry, with what a reader makes of it
CHECKED_SHIFT = 6  # bytes whose checksum is computed in a step, as a power of two
MASK_DELTA = 0xA282EAD8  # stored checksums are rotated and shifted by this


def is_table(source: Source) -> bool:
    """Whether the last bytes are a table's magic number."""
    return source.size >= FOOTER and source.read(source.size - 8, 8) == MAGIC


def read_table(source: Source) -> Iterator[tuple[bytes, bytes]]:
    """Keys and values in order; a block is read when the walk comes to it.

    Raises:
        UnreadableFile: no table, or a block whose checksum or structure is broken.
        RefusedFile: blocks and keys of more than `limits.table_bytes` together, whether packed or
            unpacked, or more entries than `limits.entries`.
    """
    if not is_table(source):
        raise UnreadableFile("missing magic number at the end of the table: truncated?")
    footer = source.read(source.size - FOOTER, FOOTER)
    _, at = _handle(footer, 0)
    index, _ = _handle(footer, at)
    read = _Read(source)
    for _, value in read.entries(index):
        block, _ = _handle(value, 0)
        yield from read.entries(block)
    read.settle()


def first_entry(source: Source) -> tuple[bytes, bytes]:
    """The first key and value of an unpacked table, read by themselves: weights may follow.

    Its checksum, which is that of the whole block, is not looked at.
    """
    footer = source.read(source.size - FOOTER, FOOTER)
    index, _ = _handle(footer, _handle(footer, 0)[1])
    _, value = next(_entries(_block(source, index)), (b"", b""))
    (offset, size), _ = _handle(value, 0) if value else ((0, 0), 0)
    if offset + size + TRAILER > source.size - FOOTER:
        raise UnreadableFile(
            f"a block at offset {offset} ({size} bytes) reaches beyond the table",
            place=f"offset {offset}",
        )
    head = source.read(offset, min(size, 3 * LONGEST_NUMBER))
    shared, at = read_number(head, 0)
    fresh, at = read_number(head, at)
    length, at = read_number(head, at)
    source.limits.require(Limit.HEADER_BYTES, fresh + length, "the first entry of the table")
    if shared or at + fresh + length > size or source.read(offset + size, 1) != b"\0":
        raise UnreadableFile("cannot read the first entry of the table by itself")
    entry = source.read(offset + at, fresh + length)
    return entry[:fresh], entry[fresh:]


def read_number(data: bytes, at: int) -> tuple[int, int]:
    """An unsigned number of 64 bits in groups of 7, and where it ends."""
    if at < len(data) and data[at] < 0x80:  # most are of one byte
        return data[at], at + 1
    value = 0
    for step, byte in enumerate(data[at : at + LONGEST_NUMBER]):
        value |= (byte & 0x7F) << 7 * step
        if byte < 0x80:
            return value & (1 << 64) - 1, at + step + 1
    raise UnreadableFile("unterminated number in the table")


def _handle(data: bytes, at: int) -> tuple[tuple[int, int], int]:
    offset, at = read_number(data, at)
    size, at = read_number(data, at)
    return (offset, size), at


class _Read:
    """What was read of a table: each block may be named many times, each key repeat the last."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.bytes = self.seen = 0
        self._set_portions()

    def entries(self, handle: tuple[int, int]) -> Iterator[tuple[bytes, bytes]]:
        """Keys and values of a block, as long as all is within the limits."""
        packed = handle[1]
        self._book(packed)
        block = _block(self.source, handle)
        self._book(max(0, len(block) - packed))
        for key, value in _entries(block):
            self._book(len(key) if key.isascii() else 4 * len(key))  # as it may take in memory
            yield key, value

    def _book(self, size: int) -> None:
        """Count a block, packed or unpacked, or a key."""
        self.seen += 1
        self.bytes += size
        if self.seen > self._most_seen or self.bytes > self._most_bytes:
            self.settle()

    def settle(self) -> None:
        """Spend what was read since the last time."""
        self.source.spend(Limit.ENTRIES, self.seen, "the number of entries of the table")
        self.source.spend(Limit.TABLE_BYTES, self.bytes, "the content of the table")
        self.source.spend(Limit.STEPS, STEPS * self.seen)
        self.bytes = self.seen = 0
        self._set_portions()

    def _set_portions(self) -> None:
        portion = self.source.reading.portion
        self._most_seen = portion(Limit.ENTRIES, PORTION)
        self._most_bytes = portion(Limit.TABLE_BYTES, PORTION * LONG_ENTRY)


def _block(source: Source, handle: tuple[int, int]) -> bytes:
    offset, size = handle
    source.limits.require(Limit.TABLE_BYTES, size, "a block of the table")
    source.spend(Limit.STEPS, size >> CHECKED_SHIFT)
    if offset + size + TRAILER > source.size - FOOTER:
        raise UnreadableFile(
            f"a block at offset {offset} ({size} bytes) reaches beyond the table",
            place=f"offset {offset}",
        )
    data = source.read(offset, size + TRAILER)
    stored = int.from_bytes(data[size + 1 :], "little")
    if _masked(crc32c(data[: size + 1])) != stored:
        raise UnreadableFile(
            f"invalid checksum of the block at offset {offset}", place=f"offset {offset}"
        )
    match data[size]:
        case 0:
            return data[:size]
        case 1:
            from rnninspect.decode.sstable.snappy import decompress  # noqa: PLC0415 - few are packed

            return decompress(data[:size], source)
    raise UnreadableFile(
        f"unknown compression of the block at offset {offset}", place=f"offset {offset}"
    )


def _entries(block: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Entries of a block; a key begins with a part of the key before it."""
    restarts = int.from_bytes(block[-4:], "little") if len(block) >= 4 else 0
    end = len(block) - 4 - 4 * restarts
    if end < 0:
        raise UnreadableFile("the list of restarts is longer than its block of the table")
    at, key = 0, b""
    while at < end:
        shared, fresh, size = block[at], block[at + 1], block[at + 2]  # restarts follow
        if shared | fresh | size < 0x80:
            at += 3
        else:
            shared, at = read_number(block, at)
            fresh, at = read_number(block, at)
            size, at = read_number(block, at)
        if shared > len(key) or at + fresh + size > end:
            raise UnreadableFile("an entry reaches beyond its block of the table")
        key = key[:shared] + block[at : at + fresh]
        yield key, block[at + fresh : at + fresh + size]
        at += fresh + size


def _masked(checksum: int) -> int:
    return ((checksum >> 15 | checksum << 17) + MASK_DELTA) & WORD
