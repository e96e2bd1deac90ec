"""Bob Jenkins' lookup3 hash (2006, public domain), HDF5's checksum of its newer structures."""

from __future__ import annotations

from struct import Struct, unpack_from

from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.hdf5.space import Space

WORD = 0xFFFFFFFF
WORDS = Struct("<3I")


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


def _final(a: int, b: int, c: int) -> int:
    for turn in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - (b << turn | b >> 32 - turn)) & WORD
        a, b, c = b, c, a
    return b
