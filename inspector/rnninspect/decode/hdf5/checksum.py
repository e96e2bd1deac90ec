"""Bob Jenkins' lookup3 hash (2006, public domain), HDF5's checksum of its newer structures."""

from __future__ import annotations

from struct import unpack_from

from rnninspect.errors import UnreadableFile

WORD = 0xFFFFFFFF


def lookup3(data: bytes) -> int:
    """The 32-bit hash `hashlittle` of the data, with initial value 0."""
    a = b = c = (0xDEADBEEF + len(data)) & WORD
    last = (len(data) - 1) // 12 * 12 if data else 0
    for at in range(0, last, 12):
        x, y, z = unpack_from("<3I", data, at)
        a, b, c = _mix(a + x & WORD, b + y & WORD, c + z & WORD)
    if not data:
        return c
    x, y, z = unpack_from("<3I", data[last:].ljust(12, b"\0"))
    return _final(a + x & WORD, b + y & WORD, c + z & WORD)


def require_checksum(data: bytes, what: str) -> None:
    """Raise UnreadableFile unless the last four bytes are the checksum of those before."""
    if lookup3(data[:-4]) != unpack_from("<I", data, len(data) - 4)[0]:
        raise UnreadableFile(f"the checksum of {what} is wrong")


def _mix(a: int, b: int, c: int) -> tuple[int, int, int]:
    for turn in (4, 6, 8, 16, 19, 4):
        a = ((a - c) & WORD) ^ ((c << turn | c >> 32 - turn) & WORD)
        c = c + b & WORD
        a, b, c = b, c, a
    return a, b, c


def _final(a: int, b: int, c: int) -> int:
    for turn in (14, 11, 25, 16, 4, 14, 24):
        c = ((c ^ b) - (b << turn | b >> 32 - turn)) & WORD
        a, b, c = b, c, a
    return b
