"""Archives of very many arrays in columns, if each of them is plain."""

from __future__ import annotations

import math
from struct import Struct

from rnninspect.decode.npy import OBJECTS, read_header
from rnninspect.decode.zip_directory import ENCRYPTED, STORED
from rnninspect.plugin import MOST_ELEMENTS, UnreadableFile
from rnninspect.stored.kinds import kinds_of, names_of
from rnninspect_torch.arrays.names import dotted_names
from rnninspect_torch.columns.entries import ColumnEntries, EntryColumns
from rnninspect_torch.columns.pickled import are_usual
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.decode.npy import ArrayHeader
    from rnninspect.decode.zip_directory import Member
    from rnninspect.plugin import Source

ENDING = ".npy"
_LOCAL = Struct("<4s22x2H")  # of a local header: its mark, the lengths of its name and extra field
_HEAD = 1_024  # bytes from a local header on that are read
_PIECE = 2**16  # bytes that are read at once where headers are near each other


def read_columns(source: Source, members: Sequence[Member], scope: str) -> ColumnEntries | None:
    """The arrays of an archive, each in a storage of its own.

    None if a member is no array of numbers that is stored as it is, whole and once; if its name is
    searched by another one, or occurs twice; or if its header is long.
    """
    columns = EntryColumns(scope)
    columns.names += [name.removesuffix(ENDING) for name in names_of(members)]
    if not are_usual(columns.names, []) or not _are_searched(columns.names):
        return None
    try:
        for member, head in _heads(source, members):
            array = _plain(member, head, source.size)
            if array is None:
                return None
            columns.shapes.append(array.shape)
            columns.dtypes.append(array.dtype)
            columns.sizes.append(member.size - array.start)
    except UnreadableFile:  # the long way says where
        return None
    return ColumnEntries(columns)


def _are_searched(names: list[str]) -> bool:
    """Whether layers are searched by these names as they are."""
    return all(dotted_names([kind]) == {kind: kind} for kind in set(kinds_of(names)))


def _heads(source: Source, members: Iterable[Member]) -> Iterator[tuple[Member, bytes]]:
    """The first bytes of each member from its local header on; few reads for small members."""
    data, start = b"", 0
    before = -1
    for member in members:
        at = member.header_offset - start
        if not 0 <= at <= len(data) - _HEAD:
            length = _PIECE if 0 <= member.header_offset - before < _PIECE // 8 else _HEAD
            start, at = member.header_offset, 0
            data = source.read(start, max(0, min(length, source.size - start)))
        before = member.header_offset
        yield member, data[at : at + _HEAD]


def _plain(member: Member, head: bytes, end: int) -> ArrayHeader | None:
    """The header of an array of numbers that a member has as it is; None of anything else."""
    if len(head) < _LOCAL.size:
        return None
    mark, name, extra = _LOCAL.unpack_from(head)
    start = _LOCAL.size + name + extra
    if mark != b"PK\3\4" or member.method != STORED or member.flags & ENCRYPTED:
        return None
    if not member.name.endswith(ENDING) or member.packed_size != member.size:
        return None
    if member.header_offset + start + member.size > end:
        return None
    array = read_header(head[start : start + member.size])
    width = ELEMENT_BYTES.get(array.dtype)
    elements = math.prod(array.shape)
    if array.code == OBJECTS or width is None or width != array.item_bytes:
        return None
    is_whole = array.start + elements * width == member.size
    return array if is_whole and 0 < elements <= MOST_ELEMENTS else None
