"""Choosing a reader: content decides; an installed reader is asked when no built-in one knows."""

from __future__ import annotations

import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from making.by_hand import layer, model
from making.distribution import install
from rnninspect import inspect_file, readers
from rnninspect.errors import PluginError, UnknownFormat, UnreadableFile
from rnninspect.model import SavedModel
from rnninspect.plugin import Read
from rnninspect.source.source import Source, open_source


class FakeReader:
    name = "fake"
    summary = "files that begin with FAKE"
    suffixes = (".fake",)
    implied_suffixes = (".fake",)

    def recognise(self, source: Source) -> Read | None:
        return partial(self._read, source) if source.head(4) == b"FAKE" else None

    def _read(self, source: Source) -> SavedModel:
        if source.size > 4:
            raise ZeroDivisionError(source.size)
        return model(layer())

    def conventions(self) -> tuple[()]:
        return ()


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readers, "installed_readers", lambda: iter([FakeReader()]))


@pytest.mark.usefixtures("fake")
def test_an_ending_may_be_left_out_where_the_framework_does(tmp_path: Path) -> None:
    (tmp_path / "x.fake").write_bytes(b"FAKE")
    assert inspect_file(tmp_path / "x").path == str(tmp_path / "x")
    (tmp_path / "x").symlink_to("nowhere")  # it is there, and leads nowhere: no guess
    with pytest.raises(UnreadableFile, match="No such file"):
        inspect_file(tmp_path / "x")


@pytest.mark.usefixtures("fake")
def test_an_installed_reader_is_found_by_content(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"FAKE")
    report = inspect_file(path)
    assert (report.format, report.path, report.file_bytes) == ("handmade", str(path), 4)
    assert report.totals.parameters == 56


@pytest.mark.usefixtures("fake")
def test_a_readers_bug_does_not_look_like_the_files(tmp_path: Path) -> None:
    path = tmp_path / "x.fake"
    path.write_bytes(b"FAKE but longer")
    with pytest.raises(PluginError, match="reader fake failed in read: ZeroDivisionError"):
        inspect_file(path)


def test_a_reader_that_cannot_be_loaded_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.syspath_prepend(install(tmp_path, {}, "rnninspect_absent:Reader"))
    path = tmp_path / "x"
    path.write_bytes(b"nobody knows this")
    with open_source(path) as source, pytest.raises(PluginError, match="rnninspect_absent:Reader"):
        readers.recognise(source)


@pytest.mark.parametrize("suffix", [".onnx", ".pt", ".keras", ".h5", ""])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "the file is empty"),
        (b"<!DOCTYPE html><p>404", "an HTML page"),
        (b"  \n<html>", "an HTML page"),
        (b"version https://git-lfs.github.com/spec/v1\noid", "a Git LFS pointer"),
        (b"some prose", "no reader recognises"),
    ],
)
def test_a_file_that_is_not_a_model_is_named_whatever_its_suffix(
    suffix: str, content: bytes, reason: str, tmp_path: Path
) -> None:
    path = tmp_path / f"file{suffix}"
    path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(path)


def test_an_unknown_format_is_an_unreadable_file() -> None:
    assert issubclass(UnknownFormat, UnreadableFile)


def test_the_table_of_readers_has_their_suffixes() -> None:
    stated = {target: tuple(suffixes.split()) for target, suffixes in readers.BUILT_IN.items()}
    assert list(stated.values()) == [reader.suffixes for reader in readers.built_in_readers()]


def test_a_call_loads_the_reader_of_the_suffix_alone(tmp_path: Path) -> None:
    path = Path(__file__).parents[2] / "sample_models/onnx/basic_lstm.onnx"
    program = (
        "import sys; from rnninspect import inspect_file; inspect_file(sys.argv[1]); "
        "print(*sorted(name for name in sys.modules if name.startswith('rnninspect_') "
        "and '.' not in name))"
    )
    for name in ("lstm.onnx", "lstm.bin"):
        copy = tmp_path / name
        copy.write_bytes(path.read_bytes())
        done = subprocess.run(
            [sys.executable, "-c", program, copy], capture_output=True, text=True, check=True
        )
        loaded = done.stdout.split()
        assert loaded == (
            ["rnninspect_onnx"]
            if name.endswith(".onnx")
            else ["rnninspect_onnx", "rnninspect_torch"]
        )
