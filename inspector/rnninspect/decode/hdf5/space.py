"""The bytes of an HDF5 file by address, read in small pages under a budget of structure."""

from __future__ import annotations

from struct import Struct

from rnninspect.errors import UnreadableFile, parsing
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import ParamSpec, TypeVar

    from rnninspect.source.limits import Limits
    from rnninspect.source.source import Source

    Arguments = ParamSpec("Arguments")
    Result = TypeVar("Result")

# Structures are small and stored between the weights: larger pages read more weights.
PAGE_BITS = 12
PAGE = 1 << PAGE_BITS
BEFORE, AROUND = 2 * PAGE, 8 * PAGE  # what is written with an object, before and in all
PAGES_KEPT = 1024
# A structure that no other overlaps is read once or twice: whoever reads more has a file whose
# structures overlap, made to keep its readers busy.
SPARE_BYTES = 64 * 2**20
READS_OF_A_BYTE = 4
PORTION = 1_500  # steps of reads that are spent at once; messages and links
STEPS_OF_A_READ = 3  # with what is made of the bytes
CHECKED_IN_A_STEP = 6  # bytes
LONGEST_NAME = 2**16
NAME_STEP = 64

CODES = {2: "H", 4: "I", 8: "Q"}


def structural(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Turn what a broken structure makes Python raise into UnreadableFile: the one such place."""

    def guarded(*args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with parsing("HDF5 structure"):
            return function(*args, **kwargs)

    guarded.__name__, guarded.__doc__ = function.__name__, function.__doc__
    return guarded


class Space:
    """The file's bytes by address; addresses count from the superblock's place.

    Attributes:
        end: the first address that the file does not have.
        held: what was read at once of the file, `held_at` its address.
        is_remote: whether each read may be a request to a server.
        limits: the bounds of the source.
        offset: how an address is stored, `undefined` the one that means none.
        length: how a length is stored.
    """

    def __init__(self, source: Source, base: int, offset_size: int, length_size: int) -> None:
        if offset_size not in CODES or length_size not in CODES:
            raise UnreadableFile(
                f"unsupported HDF5: addresses of {offset_size} bytes, lengths of {length_size}"
            )
        self.end, self.is_remote = source.size - base, source.is_remote
        self.limits: Limits = source.limits
        self.offset, self.length = (
            Struct("<" + CODES[offset_size]),
            Struct("<" + CODES[length_size]),
        )
        length, offset = CODES[length_size], CODES[offset_size]
        # of groups: a symbol table's B-tree and heap; a key of that tree, and its child; the heap's
        # size, free list and place; the next free block, and the size of one
        self.table, self.key = Struct(f"<2{offset}"), Struct(f"<{length}{offset}")
        self.heap, self.block = Struct(f"<2{length}{offset}"), Struct(f"<2{length}")
        # whole: a node of the tree with one child, after its type the neighbours; a heap's head
        self.leaf = Struct(f"<6sH2{offset}{length}{offset}{length}")
        self.named_heap = Struct(f"<5s3x2{length}{offset}")
        # a symbol table's entry: name, object header, cache type, reserved, a soft link's path
        self.symbol = Struct(f"<{length}{offset}3I12x")
        self.undefined = (1 << 8 * offset_size) - 1
        self._source, self._base = source, base
        self._pages: dict[int, bytes] = {}
        self._budget = SPARE_BYTES + READS_OF_A_BYTE * source.size
        self.held, self.held_at = b"", 0
        self._texts = self._steps = self._links = self._messages = 0
        self._most_messages = source.reading.portion(Limit.NODES, PORTION)
        self._most_links = source.reading.portion(Limit.MEMBERS, PORTION)

    def read(self, address: int, length: int) -> bytes:
        """Exactly `length` bytes; UnreadableFile beyond the end or beyond the budget."""
        at = address - self.held_at
        if 0 <= at <= len(self.held) - length and length >= 0:
            self._steps += 1
            if self._steps > PORTION:
                self._settle()
            return self.held[at : at + length]
        if address < 0 or length < 0 or address + length > self.end:
            raise UnreadableFile(
                f"an HDF5 structure at {address} ({length} bytes) reaches beyond the end {self.end}"
            )
        self._budget -= length
        if self._budget < 0:
            raise UnreadableFile("HDF5 structures overlap: more of them than the file has bytes")
        self._steps += STEPS_OF_A_READ
        if self._steps > PORTION:
            self._settle()
        number, start = address >> PAGE_BITS, address & PAGE - 1
        if start + length <= PAGE:
            page = self._pages.get(number) or self._load(number)
            return page[start : start + length]
        if length < PAGE:  # over the end of one page
            page = self._pages.get(number) or self._load(number)
            after = self._pages.get(number + 1) or self._load(number + 1)
            return page[start:] + after[: length - (len(page) - start)]
        return self._source.read(self._base + address, length)

    def hold(self, address: int, length: int) -> None:
        """Read what is at an address once: the next reads will probably be of parts of it.

        Half of it counts towards the budget, since not all is read again.
        """
        self.held, length = b"", min(length, self.end - address)
        self.held, self.held_at = self.read(address, length), address
        self._budget += length // 2

    def holds(self, address: int, length: int) -> bool:
        """Whether what is at an address is held."""
        return 0 <= address - self.held_at <= len(self.held) - length

    def read_more(self, address: int, length: int, more: int) -> bytes:
        """As `read`, with `more` bytes that are probably needed next, if the file has them."""
        whole = length + more
        return self.read(address, whole if 0 <= address <= self.end - whole else length)

    def expect(self, addresses: Iterable[int]) -> None:
        """Addresses of objects that will be read soon, with what is written beside them."""
        starts = (max(0, self._base + address - BEFORE) for address in addresses)
        self._source.expect((start, AROUND) for start in starts)

    def address(self, data: bytes, at: int) -> int | None:
        """The address stored in `data` at `at`; None for the undefined one."""
        value: int = self.offset.unpack_from(data, at)[0]
        return None if value == self.undefined else value

    def size(self, data: bytes, at: int) -> int:
        """The length stored in `data` at `at`."""
        value: int = self.length.unpack_from(data, at)[0]
        return value

    def name(self, address: int, end: int) -> bytes:
        """The bytes from `address` to the first NUL, which must come before `end`."""
        number, start = address >> PAGE_BITS, address & PAGE - 1
        page = self._pages.get(number, b"")
        stop = page.find(0, start)
        if stop >= 0 and address + stop - start < end:  # most are in a page that is kept
            self._budget -= stop - start
            return self.kept(page[start:stop])
        text = b""
        while (stop := text.find(0)) < 0:
            step = min(NAME_STEP + 2 * len(text), end - address - len(text))
            if step <= 0 or len(text) > LONGEST_NAME:
                raise UnreadableFile(f"unterminated name in the HDF5 heap at {address}")
            text += self.read(address + len(text), step)
        return self.kept(text[:stop])

    def kept(self, text: bytes) -> bytes:
        """The same text, once it is counted among those that stay in memory."""
        self.count_text(len(text))
        return text

    def count_text(self, length: int) -> None:
        """Count bytes of text that stay in memory; RefusedFile when there are too many."""
        self._texts += length
        if self._texts > self.limits.header_bytes:
            self.limits.require(Limit.HEADER_BYTES, self._texts, "the text in the HDF5 structure")

    def spend(self, steps: int) -> None:
        """Count steps of work on what is held; RefusedFile when there are too many."""
        self._steps += steps
        if self._steps > PORTION:
            self._settle()

    def _settle(self) -> None:
        """Spend what was read since the last time."""
        self._source.spend(Limit.STEPS, self._steps)
        self._steps = 0

    def count_messages(self, number: int) -> None:
        """Count messages of object headers; RefusedFile when there are too many."""
        self._messages += number
        if self._messages > self._most_messages:
            self._source.spend(Limit.NODES, self._messages, "the number of HDF5 header messages")
            self._messages, self._most_messages = (
                0,
                self._source.reading.portion(Limit.NODES, PORTION),
            )

    def count_links(self, number: int) -> None:
        """Count links of groups, or take some back; RefusedFile when there are too many."""
        self._links += number
        if self._links > self._most_links:
            self._source.spend(Limit.MEMBERS, self._links, "the number of HDF5 links")
            self._links, self._most_links = 0, self._source.reading.portion(Limit.MEMBERS, PORTION)

    def count_checked(self, length: int) -> None:
        """Count bytes whose checksum is computed; RefusedFile when there are too many."""
        self._source.spend(
            Limit.CHECKED_BYTES, length, "the size of HDF5 structures with a checksum"
        )
        self._source.spend(Limit.STEPS, length // CHECKED_IN_A_STEP)

    def _load(self, number: int) -> bytes:
        if len(self._pages) >= PAGES_KEPT:
            self._pages.clear()
        start = number << PAGE_BITS
        length = min(PAGE, self.end - start)
        page = self._pages[number] = self._source.read(self._base + start, length)
        return page
