"""Manifests of many weights: what is in columns is reported as values are."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest

from making.short_ways import WAYS, hold_equal
from making.tensorflow.tfjs import WIDTHS, first, group, weight, weights, whole_model, write_model
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_keras.tfjs.reading import read_tfjs

LSTM = {"kernel": (3, 16), "recurrent_kernel": (4, 16), "bias": (16,)}
TOPOLOGY = whole_model(first("LSTM", "lstm", None, 3, units=4))


def _listed(cell: str = "lstm/lstm_cell/", model: str = "", stored: str = "") -> list[Any]:
    dense = [weight(f"{model}dense_{at}/kernel", 4, 2, stored=stored) for at in range(8)]
    flags = [weight(f"{model}flag", 2, dtype="bool"), weight(f"{model}count", 1, dtype="int32")]
    return [*weights(cell, **LSTM), *dense, *flags]


ODD: dict[str, list[Any]] = {
    "quantised": _listed(stored="uint8"),
    "halves": _listed(stored="float16"),
    "other cells": [*_listed(), *weights("other/simple_rnn_cell/", **LSTM)],
    "the first Keras": [*_listed(), weight("a_W", 3, 4), weight("a_U", 4, 4), weight("a_b", 4)],
    "native": [*_listed(), weight("layers/dense/vars/0", 4, 2), weight("layers/dense/vars/1", 2)],
    "twice": [*_listed(), weight("dense_1/kernel", 4, 2)],
    "no type": [*_listed(), {"name": "x", "shape": [2], "dtype": "float33"}],
    "no name": [*_listed(), {"shape": [2], "dtype": "float32"}],
    "a number": [*_listed(), 7],
    "an axis below zero": [*_listed(), weight("x", -1)],
    "a real axis": [*_listed(), {"name": "x", "shape": [2.0, 2.5], "dtype": "float32"}],
    "a flag for an axis": [*_listed(), {"name": "x", "shape": [4, True], "dtype": "float32"}],
    "a slot": [{**weight("lstm/m", 3), "group": "optimizer"}, *_listed()],
    "no scale": [*_listed(), {**weight("x", 3), "quantization": {"dtype": "uint8"}}],
    "other order": [{"dtype": "float32", "name": "x", "shape": [3]}, *_listed()],
    "texts": [*_listed(), {"name": "x", "shape": [1], "dtype": "string"}],
}


def _has_size(entry: Any) -> bool:  # noqa: ANN401 - as JSON has it
    return isinstance(entry, dict) and all(
        entry.get("dtype") in WIDTHS and type(size) is int and size >= 0
        for size in entry.get("shape", (-1,))
    )


def _write(folder: Path, listed: list[Any], topology: object = TOPOLOGY) -> Path:
    """Two groups; the shards have what plain weights need."""
    plain = group(_listed("before/", "before/"), "first.bin")
    sized = [each for each in listed if _has_size(each)]
    path = write_model(folder, topology, plain, group(sized, "second.bin"))
    document = json.loads(path.read_text())
    document["weightsManifest"][1]["weights"] = listed
    path.write_text(json.dumps(document))
    return path


def test_plain_weights_are_in_columns(tmp_path: Path) -> None:
    path = _write(tmp_path, _listed())
    hold_equal(path)
    with pytest.MonkeyPatch.context() as patch, open_source(path) as source:
        for place, name, value in WAYS["weights of TensorFlow.js in columns"].on:
            patch.setattr(place, name, value)
        tensors = read_tfjs(source).tensors
    assert isinstance(tensors, TensorColumns)
    assert not {"dense_0/kernel", "flag"} & {tensor.name for tensor in tensors.single()}


@pytest.mark.parametrize("case", ODD)
def test_odd_weights_are_reported_alike(tmp_path: Path, case: str) -> None:
    hold_equal(_write(tmp_path, ODD[case]))


def test_what_looks_like_a_weight_elsewhere_is_none(tmp_path: Path) -> None:
    topology = {**TOPOLOGY, "like": [weight("x", 3)], "weights": weight("y", 4)}
    hold_equal(_write(tmp_path, _listed(), topology))


def test_a_shard_that_is_missing_or_longer_is_reported_alike(tmp_path: Path) -> None:
    path = _write(tmp_path, _listed())
    (tmp_path / "first.bin").write_bytes(bytes(10_000))
    hold_equal(path)
    (tmp_path / "first.bin").unlink()
    hold_equal(path)


def test_mutated_documents_are_reported_alike(tmp_path: Path) -> None:
    path = _write(tmp_path, _listed(stored="uint8"))
    data, drawn = path.read_bytes(), random.Random(7)  # noqa: S311 - not a secret
    pieces = (b"2", b"-", b'"', b"{", b"}", b",", b"[", b"]", b"e", b"null", b"true", b" ", b"")
    for _ in range(150):
        at = drawn.randrange(data.index(b"weightsManifest"), len(data))
        path.write_bytes(data[:at] + drawn.choice(pieces) + data[at + drawn.randint(0, 2) :])
        hold_equal(path)
