"""The members of a zip archive, by its central directory alone (PKWARE's APPNOTE 6.3.10).

Python's own reader rejects a file for its local headers, checksums and duplicate names where the
frameworks do not, and the other way round; this one reads what is needed and judges nothing.
"""

from __future__ import annotations

import struct

from rnninspect.errors import UnreadableFile
from rnninspect.record import Record
from rnninspect.source.limits import Limit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.zip_columns import MemberColumns
    from rnninspect.source.source import Source

STORED, DEFLATED = 0, 8
ENTRY_STEPS = 4  # of an entry of the directory
INFLATE_SHIFT = 8  # bytes inflated in a step, as a power of two
ENCRYPTED, UTF8 = 1 << 0, 1 << 11

_END = struct.Struct("<4s4H2LH")  # 4.3.16, end of central directory record
_END_MARK = b"PK\5\6"
_LONGEST_COMMENT = 0xFFFF
_END64_LOCATOR = struct.Struct("<4sLQL")  # 4.3.15
_END64 = struct.Struct("<4sQ2H2L4Q")  # 4.3.14
_ENTRY = struct.Struct("<4s6H3L5H2L")  # 4.3.12, central directory header
_LOCAL = struct.Struct("<4s5H3L2H")  # 4.3.7, local file header
_ZIP64_FIELD = 1  # 4.5.3
_SLACK = 512  # bytes of tables before the first data of a deflated block
_FULL_LONG = 0xFFFFFFFF  # the value is in the zip64 field instead
_MANY = 1_000  # entries that are kept in columns


class Member(Record):
    """One entry of the central directory; sizes and offsets in bytes, `crc` as the entry has it."""

    name: str
    method: int
    packed_size: int
    size: int
    header_offset: int
    crc: int
    flags: int


class _Directory(Record):
    """`shift` is the distance between the stated offsets and the actual ones."""

    offset: int
    size: int
    entries: int
    shift: int = 0


def read_directory(
    source: Source, *, shifted: bool = False
) -> tuple[Member, ...] | MemberColumns[Member]:
    """All entries in the directory's order, duplicate names included.

    Many are a `zip_columns.MemberColumns`, which makes a member when it is asked for. With
    `shifted`, bytes may precede the archive, as Python's own reader allows.

    Raises:
        UnreadableFile: no directory, a truncated one, or one that is not where its end record says
            (which is how two archives in one file, or bytes before an archive, show).
        RefusedFile: more entries, or a larger directory, than the limits allow.
    """
    directory = _find_directory(source, shifted=shifted)
    source.limits.require(Limit.MEMBERS, directory.entries, "the zip directory")
    source.limits.require(Limit.HEADER_BYTES, directory.size, "the zip directory")
    source.spend(Limit.STEPS, ENTRY_STEPS * directory.entries)
    data = source.read(directory.offset + directory.shift, directory.size)
    if directory.entries < _MANY:
        return tuple(_entries(data, directory))
    from rnninspect.decode.zip_columns import MemberColumns  # noqa: PLC0415 - of large archives

    members = MemberColumns(Member)
    members.read(
        data,
        directory.entries,
        directory.offset,
        directory.shift,
        lambda data, at: _entry(data, at, directory),
    )
    return members


def open_member(source: Source, member: Member) -> Source:
    """The bytes of a member: a window if it is stored, inflated in memory if it is deflated.

    Raises:
        UnreadableFile: it is encrypted, packed by another method, or its bytes are not all there.
        RefusedFile: with what else was inflated, it would grow beyond the limit `expansion`.
    """
    packed = _packed(source, member)
    return packed if member.method == STORED else source.holding(_inflate(packed, member))


def head_of_member(source: Source, member: Member, length: int) -> bytes:
    """At most `length` of a member's first bytes, of which no others are inflated.

    Raises:
        UnreadableFile: as `open_member`, but for the size, which is not checked.
        RefusedFile: with what else was inflated, it would grow beyond the limit `expansion`.
    """
    packed = _packed(source, member)
    if member.method == STORED:
        return packed.head(length)
    packed.spend(Limit.EXPANSION, length, f"the member {member.name}")
    packed.spend(Limit.STEPS, length >> INFLATE_SHIFT)
    import zlib  # noqa: PLC0415 - most members of models are not compressed

    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed.head(length + _SLACK), length)
    except zlib.error as error:
        raise UnreadableFile(
            f"cannot decompress the member {member.name}: {error}", place=f"member {member.name}"
        ) from error


def _packed(source: Source, member: Member) -> Source:
    """The bytes of a member as they are in the archive."""
    if member.flags & ENCRYPTED:
        raise UnreadableFile(
            f"the member {member.name} is encrypted", place=f"member {member.name}"
        )
    header = _LOCAL.unpack(source.read(member.header_offset, _LOCAL.size))
    if header[0] != b"PK\3\4":
        raise UnreadableFile(
            f"missing local header of {member.name} at {member.header_offset}",
            place=f"member {member.name}",
        )
    start = member.header_offset + _LOCAL.size + header[9] + header[10]
    if member.method == STORED and member.packed_size != member.size:
        raise UnreadableFile(f"the stored member {member.name} has two different sizes")
    if member.method not in (STORED, DEFLATED):
        raise UnreadableFile(
            f"unsupported compression {member.method} of the member {member.name}",
            place=f"member {member.name}",
        )
    return source.window(start, member.packed_size)


def _find_directory(source: Source, *, shifted: bool) -> _Directory:
    """Take the last end record whose directory ends where the record begins.

    A record before the last one must have a comment that reaches the end of the file; behind
    the last one some bytes are tolerated, as torch and Python do.
    """
    start = max(0, source.size - _END.size - _LONGEST_COMMENT)
    tail = source.read(start, source.size - start)
    found = tail.rfind(_END_MARK, 0, max(0, len(tail) - _END.size + len(_END_MARK)))
    reason, last = "no end of a zip directory: truncated?", found
    while found >= 0:
        fields = _END.unpack_from(tail, found)
        if found == last or found + _END.size + fields[-1] == len(tail):
            directory = _read_end(source, start + found, fields, shifted=shifted)
            if isinstance(directory, _Directory):
                return directory
            reason = directory
        found = tail.rfind(_END_MARK, 0, found)
    raise UnreadableFile(reason)


def _read_end(
    source: Source, at: int, fields: tuple[int, ...], *, shifted: bool
) -> _Directory | str:
    _, disk, first_disk, _, entries, size, offset, _ = fields
    if at >= _END64_LOCATOR.size:
        mark, _, place, _ = _END64_LOCATOR.unpack(
            source.read(at - _END64_LOCATOR.size, _END64_LOCATOR.size)
        )
        if mark == b"PK\6\7":
            before = at - _END64_LOCATOR.size
            place = before - _END64.size if shifted else place
            return _read_end64(source, place, before, shifted=shifted)
    if disk or first_disk:
        return "one volume of a multi-volume zip archive"
    return _checked(_Directory(offset, size, entries), at, shifted=shifted)


def _read_end64(source: Source, place: int, before: int, *, shifted: bool) -> _Directory | str:
    if place < 0 or place + _END64.size > before:
        return f"the zip64 end record at offset {place} reaches beyond its locator"
    mark, *_, entries, size, offset = _END64.unpack(source.read(place, _END64.size))
    if mark != b"PK\6\6":
        return f"no zip64 end record at offset {place}: bytes before the archive?"
    return _checked(_Directory(offset, size, entries), place, shifted=shifted)


def _checked(directory: _Directory, end: int, *, shifted: bool) -> _Directory | str:
    shift = end - directory.offset - directory.size
    if shift > 0 and shifted:
        directory = directory._replace(shift=shift)
    elif shift:
        return (
            f"the zip directory should end at offset {directory.offset + directory.size}, and its "
            f"end record is at {end}: several archives in one file?"
        )
    if directory.entries * _ENTRY.size > directory.size:
        return f"{directory.entries} entries do not fit a zip directory of {directory.size} bytes"
    return directory


def _entries(data: bytes, directory: _Directory) -> Iterator[Member]:
    at = 0
    for _ in range(directory.entries):
        member, at = _entry(data, at, directory)
        yield member


def _entry(data: bytes, at: int, directory: _Directory) -> tuple[Member, int]:
    """The entry at a place in the directory, and the place of the next one."""
    head, end = at + _ENTRY.size, len(data)
    if head > end:
        raise UnreadableFile(f"the zip directory ends inside an entry, at {at} of {end}")
    fields = _ENTRY.unpack_from(data, at)
    stop = head + fields[10] + fields[11] + fields[12]
    if fields[0] != b"PK\1\2" or stop > end:
        raise UnreadableFile(
            f"missing zip directory entry at offset {directory.offset + at}",
            place=f"offset {directory.offset + at}",
        )
    return _member(fields, data[head:stop], directory), stop


def _member(fields: tuple[int, ...], tail: bytes, directory: _Directory) -> Member:
    _, _, _, flags, method, _, _, crc, packed, size, name_size, extra_size, *_, offset = fields
    if _FULL_LONG in (packed, size, offset):
        extra = tail[name_size : name_size + extra_size]
        size, packed, offset = _zip64(extra, (size, packed, offset))
    label = tail[:name_size]
    if label.isascii():  # alike in both encodings, of which that of zip takes long
        name = label.decode("ascii")
    else:
        name = label.decode("utf-8" if flags & UTF8 else "cp437", "surrogateescape")
    if offset + _LOCAL.size + name_size > directory.offset:
        raise UnreadableFile(
            f"the member {name} starts at {offset}, inside the zip directory",
            place=f"member {name}",
        )
    return Member(name, method, packed, size, offset + directory.shift, crc, flags)


def _zip64(extra: bytes, values: tuple[int, int, int]) -> tuple[int, int, int]:
    """Replace the values that are full by those of the zip64 field, which has only these."""
    at = 0
    while at + 4 <= len(extra):
        kind, size = struct.unpack_from("<2H", extra, at)
        if kind == _ZIP64_FIELD:
            held = extra[at + 4 : at + 4 + size]
            longs = iter(struct.unpack(f"<{len(held) // 8}Q", held[: len(held) // 8 * 8]))
            first, second, third = (
                next(longs, value) if value == _FULL_LONG else value for value in values
            )
            return first, second, third
        at += 4 + size
    return values


def _inflate(packed: Source, member: Member) -> bytes:
    place = f"the member {member.name}"
    packed.spend(Limit.EXPANSION, member.size, place)
    packed.limits.require(Limit.HEADER_BYTES, packed.size, place)
    packed.spend(Limit.STEPS, member.size >> INFLATE_SHIFT)
    import zlib  # noqa: PLC0415 - as above

    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        data = inflater.decompress(packed.read(0, packed.size), member.size + 1)
    except zlib.error as error:
        raise UnreadableFile(f"cannot decompress {place}: {error}") from error
    if len(data) != member.size:
        raise UnreadableFile(f"decompressed size of {place} is not the declared {member.size}")
    return data
