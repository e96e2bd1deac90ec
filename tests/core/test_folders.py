"""A folder that is not a model: how many models are in it, and what to type for one of them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile
from rnninspect.source.folders import MOST_OPENED

SAMPLES = Path(__file__).parents[2] / "sample_models"
LSTM = SAMPLES / "onnx" / "basic_lstm.onnx"


def said_of(folder: Path) -> str:
    with pytest.raises(UnreadableFile) as refused:
        inspect_file(folder)
    return str(refused.value)


def test_several_models_are_counted_and_one_is_named(tmp_path: Path) -> None:
    for name in ("a.onnx", "b.onnx", "c.onnx", "d.onnx"):
        shutil.copy(LSTM, tmp_path / name)
    shutil.copy(SAMPLES / "torch" / "tagger.pt", tmp_path / "e.pt")
    assert said_of(tmp_path) == (
        f"a folder with 5 models; name one: rnninspect {tmp_path}/a.onnx"
        f" (or {tmp_path}/b.onnx, {tmp_path}/c.onnx, …)"
    )


def test_one_model_is_named(tmp_path: Path) -> None:
    shutil.copy(LSTM, tmp_path / "a.onnx")
    said = f"a folder with 1 model; name one: rnninspect {tmp_path}/a.onnx"
    assert said_of(tmp_path) == said


def test_content_decides_and_a_folder_may_be_a_model(tmp_path: Path) -> None:
    (tmp_path / "notes.onnx").write_text("not a model")
    shutil.copytree(SAMPLES / "keras" / "exported", tmp_path / "exported")
    (tmp_path / "empty").mkdir()
    said = f"a folder with 1 model; name one: rnninspect {tmp_path}/exported"
    assert said_of(tmp_path) == said


def test_models_of_inner_folders_are_found_too(tmp_path: Path) -> None:
    (tmp_path / "onnx" / "deep").mkdir(parents=True)
    shutil.copy(LSTM, tmp_path / "onnx" / "a model.onnx")
    shutil.copy(LSTM, tmp_path / "onnx" / "deep" / "b.onnx")
    said = f"a folder with 1 model; name one: rnninspect '{tmp_path}/onnx/a model.onnx'"
    assert said_of(tmp_path) == said


def test_a_folder_without_models_says_what_was_looked_for(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a model")
    said = "a folder without a known model; looked for folders and files such as"
    assert said_of(tmp_path) == f"{said} .onnx, .pt, .mlmodel, .keras, .tflite"


def test_a_link_out_of_the_folder_is_not_followed(tmp_path: Path) -> None:
    folder, other = tmp_path / "folder", tmp_path / "other"
    folder.mkdir()
    other.mkdir()
    shutil.copy(LSTM, other / "a.onnx")
    (folder / "linked.onnx").symlink_to(other / "a.onnx")
    (folder / "linked").symlink_to(other)
    (folder / "loop").symlink_to(folder)
    assert "without a known model" in said_of(folder)


def test_no_more_than_some_files_are_opened(tmp_path: Path) -> None:
    shutil.copy(LSTM, tmp_path / "000.onnx")
    for number in range(1, MOST_OPENED + 50):
        (tmp_path / f"{number:03}.onnx").symlink_to("000.onnx")
    assert f"with at least {MOST_OPENED} models" in said_of(tmp_path)


def test_checkpoints_of_which_none_is_the_newest_are_counted(tmp_path: Path) -> None:
    for path in (SAMPLES / "keras").glob("*.ckpt.*"):
        shutil.copy(path, tmp_path)
    assert f"with 3 models; name one: rnninspect {tmp_path}/looped.ckpt.index" in said_of(tmp_path)


def test_an_index_without_its_shards_does_not_hide_other_models(tmp_path: Path) -> None:
    shutil.copy(SAMPLES / "keras" / "named.ckpt.index", tmp_path)
    assert inspect_file(tmp_path).format == "tf checkpoint"
    shutil.copy(LSTM, tmp_path / "a.onnx")
    assert "with 2 models" in said_of(tmp_path)
