"""Lists of unnamed arrays: possible layers by their shapes."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
from torch import nn

from making.torch.pickles import parameters, read
from rnninspect.model import Fact, SavedModel

Shapes = list[tuple[int, ...]]

DENSE: Shapes = [(5, 9), (9,), (9, 2), (2,)]
CASES: dict[str, Shapes] = {
    "Keras, an LSTM": [(4, 20), (5, 20), (20,)],
    "Keras, an LSTM without bias": [(4, 20), (5, 20)],
    "Keras, a GRU": [(4, 15), (5, 15), (2, 15)],
    "Keras, a GRU with one bias": [(4, 15), (5, 15), (15,)],
    "torch, an LSTM": [(20, 4), (20, 5), (20,), (20,)],
    "torch, a GRU": [(15, 4), (15, 5), (15,), (15,)],
    "torch, a GRU without bias": [(15, 4), (15, 5)],
}


def listed(shapes: Shapes, folder: Path, key: str | None = None) -> SavedModel:
    arrays = [np.zeros(shape, np.float32) for shape in shapes]
    return read(pickle.dumps(arrays if key is None else {"model": "{}", key: arrays}), folder)


def possible(model: SavedModel) -> list[tuple[str, int]]:
    """The detail of each possible layer, and its number of tensors."""
    notes = [note for note in model.observations if note.fact is Fact.POSSIBLE]
    return [(note.detail, len(note.tensors)) for note in notes]


@pytest.mark.parametrize("case", sorted(CASES))
@pytest.mark.parametrize("before", [0, 2, 4])
def test_arrays_with_the_shapes_of_a_layer_are_a_possible_layer(
    case: str, before: int, tmp_path: Path
) -> None:
    shapes = [*DENSE[:before], *CASES[case], *DENSE]
    model = listed(shapes, tmp_path)
    framework, cell = case.partition(" with")[0].split(", ")
    assert model.layers == ()
    assert parameters(model) == sum(int(np.prod(shape)) for shape in shapes)
    ((words, tensors),) = possible(model)
    last = before + len(CASES[case]) - 1
    assert words.startswith(f"arrays {before} to {last} have the shapes of {cell} of {framework}")
    assert words.endswith("with input size 4, hidden size 5")
    assert tensors == len(CASES[case])


def test_each_direction_and_level_is_a_possible_layer(tmp_path: Path) -> None:
    layer = nn.LSTM(3, 5, 2, bidirectional=True)
    model = listed([tuple(value.shape) for value in layer.parameters()], tmp_path)
    assert [tensors for _, tensors in possible(model)] == [4, 4, 4, 4]


def test_the_key_of_the_list_is_reported(tmp_path: Path) -> None:
    ((words, _),) = possible(listed(CASES["Keras, an LSTM"], tmp_path, "weights"))
    assert words.startswith("weights: arrays 0 to 2 ")


@pytest.mark.parametrize(
    "shapes",
    [
        DENSE,
        [(4, 20), (20, 5), (5, 20), (20, 3)],  # dense layers without biases
        [(3, 3), (3, 3), (3,)],
        [(0, 0), (0, 0)],
        [(3, 3, 8, 16), (16,), (4, 20), (20,)],
        [(20,), (4, 20), (20,), (5, 20), (20,)],
    ],
)
def test_dense_and_convolutional_layers_are_not_possible_layers(
    shapes: Shapes, tmp_path: Path
) -> None:
    assert possible(listed(shapes, tmp_path)) == []
