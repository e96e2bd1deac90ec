"""Gzip data and tar archives around PyTorch files."""

from __future__ import annotations

import gzip
import io
import tarfile
from pathlib import Path

import pytest

from making.described import model_of
from making.torch.pickles import (
    lstm,
    parameters,
    read,
    saved,
)
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.plugin import Limits
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader
from rnninspect_torch.archives.tar_members import read_tar


def test_decompression_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\x80\x04" + bytes(1 << 22)))
    with (
        open_source(path, Limits(expansion=1 << 20)) as source,
        pytest.raises(RefusedFile, match="expansion=1048576"),
    ):
        model_of(TorchReader(), source)


def test_truncated_gzip_data(tmp_path: Path) -> None:
    data = gzip.compress(saved({"a": (20, 20)}))
    with pytest.raises(UnreadableFile, match="truncated gzip data"):
        read(data[:-20], tmp_path, "model.gz")


@pytest.mark.parametrize("padding", [b"", bytes(100), bytes(1 << 17)], ids=len)
def test_all_gzip_members_are_read(padding: bytes, tmp_path: Path) -> None:
    data = saved({"a": (20, 20)})
    for cut in (300, len(data) // 2):
        packed = gzip.compress(data[:cut]) + gzip.compress(data[cut:]) + padding
        assert parameters(read(packed, tmp_path, "model.gz")) == 400


def test_bytes_after_gzip_data_are_reported(tmp_path: Path) -> None:
    packed = gzip.compress(saved({"a": (20, 20)}))
    message = f"trailing bytes after the compressed data, at offset {len(packed)}"
    with pytest.raises(UnreadableFile, match=message):
        read(packed + b"\0more", tmp_path, "model.gz")


def test_many_gzip_members_are_bounded(tmp_path: Path) -> None:
    path = tmp_path / "members.gz"
    path.write_bytes(gzip.compress(saved({"a": (2, 2)})) + gzip.compress(b"") * 1000)
    with (
        open_source(path, Limits(steps=20_000)) as source,
        pytest.raises(RefusedFile, match="steps=20000"),
    ):
        model_of(TorchReader(), source)


def test_nested_gzip_data_are_refused(tmp_path: Path) -> None:
    with open_source(tmp_path) as folder:
        inner = gzip.compress(gzip.compress(saved({"a": (2, 2)})))
        with pytest.raises(UnreadableFile):
            model_of(TorchReader(), folder.holding(inner))


def tar(members: dict[str, bytes], form: int = tarfile.GNU_FORMAT) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=form) as file:
        for label, data in members.items():
            member = tarfile.TarInfo(label)
            member.size = len(data)
            file.addfile(member, io.BytesIO(data))
    return buffer.getvalue()


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT])
def test_members_of_a_tar_archive(form: int, tmp_path: Path) -> None:
    long = "folder/" * 12 + "file" if form == tarfile.USTAR_FORMAT else "x" * 300
    members = {"a": b"1", "folder/b": bytes(700), long: b"3"}
    path = tmp_path / "archive.tar"
    path.write_bytes(tar(members, form))
    with open_source(path) as source:
        found = read_tar(source)
        assert {label: part.read(0, part.size) for label, part in found.items()} == members


def test_a_tar_archive_with_weights(tmp_path: Path) -> None:
    weights = saved(lstm(3, 2, "rnn"))
    for members in ({"config.json": b"{}", "weights.th": weights}, {"only.bin": weights}):
        assert parameters(read(tar(members), tmp_path)) == 56
    with pytest.raises(UnreadableFile, match="with 2 PyTorch files; extract it"):
        read(tar({"a.bin": weights, "b.bin": weights}), tmp_path)
    with pytest.raises(UnreadableFile, match="with no PyTorch file; extract it"):
        read(tar({"a.txt": b"hello"}), tmp_path)


def test_a_malformed_tar_header(tmp_path: Path) -> None:
    data = bytearray(tar({"a": b"1", "b": b"2"}))
    data[1024 + 124 : 1024 + 136] = b"not a number"
    with pytest.raises(UnreadableFile, match="malformed tar header at offset 1024"):
        read(bytes(data), tmp_path)
