"""Fractal heaps: where dense groups keep their links, and objects many attributes (III.G)."""

from __future__ import annotations

from struct import unpack_from

from rnninspect.decode.hdf5.checksum import counted_lookup3, require_checksum
from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.hdf5.space import Space

CHECKED_BLOCKS = 0x02  # flag: direct blocks have checksums
MANAGED, HUGE, TINY = 0, 1, 2  # kinds of objects, in bits 4 and 5 of an identifier
LARGEST_BITS = 64
DEEPEST = 16


class FractalHeap:
    """One heap, opened by its header."""

    def __init__(self, space: Space, address: int) -> None:
        width, length = space.offset.size, space.length.size
        at_table = 14 + 10 * length + 2 * width  # where the doubling table is described
        head = space.read(address, at_table + 2 + 2 * length + 4 + width + 2 + 4)
        if head[:4] != b"FRHP" or head[4]:
            raise UnreadableFile(f"missing fractal heap at {address}")
        require_checksum(space, head, f"the fractal heap's header at {address}")
        self.id_size, filters, self._flags, largest = unpack_from("<HHBI", head, 5)
        if filters:
            raise UnreadableFile("compressed fractal heaps are not supported")
        self._space, self._address = space, address
        self._sound: set[int] = set()
        self._width = unpack_from("<H", head, at_table)[0]
        self._start = space.size(head, at_table + 2)
        self._largest_direct = space.size(head, at_table + 2 + length)
        bits = unpack_from("<H", head, at_table + 2 + 2 * length)[0]
        at_root = at_table + 2 + 2 * length + 4
        self._root = space.address(head, at_root)
        self._root_rows = unpack_from("<H", head, at_root + width)[0]
        self._check(bits)
        self._offset_size = (bits + 7) // 8
        direct_bits = self._largest_direct.bit_length() - 1
        self._length_size = min((direct_bits + 7) // 8, (max(largest, 1).bit_length() - 1) // 8 + 1)
        self._direct_rows = direct_bits - (self._start.bit_length() - 1) + 2

    def _check(self, bits: int) -> None:
        sizes = (self._start, self._largest_direct, self._width)
        if bits > LARGEST_BITS or any(size < 1 or size & size - 1 for size in sizes):
            raise UnreadableFile(f"the fractal heap at {self._address} has invalid sizes")
        if self._start > self._largest_direct:
            raise UnreadableFile(f"the fractal heap at {self._address} has invalid sizes")

    def object(self, identifier: bytes) -> bytes:
        """The bytes of the object that an identifier refers to."""
        kind = identifier[0] >> 4 & 3
        if kind == TINY:
            size = (identifier[0] & 15) + 1
            if 1 + size > len(identifier):
                raise UnreadableFile("a tiny object is longer than its identifier")
            return self._space.kept(identifier[1 : 1 + size])
        if kind != MANAGED:
            raise UnreadableFile("huge objects of a fractal heap are not supported")
        cut = 1 + self._offset_size
        offset = int.from_bytes(identifier[1:cut], "little")
        length = int.from_bytes(identifier[cut : cut + self._length_size], "little")
        if self._root is None:
            raise UnreadableFile("a fractal heap without blocks has objects")
        start, size = (self._root, self._start)
        if self._root_rows:
            start, size, offset = self._find(self._root, self._root_rows, offset, 0)
        if offset + length > size:
            raise UnreadableFile("an object reaches beyond its block of a fractal heap")
        self._check_block(start, size, b"FHDB")
        return self._space.kept(self._space.read(start + offset, length))

    def _check_block(self, start: int, size: int, signature: bytes) -> None:
        """Check the signature and the checksum of a block of this size, once."""
        if start in self._sound:
            return
        block = self._space.read(start, size)
        if block[:4] != signature or self._space.address(block, 5) != self._address:
            raise UnreadableFile(f"missing block of the fractal heap at {start}")
        if signature == b"FHIB":
            require_checksum(self._space, block, f"the heap block at {start}")
        elif self._flags & CHECKED_BLOCKS:
            at = 5 + self._space.offset.size + self._offset_size
            blank = block[:at] + bytes(4) + block[at + 4 :]
            if counted_lookup3(self._space, blank) != unpack_from("<I", block, at)[0]:
                raise UnreadableFile(f"invalid checksum of the heap block at {start}")
        self._sound.add(start)

    def _row_size(self, row: int) -> int:
        """Bytes of each block in a row: the first two rows are alike, then each is doubled."""
        return self._start << max(row - 1, 0)

    def _find(self, block: int, rows: int, offset: int, depth: int) -> tuple[int, int, int]:
        """(address, size, offset inside) of the direct block of an offset of the heap."""
        if depth > DEEPEST or rows > LARGEST_BITS:
            raise UnreadableFile("the blocks of a fractal heap are nested too deeply")
        before = 0
        for row in range(rows):
            size = self._row_size(row)
            if offset < before + size * self._width:
                column, inside = divmod(offset - before, size)
                child = self._entry(block, rows, row * self._width + column)
                if row < self._direct_rows:
                    return child, size, inside
                inner = (size // (self._start * self._width)).bit_length()
                return self._find(child, inner, inside, depth + 1)
            before += size * self._width
        raise UnreadableFile("an object is outside its fractal heap")

    def _entry(self, block: int, rows: int, number: int) -> int:
        """The address of a child of an indirect block."""
        width = self._space.offset.size
        first = 5 + width + self._offset_size
        self._check_block(block, first + rows * self._width * width + 4, b"FHIB")
        child = self._space.address(self._space.read(block + first + number * width, width), 0)
        if child is None:
            raise UnreadableFile("a block of a fractal heap is missing")
        return child
