"""What the HDF5 reader does with links, limits, hostile structures and large files."""

from __future__ import annotations

import os
import random
from struct import pack_into
from typing import TYPE_CHECKING

import h5py
import numpy as np
import pytest

from rnninspect.decode.hdf5 import Dataset, File, Group, LayoutKind, Link, LinkKind
from rnninspect.decode.hdf5.checksum import lookup3, lookup3_of_each
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source

if TYPE_CHECKING:
    from pathlib import Path


def made(tmp_path: Path, limits: Limits | None = None) -> Source:
    return open_source(tmp_path / "file.h5", limits)


def test_checksum_of_the_specification() -> None:
    # Bob Jenkins' own test vectors of hashlittle with the initial value 0
    assert lookup3(b"") == 0xDEADBEEF
    assert lookup3(b"Four score and seven years ago") == 0x17770551


def test_many_checksums_at_once() -> None:
    draw = random.Random(2)  # noqa: S311 - nothing secret
    for size in range(1, 50):
        for number in (1, 2, 3, 8, 33):
            blocks = [draw.randbytes(size) for _ in range(number)]
            assert lookup3_of_each(blocks) == [lookup3(block) for block in blocks]
    extreme = [b"\xff" * 40, bytes(40), b"\xff" * 40]
    assert lookup3_of_each(extreme) == [lookup3(block) for block in extreme]


def test_links_are_listed_and_never_followed(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["outside"] = h5py.ExternalLink("pipe", "/x")
        file["soft"] = h5py.SoftLink("/")
        file["loop"] = file["/"]
    with made(tmp_path) as source:
        found = dict(File(source).walk())
    assert isinstance(found["loop"], Group)
    assert found["soft"] == Link("soft", LinkKind.SOFT, 0, "/")
    assert found["outside"] == Link("outside", LinkKind.EXTERNAL, 0, "pipe:/x")
    assert len(found) == 4


def test_two_names_of_one_dataset_are_one_object(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file["a"] = np.zeros(3)
        file["b"] = file["a"]
    with made(tmp_path) as source:
        found = dict(File(source).walk())
    first, second = found["a"], found["b"]
    assert isinstance(first, Dataset)
    assert isinstance(second, Dataset)
    assert first.address == second.address


def test_what_is_checked_by_its_checksum_has_a_limit(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w", libver="latest") as file:
        for number in range(20):
            file[f"a{number}"] = np.zeros(3)
    with made(tmp_path) as source:
        assert len(dict(File(source).walk())) == 21
    with (
        open_source(tmp_path / "file.h5", Limits(checked_bytes=1000)) as source,
        pytest.raises(RefusedFile, match="checked_bytes=1000"),
    ):
        list(File(source).walk())


def test_no_element_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_dataset("huge", (2**30, 2**30), "f4", chunks=(1024, 1024))
        file["plain"] = np.zeros(2**20, "f4")
    with made(tmp_path) as source:
        reads: list[int] = []
        keep = source.read

        def counting(offset: int, length: int) -> bytes:
            reads.append(length)
            return keep(offset, length)

        monkeypatch.setattr(source, "read", counting)
        found = dict(File(source).walk())
        plain, huge = found["plain"], found["huge"]
        assert isinstance(plain, Dataset)
        assert isinstance(huge, Dataset)
        assert plain.held_bytes == plain.needed_bytes == 2**22
        assert (huge.held_bytes, huge.needed_bytes) == (0, 2**62)
        assert sum(reads) < 2**16


def test_external_and_virtual_storage_is_flagged(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w", libver="latest") as file:
        file.create_dataset("raw", (4,), "f4", external=[("/etc/passwd", 0, 16), ("b", 0, 8)])
        layout = h5py.VirtualLayout((4,), "f4")
        layout[:] = h5py.VirtualSource("elsewhere.h5", "x", (4,))
        file.create_virtual_dataset("virtual", layout)
    with made(tmp_path) as source:
        found = dict(File(source).walk())
        raw, virtual = found["raw"], found["virtual"]
        assert isinstance(raw, Dataset)
        assert isinstance(virtual, Dataset)
        assert raw.external_files == ("/etc/passwd", "b")
        assert raw.held_bytes is None
        assert virtual.layout.kind is LayoutKind.VIRTUAL
        assert virtual.held_bytes is None


def test_a_payload_that_the_file_does_not_store(tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["x"] = np.zeros(100, "f4")
        at = file["x"].id.get_offset()
    data = bytearray(path.read_bytes())
    pack_into("<Q", data, data.index(at.to_bytes(8, "little") + (400).to_bytes(8, "little")) + 8, 9)
    path.write_bytes(data)
    with open_source(path) as source:
        (held,) = [item for _, item in File(source).walk() if isinstance(item, Dataset)]
        assert (held.held_bytes, held.needed_bytes) == (9, 400)


@pytest.mark.parametrize(
    ("limits", "name"),
    [(Limits(members=20), "members"), (Limits(nesting=5), "nesting"), (Limits(nodes=9), "nodes")],
)
def test_limits(tmp_path: Path, limits: Limits, name: str) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        file.create_group("/".join("abcdefgh"))
        for number in range(30):
            file[f"d{number}"] = 1
    with made(tmp_path, limits) as source, pytest.raises(RefusedFile, match=f"{name}="):
        list(File(source).walk())


def test_deep_groups_end_at_the_limit(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        group = file
        for _ in range(500):
            group = group.create_group("g")
    with made(tmp_path) as source, pytest.raises(RefusedFile, match="nesting=100"):
        list(File(source).walk())
    with made(tmp_path, Limits(nesting=500)) as source:
        assert len(list(File(source).walk())) == 501


def test_user_block_that_was_put_in_front_later(tmp_path: Path) -> None:
    path = tmp_path / "file.h5"
    with h5py.File(path, "w") as file:
        file["x"] = [1, 2]
    path.write_bytes(bytes(1024) + path.read_bytes())
    with open_source(path) as source:
        assert [name for name, _ in File(source).walk()] == ["", "x"]


def test_a_file_that_is_not_hdf5(tmp_path: Path) -> None:
    (tmp_path / "file.h5").write_bytes(b"\x89HDF\r\n\x1a\r" * 200)
    with made(tmp_path) as source, pytest.raises(UnreadableFile, match="missing HDF5 signature"):
        File(source)


def test_tree_of_several_levels(tmp_path: Path) -> None:
    with h5py.File(tmp_path / "file.h5", "w") as file:
        for number in range(900):  # a node has room for 8 symbols, a B-tree node for 32 children
            file.create_group(f"g{number:03}")
    with made(tmp_path) as source:
        assert len(list(File(source).walk())) == 901


@pytest.mark.parametrize(("offsets", "lengths"), [(4, 4), (2, 2), (8, 4), (4, 8)])
def test_narrow_addresses(tmp_path: Path, offsets: int, lengths: int) -> None:
    plist = h5py.h5p.create(h5py.h5p.FILE_CREATE)
    plist.set_sizes(offsets, lengths)
    path = tmp_path / "file.h5"
    with h5py.File(h5py.h5f.create(bytes(path), h5py.h5f.ACC_TRUNC, plist)) as file:
        file["g/x"] = np.zeros((3, 4), "f4")
        file["g"].attrs["name"] = "text"
    with open_source(path) as source:
        found = dict(File(source).walk())
        x, group = found["g/x"], found["g"]
        assert isinstance(x, Dataset)
        assert isinstance(group, Group)
        assert x.shape == (3, 4)
        assert group.text("name") == "text"
