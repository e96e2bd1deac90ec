"""Zip archives with a PyTorch file among others."""

from __future__ import annotations

import gzip
import io
import zipfile
from pathlib import Path

import pytest

from making.described import model_of
from making.torch.pickles import lstm, parameters, read, saved
from rnninspect.plugin import Fact, RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader
from rnninspect_torch.recognition import Container, container_of

WEIGHTS = saved(lstm(3, 2, "rnn"))
OTHER = saved({"mean": (4,)})


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as file:
        for label, data in members.items():
            file.writestr(label, data)
    return buffer.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_zip_archive_with_one_pytorch_file(method: int, tmp_path: Path) -> None:
    members = {"data": b"{}", "net/weights.pt": WEIGHTS, "readme.txt": b"hello"}
    model = read(packed(members, method), tmp_path, "agent.zip")
    assert parameters(model) == 56
    assert model.observations == ()
    assert parameters(read(gzip.compress(packed(members, method)), tmp_path)) == 56


def test_the_policy_is_chosen_among_several_files(tmp_path: Path) -> None:
    members = {"data": b"{}", "variables.pth": OTHER, "policy.pth": WEIGHTS}
    model = read(packed(members), tmp_path, "agent.zip")
    assert parameters(model) == 56
    (note,) = model.observations
    assert note.fact is Fact.UNUSUAL
    assert note.detail == "only policy.pth of the zip archive is read, not variables.pth"


def test_a_zip_archive_with_two_models_or_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match="with 2 PyTorch files; extract it"):
        read(packed({"a.pt": WEIGHTS, "b.pt": OTHER}), tmp_path)
    with pytest.raises(UnreadableFile, match="with no PyTorch file; extract it"):
        read(packed({"firmware.bin": b"hello"}), tmp_path)
    with open_source(tmp_path) as folder:
        assert container_of(folder.holding(packed({"a.txt": WEIGHTS}))) is None
        assert container_of(folder.holding(packed({"a.TH": WEIGHTS}))) is Container.ARCHIVE


def test_too_deeply_nested_archives_are_refused(tmp_path: Path) -> None:
    data = WEIGHTS
    for _ in range(3):
        data = packed({"inner.pt": data})
    assert parameters(read(data, tmp_path)) == 56
    with pytest.raises(UnreadableFile, match="nested too deeply: a file inside 4 others"):
        read(packed({"inner.pt": data}), tmp_path)


def test_the_decompressed_size_of_a_member_is_limited(tmp_path: Path) -> None:
    path = tmp_path / "agent.zip"
    path.write_bytes(packed({"a.pt": saved({"zeros": (1 << 18,)})}, zipfile.ZIP_DEFLATED))
    with (
        open_source(path, Limits(expansion=1 << 16)) as source,
        pytest.raises(RefusedFile, match="expansion=65536"),
    ):
        model_of(TorchReader(), source)
