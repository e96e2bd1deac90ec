"""HDF5 superblocks, versions 0 to 3 (HDF5 File Format Specification 3.0, section II.A)."""

from __future__ import annotations

from struct import unpack_from

from rnninspect.decode.hdf5.checksum import require_checksum
from rnninspect.decode.hdf5.space import Space
from rnninspect.errors import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.source import Source

SIGNATURE = b"\x89HDF\r\n\x1a\n"
FIRST_PLACE = 512  # then each place is twice the one before
LAST_PLACE = 2**26  # a user block of more than 64 MiB in front is not looked behind


def find_superblock(source: Source) -> int | None:
    """The offset of the signature: 0, or after a user block of 512, 1024, 2048, … bytes."""
    place = 0
    while place <= LAST_PLACE and place + len(SIGNATURE) <= source.size:
        if source.read(place, len(SIGNATURE)) == SIGNATURE:
            return place
        place = 2 * place or FIRST_PLACE
    return None


def read_superblock(source: Source) -> tuple[Space, int]:
    """The address space of the file and the address of the root group's object header."""
    place = find_superblock(source)
    if place is None:
        raise UnreadableFile("missing HDF5 signature")
    head = source.read(place, min(128, source.size - place))
    version = head[8]
    match version:
        case 0 | 1:
            return _old(source, place, head, 24 + 4 * version)
        case 2 | 3:
            return _new(source, place, head)
    raise UnreadableFile(f"unsupported HDF5 superblock version {version}")


def _old(source: Source, place: int, head: bytes, at: int) -> tuple[Space, int]:
    """Versions 0 and 1 end with the symbol table entry of the root group."""
    if head[9] or head[10] or head[12]:
        raise UnreadableFile("the HDF5 superblock has invalid version numbers")
    space = Space(source, place, head[13], head[14])
    if 0 in unpack_from("<2H", head, 16):
        raise UnreadableFile("the HDF5 superblock declares empty B-tree nodes")
    width = space.offset.size
    _check_end(space, place, head, at, at + 2 * width)
    root = space.address(head, at + 4 * width + space.length.size)  # after its name's offset
    return space, _defined(root)


def _new(source: Source, place: int, head: bytes) -> tuple[Space, int]:
    space = Space(source, place, head[9], head[10])
    width = space.offset.size
    require_checksum(space, head[: 16 + 4 * width], "the HDF5 superblock")
    _check_end(space, place, head, 12, 12 + 2 * width)
    return space, _defined(space.address(head, 12 + 3 * width))


def _check_end(space: Space, place: int, head: bytes, base_at: int, end_at: int) -> None:
    """Hold the stored end of the file against the real one.

    The stored addresses count from the base address, which is the superblock's place unless a
    user block was put in front later; then the end moves along.
    """
    base, end = space.address(head, base_at), space.address(head, end_at)
    if base is None or end is None:
        raise UnreadableFile("the HDF5 superblock has no end-of-file address")
    if end - base > space.end:
        raise UnreadableFile(
            f"truncated: HDF5 data end at {end - base + place}, the file at {space.end + place}"
        )


def _defined(root: int | None) -> int:
    if root is None:
        raise UnreadableFile("the HDF5 superblock has no root group")
    return root
