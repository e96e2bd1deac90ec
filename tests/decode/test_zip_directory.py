"""The zip reader against archives that Python writes, and against broken ones."""

from __future__ import annotations

import io
import struct
import zipfile
from typing import TYPE_CHECKING

import pytest

from rnninspect.decode.zip_directory import Member, open_member, read_directory
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source

if TYPE_CHECKING:
    from pathlib import Path

CONTENT = {"m/data.pkl": b"\x80\x02}.", "m/data/0": bytes(range(256)) * 9, "m/ü/1": b""}


def written(method: int = zipfile.ZIP_STORED, comment: bytes = b"") -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        archive.comment = comment
        for name, data in CONTENT.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def opened(tmp_path: Path, data: bytes, limits: Limits | None = None) -> Source:
    path = tmp_path / "archive"
    path.write_bytes(data)
    return open_source(path, limits)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
@pytest.mark.parametrize("comment", [b"", b"a comment", b"x" * 65535])
def test_members_and_bytes(tmp_path: Path, method: int, comment: bytes) -> None:
    with opened(tmp_path, written(method, comment)) as source:
        members = read_directory(source)
        held = {}
        for member in members:
            part = open_member(source, member)
            held[member.name] = part.read(0, part.size)
        assert held == CONTENT
        assert [member.size for member in members] == [len(data) for data in CONTENT.values()]


def test_zip64_entries(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with (
        zipfile.ZipFile(buffer, "w") as archive,
        archive.open("a", "w", force_zip64=True) as member,
    ):
        member.write(b"abc")
    with opened(tmp_path, buffer.getvalue()) as source:
        (only,) = read_directory(source)
        assert open_member(source, only).read(0, 3) == b"abc"


def test_zip64_sizes_beyond_four_gigabytes(tmp_path: Path) -> None:
    size, name = 5 << 30, b"big"
    extra = struct.pack("<2H3Q", 1, 24, size, size, 7)
    entry = struct.pack(
        "<4s6H3L5H2L",
        *(b"PK\1\2", 45, 45, 0, 0, 0, 0, 0, 2**32 - 1, 2**32 - 1, len(name), len(extra)),
        *(0, 0, 0, 0, 2**32 - 1),
    )
    place, directory = 7 + 30 + len(name), entry + name + extra
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), place)
    locator = struct.pack("<4sLQL", b"PK\6\7", 0, place + len(directory), 1)
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 2**32 - 1, 2**32 - 1, 0)
    with opened(tmp_path, bytes(place) + directory + end64 + locator + end) as source:
        assert read_directory(source) == (Member("big", 0, size, size, 7, 0, 0),)


def test_an_empty_archive_has_no_members(tmp_path: Path) -> None:
    with opened(tmp_path, b"PK\5\6" + bytes(18)) as source:
        assert read_directory(source) == ()


def test_duplicate_names_are_kept(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a", b"1")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a", b"2")
    with opened(tmp_path, buffer.getvalue()) as source:
        assert [member.name for member in read_directory(source)] == ["a", "a"]


def test_an_end_record_inside_the_comment_is_passed_over(tmp_path: Path) -> None:
    fake = b"PK\5\6" + bytes(18)
    with opened(tmp_path, written(comment=fake)) as source:
        assert len(read_directory(source)) == len(CONTENT)


def test_a_checksum_is_not_enforced(tmp_path: Path) -> None:
    data = written().replace(b"\x80\x02}.", b"\x80\x02].")
    with opened(tmp_path, data) as source:
        assert open_member(source, read_directory(source)[0]).read(0, 4) == b"\x80\x02]."


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no end of a zip directory"),
        (written()[:-1], "no end of a zip directory"),
        (written() + bytes(70_000), "no end of a zip directory"),
        (b"x" + written(), "several archives in one file"),
        (written() + written(), "several archives in one file"),
        (written().replace(b"PK\1\2", b"PK\1\3", 1), "missing zip directory entry"),
    ],
)
def test_a_broken_structure_is_named(tmp_path: Path, data: bytes, reason: str) -> None:
    with opened(tmp_path, data) as source, pytest.raises(UnreadableFile, match=reason):
        read_directory(source)


def test_every_truncation_is_an_unreadable_file(tmp_path: Path) -> None:
    whole = written()
    for length in range(len(whole)):
        with opened(tmp_path, whole[:length]) as source, pytest.raises(UnreadableFile):
            read_directory(source)


def test_more_members_than_the_limit_are_refused(tmp_path: Path) -> None:
    limits = Limits(members=2)
    with (
        opened(tmp_path, written(), limits) as source,
        pytest.raises(RefusedFile, match="members=2"),
    ):
        read_directory(source)


def test_a_bomb_is_refused_by_its_declared_size(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", bytes(1 << 20))
    with opened(tmp_path, buffer.getvalue(), Limits(expansion=1 << 19)) as source:
        (member,) = read_directory(source)
        with pytest.raises(RefusedFile, match="expansion"):
            open_member(source, member)


def test_a_member_that_inflates_beyond_its_declared_size(tmp_path: Path) -> None:
    with opened(tmp_path, written(zipfile.ZIP_DEFLATED)) as source:
        member = read_directory(source)[1]
        lying = Member(member.name, 8, member.packed_size, 5, member.header_offset, 0, 0)
        with pytest.raises(UnreadableFile, match="decompressed size"):
            open_member(source, lying)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"flags": 1}, "encrypted"),
        ({"method": 12}, "unsupported compression 12"),
        ({"size": 99}, "two different sizes"),
        ({"header_offset": 3}, "missing local header"),
        ({"packed_size": 10**6, "size": 10**6}, "reaches beyond the end"),
    ],
)
def test_members_that_cannot_be_opened(
    tmp_path: Path, changes: dict[str, int], reason: str
) -> None:
    values = {"method": 0, "packed_size": 4, "size": 4, "header_offset": 0, "crc": 0, "flags": 0}
    with opened(tmp_path, written()) as source, pytest.raises(UnreadableFile, match=reason):
        open_member(source, Member("m/data.pkl", **{**values, **changes}))
