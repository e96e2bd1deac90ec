"""Models in shards with an index, and folders of Hugging Face."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from making.described import model_of
from making.torch.pickles import (
    lstm,
    parameters,
    read,
    read_path,
    saved,
)
from rnninspect.counter import count_layers
from rnninspect.errors import UnreadableFile
from rnninspect.model import Fact
from rnninspect.rules import Level, check
from rnninspect.source.source import open_source
from rnninspect_torch import TorchReader


def sharded(folder: Path, places: dict[str, str]) -> Path:
    index = folder / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return index


def test_a_layer_over_two_shards(tmp_path: Path) -> None:
    shapes = list(lstm(3, 2, "rnn").items())
    places: dict[str, str] = {}
    for number_ in range(2):
        part = dict(shapes[number_::2])
        (tmp_path / f"part{number_}.bin").write_bytes(saved(part))
        places |= dict.fromkeys(part, f"part{number_}.bin")
    index = sharded(tmp_path, places)
    for path in (index, tmp_path):
        model = read_path(path)
        assert [layer.name for layer in model.layers] == ["rnn"]
        assert (parameters(model), model.observations) == (56, ())


@pytest.mark.parametrize("length", [4_000, 4_080, 65_530, 1_000_000])
def test_an_index_with_long_metadata_is_known(length: int, tmp_path: Path) -> None:
    (tmp_path / "part.bin").write_bytes(saved(lstm(3, 2, "rnn")))
    places = dict.fromkeys(lstm(3, 2, "rnn"), "part.bin")
    index = {"metadata": {"note": "x" * length}, "weight_map": places}
    path = tmp_path / "pytorch_model.bin.index.json"
    path.write_text(json.dumps(index, indent=2))
    assert parameters(read_path(path)) == 56


def test_other_json_is_not_searched_for_an_index(tmp_path: Path) -> None:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps({"version": "x" * 200_000, "weight_map": {"a": "b"}}))
    with open_source(path) as source:
        assert TorchReader().recognise(source) is None


def test_a_missing_shard(tmp_path: Path) -> None:
    (tmp_path / "part0.bin").write_bytes(saved({"fc.weight": (2, 2)}))
    index = sharded(tmp_path, {"fc.weight": "part0.bin", "fc.bias": "part1.bin"})
    model = read_path(index)
    facts = [(note.fact, note.detail) for note in model.observations]
    assert (Fact.EXTERNAL_MISSING, "shard part1.bin") in facts
    levels = {finding.level for finding in check(model, ())}
    assert Level.ERROR in levels


def test_a_shard_without_its_index_is_noted(tmp_path: Path) -> None:
    model = read(saved({"fc.weight": (2, 2)}), tmp_path, "model-00002-of-00003.bin")
    (note,) = model.observations
    assert note.detail.startswith("part 2 of 3")


@pytest.mark.parametrize("place", ["../secret.bin", "/etc/passwd", "a/../../secret.bin"])
def test_a_shard_outside_the_folder_is_not_opened(place: str, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    (folder / "a").mkdir(parents=True)
    (tmp_path / "secret.bin").write_bytes(saved({"secret": (2, 2)}))
    (folder / "part0.bin").write_bytes(saved({"fc.weight": (2, 2)}))
    model = read_path(sharded(folder, {"fc.weight": "part0.bin", "secret": place}))
    assert [stored.name for stored in model.tensors] == ["fc.weight"]
    assert Fact.EXTERNAL_OUTSIDE in {note.fact for note in model.observations}


def test_a_shard_that_is_not_a_model_is_named(tmp_path: Path) -> None:
    (tmp_path / "part0.bin").write_bytes(b"hello")
    with pytest.raises(UnreadableFile, match=r"shard part0.bin: neither safetensors"):
        read_path(sharded(tmp_path, {"a": "part0.bin"}))


@pytest.mark.parametrize("places", [{}, {"a": 3}, [1]])
def test_a_malformed_weight_map(places: object, tmp_path: Path) -> None:
    path = tmp_path / "model.bin.index.json"
    path.write_text(json.dumps({"weight_map": places}))
    with open_source(path) as source, pytest.raises(UnreadableFile, match="weight_map"):
        model_of(TorchReader(), source)


def test_a_folder_of_hugging_face(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    (tmp_path / "pytorch_model.bin").write_bytes(saved(lstm(3, 2, "rnn")))
    (counted,) = count_layers(read_path(tmp_path).layers)
    assert counted.stored == 56


def test_a_folder_without_a_model(tmp_path: Path) -> None:
    with open_source(tmp_path) as source:
        assert TorchReader().recognise(source) is None
