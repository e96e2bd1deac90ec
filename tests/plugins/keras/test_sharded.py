"""Models of Keras' own format in several files: folders, shards, archives after other bytes."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import h5py
import numpy as np
import pytest

from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile
from rnninspect.report import Report

SAMPLE = Path(__file__).parents[3] / "sample_models" / "keras" / "lstm_one_bias.keras"
CELL = "layers/lstm/cell/vars"
SHAPES = ((3, 16), (4, 16), (16,))  # of an LSTM of 3 inputs and 4 units
INDEX = "model.weights.json"
FIRST, SECOND = "model_00000.weights.h5", "model_00001.weights.h5"


def write_shard(path: Path, numbers: tuple[int, ...]) -> None:
    with h5py.File(path, "w") as file:
        for number in numbers:
            file[f"{CELL}/{number}"] = np.zeros(SHAPES[number], "f4")


def write_shards(folder: Path, weight_map: object = None) -> Path:
    """An LSTM whose kernel is in one shard, and its other weights in another."""
    folder.mkdir(exist_ok=True)
    write_shard(folder / FIRST, (0,))
    write_shard(folder / SECOND, (1, 2))
    places = {f"/{CELL}": [FIRST, SECOND]} if weight_map is None else weight_map
    index = {"metadata": {"total_size": 512.0}, "weight_map": places}
    (folder / INDEX).write_text(json.dumps(index))
    return folder / INDEX


def unpacked(folder: Path) -> Path:
    with zipfile.ZipFile(SAMPLE) as archive:
        archive.extractall(folder)
    return folder


def facts(report: Report) -> list[object]:
    return [report.layers, report.skipped, report.totals]


def rules(report: Report) -> list[str]:
    return [found.rule for found in report.findings if found.level == "error"]


def test_shards_whose_index_has_long_metadata_are_known(tmp_path: Path) -> None:
    index = write_shards(tmp_path)
    found = json.loads(index.read_text())
    short = inspect_file(index)
    index.write_text(json.dumps(found | {"metadata": {"note": "x" * 100_000}}))
    assert facts(inspect_file(index)) == facts(short)


def test_a_folder_is_read_as_the_archive_it_came_from(tmp_path: Path) -> None:
    report = inspect_file(unpacked(tmp_path / "model"))
    assert report.format == "keras folder"
    assert facts(report) == facts(inspect_file(SAMPLE))
    assert report.file_bytes > report.totals.bytes


def test_a_snapshot_of_the_hub_is_read_through_its_links(tmp_path: Path) -> None:
    blobs, snapshot = unpacked(tmp_path / "blobs"), tmp_path / "snapshots" / "a1b2"
    snapshot.mkdir(parents=True)
    for path in blobs.iterdir():
        (snapshot / path.name).symlink_to(f"../../blobs/{path.name}")
    assert facts(inspect_file(snapshot)) == facts(inspect_file(SAMPLE))


def test_a_folder_of_other_files_is_none_of_ours(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "gpt"}')
    with pytest.raises(UnreadableFile, match="without a known model"):
        inspect_file(tmp_path)


def test_a_cell_over_two_shards_is_one_layer(tmp_path: Path) -> None:
    report = inspect_file(write_shards(tmp_path))
    (layer,) = report.layers
    assert (report.format, layer.layer.cell, layer.stored) == ("keras sharded weights", "LSTM", 128)
    assert (report.totals.parameters, rules(report)) == (128, [])
    shards = (tmp_path / FIRST).stat().st_size + (tmp_path / SECOND).stat().st_size
    assert report.file_bytes == shards + (tmp_path / INDEX).stat().st_size


def test_a_shard_alone_says_that_it_is_one_of_several(tmp_path: Path) -> None:
    write_shards(tmp_path)
    report = inspect_file(tmp_path / SECOND)
    assert any(INDEX in found.message for found in report.findings)
    (tmp_path / INDEX).unlink()
    assert not any(INDEX in found.message for found in inspect_file(tmp_path / SECOND).findings)


def test_a_shard_that_the_index_forgets_is_read_too(tmp_path: Path) -> None:
    report = inspect_file(write_shards(tmp_path, {f"/{CELL}": FIRST}))  # as Keras 3.10 does
    assert (report.totals.parameters, report.layers[0].stored, rules(report)) == (128, 128, [])
    assert any(SECOND in found.message for found in report.findings)


@pytest.mark.parametrize("packed", [False, True])
def test_a_model_may_keep_its_weights_in_shards(tmp_path: Path, *, packed: bool) -> None:
    folder = unpacked(tmp_path / "model")
    with h5py.File(folder / "model.weights.h5") as weights, h5py.File(folder / FIRST, "w") as first:
        weights.copy("layers", first)
        groups = [path for path in _groups(weights) if len(weights[path])]
    (folder / "model.weights.h5").unlink()
    (folder / INDEX).write_text(json.dumps({"weight_map": {f"/{path}": FIRST for path in groups}}))
    path = folder
    if packed:
        path = tmp_path / "model.keras"
        with zipfile.ZipFile(path, "w") as archive:
            for part in folder.iterdir():
                archive.write(part, part.name)
    report, whole = inspect_file(path), inspect_file(SAMPLE)
    assert [layer.stored for layer in report.layers] == [layer.stored for layer in whole.layers]
    assert report.totals.parameters == whole.totals.parameters
    assert rules(report) == []


def _groups(file: h5py.File) -> list[str]:
    found: list[str] = []
    file.visit(lambda path: found.append(path) if path.endswith("vars") else None)
    return found


def test_a_shard_that_is_missing_is_named(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    (tmp_path / SECOND).unlink()
    report = inspect_file(path)
    assert any(SECOND in found.message for found in report.findings if found.level == "error")
    assert report.layers[0].stored < report.layers[0].expected


@pytest.mark.parametrize("name", ["../outside.weights.h5", "sub/x.weights.h5", "/etc/passwd"])
def test_a_shard_outside_is_not_opened(tmp_path: Path, name: str) -> None:
    write_shard(tmp_path / "outside.weights.h5", (0, 1, 2))
    path = write_shards(tmp_path / "model", {f"/{CELL}": [name, FIRST]})
    (path.parent / SECOND).unlink()
    report = inspect_file(path)
    assert any(name in found.message for found in report.findings if found.level == "error")
    assert report.totals.parameters == 48  # the one shard that is inside


def test_a_group_that_is_not_where_the_index_says(tmp_path: Path) -> None:
    path = write_shards(tmp_path, {f"/{CELL}": [FIRST, SECOND], "/layers/gru/cell/vars": FIRST})
    (found,) = [found for found in inspect_file(path).findings if found.level == "error"]
    assert found.tensor == "layers/gru/cell/vars"
    assert FIRST in found.message


@pytest.mark.parametrize("weight_map", [[], 5, {"/a/vars": 5}, {"/a/vars": [None]}])
def test_an_index_that_is_none(tmp_path: Path, weight_map: object) -> None:
    path = write_shards(tmp_path, weight_map)
    path.write_text(path.read_text() + " " * 50 + json.dumps("x.weights.h5"))
    with pytest.raises(UnreadableFile):
        inspect_file(path)


def test_a_shard_that_is_not_an_hdf5_file(tmp_path: Path) -> None:
    path = write_shards(tmp_path)
    (tmp_path / SECOND).write_text("nothing")
    with pytest.raises(UnreadableFile, match=SECOND):
        inspect_file(path)


def test_bytes_before_an_archive_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "model.keras"
    path.write_bytes(b"#!/bin/sh\nexit 0\n" + SAMPLE.read_bytes())
    report, whole = inspect_file(path), inspect_file(SAMPLE)
    assert facts(report) == facts(whole)
    assert any("17 bytes before" in found.message for found in report.findings)


def test_weights_that_are_pickled_are_not_read(tmp_path: Path) -> None:
    folder = unpacked(tmp_path / "model")
    (folder / "model.weights.h5").rename(folder / "model.weights.npz")
    with pytest.raises(UnreadableFile, match="pickled"):
        inspect_file(folder)
