"""Tensors that share storages: ties, views, slices, overlaps, and what they cost."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from making.torch.pickles import (
    archive,
    lstm,
    mapping,
    parameters,
    read,
    read_path,
    records_of,
    saved,
    state_dict,
    tensor,
    write_sparse,
)
from making.torch.shapes import errors
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Purpose


def _product(shape: tuple[int, ...]) -> int:
    total = 1
    for size in shape:
        total *= size
    return total


def test_ties_count_once_and_are_named(tmp_path: Path) -> None:
    made = {label: tensor("0", (6, 4)) for label in ("embedding.weight", "head.weight")}
    made["transposed.weight"] = tensor("0", (4, 6), strides=(1, 4), count=24)
    model = read(archive(mapping(made) + b".", {"data/0": bytes(96)}), tmp_path)
    assert parameters(model) == 24
    (note,) = model.observations
    assert (note.fact, note.tensor) == (Fact.UNUSUAL, "embedding.weight")
    assert "head.weight, transposed.weight" in note.detail


def test_tied_layers_are_one_layer_with_two_names(tmp_path: Path) -> None:
    shapes = lstm(3, 2)
    made = {
        f"{path}.{label}": tensor(str(key), shape)
        for path in ("encoder", "decoder")
        for key, (label, shape) in enumerate(shapes.items())
    }
    model = read(archive(mapping(made) + b".", records_of(shapes)), tmp_path)
    (counted,) = count_layers(model.layers)
    assert (counted.layer.name, counted.layer.also_at) == ("encoder", ("decoder",))
    assert parameters(model) == counted.stored == 56
    assert model.observations == ()


def test_views_of_one_storage_are_separate_tensors(tmp_path: Path) -> None:
    """Flattened weights of CUDA: a storage with a view for each weight."""
    offset, made = 0, {}
    for label, shape in lstm(3, 2).items():
        made[label] = tensor("0", shape, count=56, offset=offset)
        offset += _product(shape)
    model = read(archive(mapping(made) + b".", {"data/0": bytes(224)}), tmp_path)
    assert parameters(model) == 56
    assert model.observations == ()
    assert {(stored.needed_bytes, stored.held_bytes) for stored in model.tensors} == {(224, 224)}


def test_a_slice_with_unused_bytes(tmp_path: Path) -> None:
    made = {"weight": tensor("0", (2, 2), count=1000)}
    model = read(archive(mapping(made) + b".", {"data/0": bytes(4000)}), tmp_path)
    assert [stored.bytes for stored in model.tensors] == [16]
    (note,) = model.observations
    assert note.detail == "3,984 of 4,000 stored bytes are outside any tensor"


@pytest.mark.parametrize(
    ("weights", "kept", "noted"),
    [(100, 2, False), (100, 300, True), (100_000, 300, False), (100_000, 1_100, True)],
)
def test_few_unused_bytes_are_not_noted(
    weights: int, kept: int, noted: bool, tmp_path: Path
) -> None:
    """A scalar that is an element of a vector: `best = accuracies.topk(2).values[0]`."""
    made = {"weight": tensor("0", (weights,)), "best": tensor("1", (), count=kept)}
    payloads = {"data/0": bytes(4 * weights), "data/1": bytes(4 * kept)}
    model = read(archive(mapping(made) + b".", payloads), tmp_path)
    assert bool(model.observations) is noted


def test_overlapping_views_are_noted(tmp_path: Path) -> None:
    made = {"a": tensor("0", (6,), count=10), "b": tensor("0", (6,), count=10, offset=4)}
    model = read(archive(mapping(made) + b".", {"data/0": bytes(40)}), tmp_path)
    (note,) = model.observations
    assert (note.tensor, note.detail) == ("b", "overlaps with a")


def test_an_expanded_tensor_is_unusual(tmp_path: Path) -> None:
    made = {"weight": tensor("0", (1000, 1000), count=1, strides=(0, 0))}
    model = read(archive(mapping(made) + b".", {"data/0": bytes(4)}), tmp_path)
    assert (parameters(model), model.tensors[0].bytes) == (1_000_000, 4)
    assert [note.fact for note in model.observations] == [Fact.UNUSUAL]


def test_a_view_beyond_its_storage(tmp_path: Path) -> None:
    made = {"weight": tensor("0", (60,), count=6)}
    assert errors(archive(mapping(made) + b".", {"data/0": bytes(24)}), tmp_path) == ["R201"]


def test_a_compressed_record_has_its_claimed_size(tmp_path: Path) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("x/data.pkl", state_dict({"weight": (2, 2)}))
        file.writestr("x/data/0", bytes(16))
    assert errors(buffer.getvalue(), tmp_path) == []


def test_counters_are_parameters(tmp_path: Path) -> None:
    model = read(saved({**lstm(3, 2), "bn.num_batches_tracked": ()}), tmp_path)
    assert {stored.purpose for stored in model.tensors} == {Purpose.PARAMETER}
    assert parameters(model) == 57


def test_memory_does_not_grow_with_the_weights(tmp_path: Path) -> None:
    """The elements are holes in a sparse file of 8 GB."""
    shapes = {"rnn.weight_ih_l0": (40_000, 40_000), "rnn.weight_hh_l0": (40_000, 10_000)}
    sizes = {f"data/{key}": _product(shape) * 4 for key, shape in enumerate(shapes.values())}
    path = tmp_path / "large.pt"
    write_sparse(path, state_dict(shapes), sizes)
    assert path.stat().st_size > 8_000_000_000
    tracemalloc.start()
    try:
        model = read_path(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    (counted,) = count_layers(model.layers)
    assert counted.stored == 2_000_000_000
    assert peak < 2_000_000
