"""Tensors with external data: the files' sizes are looked up, but they are never opened."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from onnx import TensorProto

from making.onnx.graphs import Shape, graph, node, save, weights
from making.onnx.results import counts, errors, read, report
from rnninspect.errors import RefusedFile

SHAPE = Shape("LSTM", 3, 2)


def outside(tensor: TensorProto, **entries: object) -> None:
    """Declare a tensor's data as external."""
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, entry in entries.items():
        tensor.external_data.add(key=key, value=str(entry))


def external(folder: Path, size: int | None = 96, **entries: object) -> Path:
    if size is not None:
        (folder / "w.data").write_bytes(bytes(size))
    tensors = weights(SHAPE)
    outside(tensors[0], **{"location": "w.data", **entries})
    return save(folder, graph([node(SHAPE)], tensors))


@pytest.mark.parametrize(
    ("size", "entries"),
    [
        (96, {}),
        (200, {}),  # without a length: inferred from the shape
        (200, {"offset": 100, "length": 96}),
        (96, {"location": "sub/../w.data"}),
        (96, {"location": "./w.data", "checksum": "0" * 40}),
    ],
)
def test_intact_external_data(tmp_path: Path, size: int, entries: dict[str, object]) -> None:
    (tmp_path / "sub").mkdir()
    path = external(tmp_path, size, **entries)
    of = report(path)
    assert counts(of) == [("layer", 56, 56)]
    assert of.layers[0].bytes == 4 * 56
    assert not of.findings


@pytest.mark.parametrize(
    ("size", "entries", "rules"),
    [
        (None, {}, {"R204"}),
        (95, {}, {"R201"}),
        (96, {"offset": 4}, {"R201"}),
        (96, {"offset": 1000}, {"R201"}),
        (96, {"length": 88}, {"R201"}),
        (200, {"length": 100}, {"R202"}),
        (96, {"offset": -5}, {"R104"}),
        (96, {"offset": "0x0"}, {"R104"}),
        (96, {"offset": "2_40"}, {"R104", "R201"}),
        (96, {"length": "9" * 5000}, {"R104", "R201"}),
        (96, {"location": ""}, {"R205"}),
        (96, {"location": "/etc/passwd"}, {"R205"}),
        (96, {"location": "../w.data"}, {"R205"}),
        (96, {"location": "sub/../../w.data"}, {"R205"}),
        (96, {"location": "..\\w.data"}, {"R205"}),
        (96, {"location": "w.data\0x"}, {"R205"}),
        (96, {"location": "pipe"}, {"R205"}),
        (96, {"location": "folder"}, {"R205"}),
        (96, {"location": "link"}, {"R205"}),
    ],
)
def test_external_data_that_cannot_be_used(
    tmp_path: Path, size: int | None, entries: dict[str, object], rules: set[str]
) -> None:
    folder = tmp_path / "model"
    (folder / "folder").mkdir(parents=True)
    os.mkfifo(folder / "pipe")
    (tmp_path / "secret").write_bytes(bytes(96))
    (folder / "link").symlink_to(tmp_path / "secret")
    found = errors(report(external(folder, size, **entries)))
    assert found == rules - ({"R201"} if "offset" in entries and "R104" in rules else set())


def test_a_model_linked_into_a_cache(tmp_path: Path) -> None:
    """As in Hugging Face's cache: model and data are both links into one folder."""
    blobs, snapshot = tmp_path / "blobs", tmp_path / "snapshot"
    blobs.mkdir()
    snapshot.mkdir()
    model = external(blobs, 96)
    (snapshot / "m.onnx").symlink_to(model)
    (snapshot / "w.data").symlink_to(blobs / "w.data")
    assert not report(snapshot / "m.onnx").findings


def test_many_tensors_in_a_missing_file_are_one_finding(tmp_path: Path) -> None:
    tensors = weights(SHAPE)
    for position, tensor in enumerate(tensors):
        outside(tensor, location="gone.data", offset=1000 * position)
    of = report(save(tmp_path, graph([node(SHAPE)], tensors)))
    assert [finding.rule for finding in of.findings] == ["R204"]
    assert "(with those of 2 other tensors)" in of.findings[0].message


def test_very_many_files_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rnninspect_onnx.tensors.external._MOST_FILES", 2)
    tensors = weights(SHAPE)
    for tensor in tensors:
        outside(tensor, location=f"{tensor.name}.data")
    with pytest.raises(RefusedFile, match="more than 2 files"):
        read(save(tmp_path, graph([node(SHAPE)], tensors)))


def test_overlapping_and_tied_ranges(tmp_path: Path) -> None:
    """Tensors with exactly the same bytes are tied; an overlap is an error."""
    (tmp_path / "w.data").write_bytes(bytes(160))
    first, second = weights(SHAPE), weights(SHAPE, "b_")
    outside(first[0], location="w.data", offset=0, length=96)
    outside(second[0], location="w.data", offset=0, length=96)
    whole = graph([node(SHAPE), node(SHAPE, "b_")], [*first, *second])
    of = report(save(tmp_path, whole))
    assert of.totals.parameters == 112 - 24
    assert not errors(of)
    second[0].external_data[1].value = "40"
    of = report(save(tmp_path, graph([node(SHAPE), node(SHAPE, "b_")], [*first, *second])))
    assert errors(of) == {"R203"}


def test_data_in_this_file_and_in_another(tmp_path: Path) -> None:
    (tmp_path / "w.data").write_bytes(bytes(96))
    tensors = weights(SHAPE)
    outside(tensors[0], location="w.data")
    tensors[0].raw_data = bytes(96)
    assert errors(report(save(tmp_path, graph([node(SHAPE)], tensors)))) == {"R104"}
