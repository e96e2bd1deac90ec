"""Bob Jenkins' lookup3 hash (2006, public domain), HDF5's checksum of its newer structures."""

from __future__ import annotations

from struct import Struct, unpack_from

from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.hdf5.space import Space

WORD = 0xFFFFFFFF
WORDS = Struct("<3I")
NEW_HEADER, NEW_PART = b"OHDR", b"OCHK"  # of object headers of version 2
LAST_TURNS = (14, 11, 25, 16, 4, 14, 24)
FEW = 3  # blocks that are hashed one by one
MOST_WAITING = 2**17  # bytes of structures whose checksums are postponed
TOGETHER = 8  # bytes of these that count as one of others


def lookup3(data: bytes) -> int:
    """The 32-bit hash `hashlittle` of the data, with initial value 0."""
    a = b = c = (0xDEADBEEF + len(data)) & WORD
    last = (len(data) - 1) // 12 * 12 if data else 0
    for x, y, z in WORDS.iter_unpack(data[:last]):
        # Six turns of mixing are written out: they are most of what a newer file costs.
        b = b + y & WORD
        c = c + z & WORD
        a = (a + x - c & WORD) ^ (c << 4 & WORD | c >> 28)
        c = c + b & WORD
        b = (b - a & WORD) ^ (a << 6 & WORD | a >> 26)
        a = a + c & WORD
        c = (c - b & WORD) ^ (b << 8 & WORD | b >> 24)
        b = b + a & WORD
        a = (a - c & WORD) ^ (c << 16 & WORD | c >> 16)
        c = c + b & WORD
        b = (b - a & WORD) ^ (a << 19 & WORD | a >> 13)
        a = a + c & WORD
        c = (c - b & WORD) ^ (b << 4 & WORD | b >> 28)
        b = b + a & WORD
    if not data:
        return c
    x, y, z = WORDS.unpack(data[last:].ljust(12, b"\0"))
    return _final(a + x & WORD, b + y & WORD, c + z & WORD)


def require_checksum(space: Space, data: bytes, what: str) -> None:
    """Raise UnreadableFile unless the last four bytes are the checksum of those before."""
    if counted_lookup3(space, data[:-4]) != unpack_from("<I", data, len(data) - 4)[0]:
        raise UnreadableFile(f"invalid checksum of {what}")


def counted_lookup3(space: Space, data: bytes) -> int:
    """The hash, once its bytes are counted: RefusedFile when there are too many in the file."""
    space.count_checked(len(data))
    return lookup3(data)


class Postponed:
    """Checksums that are computed later, for many structures of one length at once."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._waiting: dict[int, list[tuple[int, int, bytes]]] = {}
        self._number = self._bytes = 0

    def add(self, address: int, block: bytes) -> None:
        """Postpone the checksum of a part of an object header, its last four bytes."""
        self._waiting.setdefault(len(block), []).append((self._number, address, block))
        self._number += 1
        self._bytes += len(block)
        if self._bytes > MOST_WAITING:
            self.check()

    def check(self) -> None:
        """Compute all of them; UnreadableFile if one is wrong, which names the first."""
        waiting, number = self._waiting, self._bytes // TOGETHER
        self._waiting, self._bytes = {}, 0
        self._space.count_checked(number)
        wrong = [
            known
            for blocks in waiting.values()
            for known, found in zip(
                blocks, _hashes([block[:-4] for *_, block in blocks]), strict=True
            )
            if found != unpack_from("<I", known[2], len(known[2]) - 4)[0]
        ]
        if wrong:
            _, address, block = min(wrong)
            raise UnreadableFile(f"invalid checksum of {part_of_header(address, block)}")


def part_of_header(address: int, block: bytes) -> str:
    """What a part of an object header of version 2 is called in messages."""
    if block.startswith(NEW_PART):
        return f"the object header's continuation at {address}"
    return f"the object header at {address}"


def _hashes(blocks: list[bytes]) -> list[int]:
    """The hash of each of several blocks of one length."""
    return lookup3_of_each(blocks) if len(blocks) >= FEW else list(map(lookup3, blocks))


def lookup3_of_each(blocks: list[bytes]) -> list[int]:
    """As `lookup3` of each block; all have one length, and are not empty.

    The numbers of all blocks are in one integer, with 64 bits for each: a step of the hash is taken
    for all at once. The first half of these are of the blocks 0, 2, 4, …, then come the others.
    """
    number, size = len(blocks) + len(blocks) % 2, len(blocks[0])
    words = -(-size // 12) * 3
    padded = b"".join(block.ljust(4 * words, b"\0") for block in blocks)
    columns = memoryview(padded.ljust(4 * words * number, b"\0")).cast("I")
    lanes = int.from_bytes(b"\1\0\0\0\0\0\0\0" * number, "little")
    low, half = WORD * (lanes >> 32 * number), 32 * number
    every, over = WORD * lanes, lanes << 32

    def column(at: int) -> int:
        both = int.from_bytes(columns[at::words].tobytes(), "little")
        return both & low | (both >> 32 & low) << half

    def turned(value: int, bits: int) -> int:
        return (value << bits | value >> 32 - bits) & every

    a = b = c = (0xDEADBEEF + size & WORD) * lanes
    for at in range(0, words, 3):
        a, b, c = a + column(at) & every, b + column(at + 1) & every, c + column(at + 2) & every
        if at + 3 == words:
            break
        for bits in (4, 6, 8, 16, 19, 4):
            a = (a + (over - c) & every) ^ turned(c, bits)
            c = c + b & every
            a, b, c = b, c, a
    for bits in LAST_TURNS:
        c = (c ^ b) + (over - turned(b, bits)) & every
        a, b, c = b, c, a
    found = unpack_from(f"<{number}Q", b.to_bytes(8 * number, "little"))
    return [found[at // 2 + at % 2 * (number // 2)] for at in range(len(blocks))]


def _final(a: int, b: int, c: int) -> int:
    for turn in LAST_TURNS:
        c = ((c ^ b) - (b << turn | b >> 32 - turn)) & WORD
        a, b, c = b, c, a
    return b
