"""The container of a file by its first bytes, and the contract of a reader."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from making.torch.pickles import (
    lstm,
    saved,
)
from rnninspect.source.source import open_source
from rnninspect.testing import check_reader
from rnninspect_torch import TorchReader
from rnninspect_torch.recognition import Container, container_of


def test_the_reader_meets_the_contract(tmp_path: Path) -> None:
    good = tmp_path / "good.pt"
    good.write_bytes(saved(lstm(3, 2, "rnn")))
    assert [layer.name for layer in check_reader(TorchReader(), good).layers] == ["rnn"]


@pytest.mark.parametrize(
    ("head", "container"),
    [
        (b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Container.LEGACY),
        (b"\x80\x05\x95" + bytes(8) + b"\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.", Container.LEGACY),
        (b"\x80\x04N.", Container.PICKLE),
        (b"\x80\x09N.", None),
        (b"(dp0\nS'a'\np1\nI1\ns.", Container.PICKLE),
        (b"(dp0\nS'a'\np1\nI1\ns", None),
        (b"\x02" + bytes(7) + b"{}", Container.SAFETENSORS),
        (b"\x02" + bytes(7) + b'{"a"', Container.SAFETENSORS),
        (bytes(4) + b"PTMF", Container.FLATBUFFER),
        (bytes(4) + b"ET12", Container.EXECUTORCH),
        (bytes(4) + b"FT01", Container.FLAT_TENSOR),
        (b'{"metadata": {}, "weight_map": {"a": "b"}}', Container.INDEX),
        (b'{"a": 1}', None),
        (gzip.compress(b"\x80\x04N.", mtime=0), Container.GZIP),
        (gzip.compress(b"hello", mtime=0), None),
        (b"\x1f\x8bxx", None),
        (b"", None),
        (b"PK\x03\x04", None),
    ],
)
def test_containers_by_content(head: bytes, container: Container | None, tmp_path: Path) -> None:
    path = tmp_path / "file.keras"
    path.write_bytes(head)
    with open_source(path) as source:
        assert container_of(source) is container
