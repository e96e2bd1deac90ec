"""How an HDF5 dataset's bytes are kept: layout, filter and external file messages (IV.A.2.h-l)."""

from __future__ import annotations

import math
from struct import unpack_from

from rnninspect.errors import UnreadableFile
from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.hdf5.space import Space

NEWEST_LAYOUT = 5
FIRST_WITH_CLASS = 3  # version of a layout message with its class in the second byte
FILTER_NAMES = {
    1: "deflate",
    2: "shuffle",
    3: "fletcher32",
    4: "szip",
    5: "nbit",
    6: "scaleoffset",
    32000: "lzf",
    32001: "blosc",
    32004: "lz4",
    32008: "bitshuffle",
    32013: "zfp",
    32015: "zstd",
}
FIRST_REGISTERED = 256  # filters below this number have no name of their own in version 2


class LayoutKind(StrEnum):
    """Where a dataset's bytes are stored."""

    COMPACT = "compact"  # in the object header
    CONTIGUOUS = "contiguous"  # in one run
    CHUNKED = "chunked"
    VIRTUAL = "virtual"  # in other datasets, of this file or of others


KINDS = tuple(LayoutKind)  # by their numbers


class Layout(Record):
    """Where a dataset's bytes are stored; sizes in bytes.

    Attributes:
        kind: the layout's class.
        address: of the run, or of the index of the chunks; None if nothing was allocated.
        size: bytes of the run; of a chunked or virtual one unknown, None.
    """

    kind: LayoutKind
    address: int | None
    size: int | None


def read_layout(space: Space, body: bytes) -> Layout:
    """Decode a data layout message of any version."""
    version = body[0]
    if not 1 <= version <= NEWEST_LAYOUT:
        raise UnreadableFile(f"unsupported HDF5 data layout version {version}")
    number = body[2] if version < FIRST_WITH_CLASS else body[1]
    if number > (3 if version > 3 else 2):
        raise UnreadableFile(f"unsupported HDF5 data layout class {number}")
    kind = KINDS[number]
    return _old(space, body, kind) if version < FIRST_WITH_CLASS else _new(space, body, kind)


def _old(space: Space, body: bytes, kind: LayoutKind) -> Layout:
    """Versions 1 and 2 give the axes, whose product is the size of a contiguous run."""
    rank, at = body[1], 8
    address = None
    if kind is not LayoutKind.COMPACT:
        address, at = space.address(body, at), at + space.offset.size
    axes = unpack_from(f"<{rank}I", body, at)
    if kind is LayoutKind.COMPACT:
        return Layout(kind, None, unpack_from("<I", body, at + 4 * rank)[0])
    return Layout(kind, address, math.prod(axes) if kind is LayoutKind.CONTIGUOUS else None)


def _new(space: Space, body: bytes, kind: LayoutKind) -> Layout:
    match kind:
        case LayoutKind.COMPACT:
            size = unpack_from("<H", body, 2)[0]
            if 4 + size > len(body):
                raise UnreadableFile("a compact HDF5 dataset is longer than its object header")
            return Layout(kind, None, size)
        case LayoutKind.CONTIGUOUS:
            return Layout(kind, space.address(body, 2), space.size(body, 2 + space.offset.size))
        case LayoutKind.CHUNKED:
            return Layout(kind, _chunk_index(space, body), None)
    return Layout(kind, space.address(body, 2), None)


# Bytes of the parameters of each kind of chunk index in layout version 4, before its address;
# a single chunk has its size and filter mask there only if it is filtered.
INDEX_PARAMETERS = {1: 0, 2: 0, 3: 1, 4: 5, 5: 6}
SINGLE_CHUNK, FILTERED_SINGLE = 1, 0x02


def _chunk_index(space: Space, body: bytes) -> int | None:
    return space.address(body, _index_place(space, body)[1])


def _index_place(space: Space, body: bytes) -> tuple[int, int]:
    """Where the address of the chunks' index is, after what else is the dataset's own."""
    if body[0] == 3:
        return 3, 3
    flags, rank, width = body[2], body[3], body[4]
    at = 5 + rank * width
    index = body[at]
    if index not in INDEX_PARAMETERS:
        raise UnreadableFile(f"unsupported HDF5 chunk index type {index}")
    at += 1 + INDEX_PARAMETERS[index]
    own = space.length.size + 4 if index == SINGLE_CHUNK and flags & FILTERED_SINGLE else 0
    return at, at + own


def own_part(space: Space, body: bytes) -> tuple[int, int] | None:
    """Where a layout message has what is each dataset's own: it ends with the address.

    None where there is no such part, or it is not known.
    """
    version, kind = body[0], KINDS[body[1]]
    if version < FIRST_WITH_CLASS or kind is LayoutKind.COMPACT:
        return None
    start, at = _index_place(space, body) if kind is LayoutKind.CHUNKED else (2, 2)
    return start, at + space.offset.size


def read_filters(body: bytes) -> tuple[str, ...]:
    """The names of the filters that a dataset's chunks pass through, in the order of writing."""
    version, number = body[0], body[1]
    if version not in (1, 2):
        raise UnreadableFile(f"unsupported HDF5 filter pipeline version {version}")
    return tuple(_filters(body, number, version))


def _filters(body: bytes, number: int, version: int) -> Iterator[str]:
    at = 8 if version == 1 else 2
    for _ in range(number):
        identifier = unpack_from("<H", body, at)[0]
        named = version == 1 or identifier >= FIRST_REGISTERED
        name_size = unpack_from("<H", body, at + 2)[0] if named else 0
        values = unpack_from("<H", body, at + (6 if named else 4))[0]
        at += 8 if named else 6
        at += (name_size + 7) // 8 * 8 if version == 1 else name_size
        at += 4 * values + (4 if version == 1 and values % 2 else 0)
        if at > len(body):
            raise UnreadableFile("truncated HDF5 filter pipeline")
        yield FILTER_NAMES.get(identifier, f"filter {identifier}")


def read_external_files(space: Space, body: bytes) -> tuple[str, ...]:
    """The names of the files that an external file list message puts the dataset's bytes in."""
    allocated, used = unpack_from("<2H", body, 4)
    heap = space.address(body, 8)
    if body[0] != 1 or used > allocated or heap is None:
        raise UnreadableFile("malformed HDF5 external file list")
    head = space.read(heap, 8 + 2 * space.length.size + space.offset.size)
    start = space.address(head, 8 + 2 * space.length.size)
    if head[:4] != b"HEAP" or start is None:
        raise UnreadableFile(f"missing local heap at {heap}")
    end = min(start + space.size(head, 8), space.end)
    step, first = 3 * space.length.size, 8 + space.offset.size
    offsets = (space.size(body, first + slot * step) for slot in range(used))
    names = (space.name(start + offset, end) for offset in offsets)
    return tuple(name.decode("utf-8", "surrogateescape") for name in names)
