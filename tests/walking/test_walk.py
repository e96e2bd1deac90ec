"""Walks over trees: what is met, in which order, what belongs together, what is left out."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from making.trees import TOGETHER, make, met
from rnninspect.report import Unreadable
from rnninspect.source.limits import Limits
from rnninspect.walking import tree
from rnninspect.walking.choice import Choice, glob_of
from rnninspect.walking.globs import Glob
from rnninspect.walking.walk import Met, Walk
from rnninspect.wording.order import natural

SAMPLES = Path(__file__).parents[2] / "sample_models"
LSTM = SAMPLES / "onnx" / "basic_lstm.onnx"
TAGGER = SAMPLES / "torch" / "tagger.pt"


def globs(*texts: str) -> tuple[Glob, ...]:
    found = [glob_of(text) for text in texts]
    assert None not in found
    return tuple(glob for glob in found if glob is not None)


def test_names_are_in_natural_order(tmp_path: Path) -> None:
    names = ["a.pt", "layers.2.pt", "layers.2/x.pt", "layers.10.pt", "layers.010b.pt", "z9.pt"]
    make(tmp_path, *reversed(names))
    assert met(tmp_path) == names


@pytest.mark.parametrize(
    ("first", "second"),
    [("a2", "a10"), ("a02", "a10"), ("1", "a"), ("a", "a1"), ("v1.9", "v1.10"), ("9" * 300, "a")],
)
def test_numbers_are_compared_by_their_value(first: str, second: str) -> None:
    assert natural(first) < natural(second)


@pytest.mark.parametrize("case", TOGETHER)
def test_what_belongs_to_one_model_is_met_once(case: str, tmp_path: Path) -> None:
    files, expected = TOGETHER[case]
    make(tmp_path, *files)
    assert met(tmp_path) == expected


def test_a_file_by_any_name_is_met_by_its_start(tmp_path: Path) -> None:
    for sample in ("onnx/rnn.onnx", "torch/tagger.pt", "keras/lstm.h5", "tflite/lstm.tflite"):
        shutil.copy(SAMPLES / sample, tmp_path / sample.replace("/", "_").replace(".", "_"))
    shutil.copy(SAMPLES / "keras" / "old.ckpt-7", tmp_path)
    shutil.copy(next((SAMPLES / "torch").glob("*.safetensors")), tmp_path / "blob")
    (tmp_path / "README").write_text("# a model")
    (tmp_path / "empty").write_text("")
    (tmp_path / "data.raw").write_bytes(bytes(4000))
    assert met(tmp_path) == [
        *("blob", "keras_lstm_h5", "old.ckpt-7", "onnx_rnn_onnx", "tflite_lstm_tflite"),
        "torch_tagger_pt",
    ]


def test_what_claims_to_be_a_model_is_told_from_what_may_be_one(tmp_path: Path) -> None:
    make(tmp_path, "a.onnx", "b.json", "c.bin", "d.mlmodel", "e.py", "f.index", "g.index")
    make(tmp_path, "g.data-00000-of-00001", "site-packages/x.pth", "y.pth")
    found = {os.path.basename(one.path): one for one in Walk().over(str(tmp_path))}
    claims = {name: one.claims for name, one in found.items() if isinstance(one, Met)}
    assert {name for name in claims if claims[name]} == {"a.onnx", "d.mlmodel", "g.index", "y.pth"}
    assert {name for name in claims if not claims[name]} == {"b.json", "c.bin", "f.index"}


def test_links_and_hidden_names_are_not_followed(tmp_path: Path) -> None:
    make(tmp_path, "a/b/c.pt", ".hidden/d.pt", ".e.pt", "outside.pt")
    (tmp_path / "a" / "b" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "b" / "self").symlink_to("self")
    (tmp_path / "a" / "link.pt").symlink_to(tmp_path / "outside.pt")
    assert met(tmp_path) == ["a/b/c.pt", "outside.pt"]
    walk = Walk(Choice(hidden=True))
    assert [os.path.relpath(one.path, tmp_path) for one in walk.over(str(tmp_path))] == [
        *(".e.pt", ".hidden/d.pt", "a/b/c.pt", "outside.pt")
    ]
    assert walk.left_out == {"ignored": 0, "excluded": 0, "links": 1}


CHOICES = {
    "a name at any depth": ((), ("old",), ["a.pt", "new/b.onnx", "new/c.pt"]),
    "an ending": ((), ("*.pt",), ["new/b.onnx", "old/e.onnx"]),
    "a path": ((), ("new/*.pt", "/a.pt"), ["new/b.onnx", "old/d.pt", "old/e.onnx"]),
    "included": (("*.onnx",), (), ["new/b.onnx", "old/e.onnx"]),
    "an included folder": (("new/",), (), ["new/b.onnx", "new/c.pt"]),
    "both": (("*.onnx", "a.pt"), ("old/",), ["a.pt", "new/b.onnx"]),
}


@pytest.mark.parametrize("case", CHOICES)
def test_globs_choose(case: str, tmp_path: Path) -> None:
    include, exclude, expected = CHOICES[case]
    make(tmp_path, "a.pt", "new/b.onnx", "new/c.pt", "old/d.pt", "old/e.onnx")
    assert met(tmp_path, Choice(include=globs(*include), exclude=globs(*exclude))) == expected


def test_globs_of_the_call_are_relative_to_the_folder_in_a_repository(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "models/new/a.pt", "models/old/b.pt")
    assert met(tmp_path / "models", Choice(exclude=globs("/old"))) == ["new/a.pt"]


def test_what_is_ignored_can_be_taken(tmp_path: Path) -> None:
    make(tmp_path, "a.pt", "b.onnx")
    (tmp_path / ".gitignore").write_text("*.pt\n")
    assert met(tmp_path) == ["b.onnx"]
    assert met(tmp_path, Choice(ignored=True)) == ["a.pt", "b.onnx"]


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder that is removed by a program that can: Python's own functions call themselves."""
    yield tmp_path
    subprocess.run(["rm", "-rf", str(tmp_path)], check=True)


def _down(top: Path, name: str, levels: int) -> None:
    """Make folders in folders, and a file in the last one."""
    here = os.getcwd()
    try:
        os.chdir(top)
        for _ in range(levels):
            os.mkdir(name)
            os.chdir(name)
        Path("deep.pt").write_bytes(b"")
    finally:
        os.chdir(here)


def test_a_tree_of_a_thousand_levels_is_walked(deep: Path) -> None:
    _down(deep, "d", 1000)
    found = list(Walk().over(str(deep)))
    assert [one.path for one in found] == [f"{deep}/{'d/' * 1000}deep.pt"]


def test_a_path_that_no_system_opens_is_an_error_for_its_folder(deep: Path) -> None:
    _down(deep, "d" * 200, 30)
    (found,) = Walk().over(str(deep))
    assert isinstance(found, Unreadable)
    assert found.reason == "File name too long"


def test_a_wide_folder_is_bounded_and_only_what_may_be_a_model_counts(tmp_path: Path) -> None:
    make(tmp_path, *(f"{i}.py" for i in range(30)), *(f"{i}.pt" for i in range(10)), "sub/a.pt")
    limited = Limits(listed=10)
    (refused,) = Walk(limits=limited).over(str(tmp_path))
    assert isinstance(refused, Unreadable)
    assert "exceeds the limit listed=10" in refused.reason
    assert len(list(Walk(limits=Limits(listed=11)).over(str(tmp_path)))) == 11


def test_the_names_of_a_very_wide_folder_are_kept_on_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shards = [f"model-0000{at}-of-00002.safetensors" for at in (1, 2)]
    odd = os.fsdecode(b"\xff.pt")
    make(tmp_path, *(f"{i}.pt" for i in range(20)), odd, *shards, "sub/a.pt", "b.txt")
    make(tmp_path, "model.safetensors.index.json")
    held = list(Walk().over(str(tmp_path)))
    monkeypatch.setattr(tree, "MOST_HELD", 5)
    assert list(Walk().over(str(tmp_path))) == held
    assert len(held) == 23


def test_an_unreadable_folder_is_an_error_and_the_others_are_walked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a/x.pt", "b/y.pt", "c/z.pt")
    scandir = os.scandir

    def refused(path: str) -> object:
        if path.endswith("/b"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refused)  # the tests may run as root, who may read all
    found = list(Walk().over(str(tmp_path)))
    assert [os.path.relpath(one.path, tmp_path) for one in found] == ["a/x.pt", "b", "c/z.pt"]
    assert found[1] == Unreadable(str(tmp_path / "b"), "Permission denied")


def test_a_folder_that_vanishes_is_an_error(tmp_path: Path) -> None:
    make(tmp_path, "a/x.pt", "b/y.pt")
    walk = Walk().over(str(tmp_path))
    assert next(walk) == Met(str(tmp_path / "a" / "x.pt"))
    shutil.rmtree(tmp_path / "b")
    assert list(walk) == [Unreadable(str(tmp_path / "b"), "No such file or directory")]


def test_pipes_are_never_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    os.mkfifo(tmp_path / "model.onnx")
    os.mkfifo(tmp_path / ".gitignore")
    assert met(tmp_path) == ["model.onnx"]  # it claims to be a model: an error


def test_names_that_are_hostile_or_no_text_are_met_as_they_are(tmp_path: Path) -> None:
    names = [b"a\nb.pt", b"\x1b[31m.pt", b"\xff\xfe.pt", b"-x.pt", b"*.pt", b"\xe2\x80\xae.pt"]
    for name in names:
        Path(os.fsdecode(os.path.join(os.fsencode(tmp_path), name))).write_bytes(b"")
    (tmp_path / ".gitignore").write_bytes(b"\\*.pt\n")
    found = {os.path.basename(os.fsencode(one.path)) for one in Walk().over(str(tmp_path))}
    assert found == {*names} - {b"*.pt"}


def test_paths_in_the_working_directory_are_bare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path, "a.pt", "b/c.pt", "-", "-d.pt")
    shutil.copy(LSTM, tmp_path / "-")
    monkeypatch.chdir(tmp_path)
    assert [one.path for one in Walk().over(".")] == ["./-", "./-d.pt", "a.pt", "b/c.pt"]
