"""Models that Keras builds and saves, drawn at random: the report is Keras' own count."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drawing import Truth, agree, drawn, hold
from rnninspect.verification.asking import KERAS

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
SUFFIXES = (".keras", ".h5", ".weights.h5")
KINDS = ("SimpleRNN", "GRU", "LSTM")
CELLS = {"SimpleRNN": "RNN", "GRU": "GRU", "LSTM": "LSTM"}


@dataclass(frozen=True, slots=True)
class Block:
    """One recurrent layer of a model, and what is wrapped around it."""

    kind: str
    units: tuple[int, ...]  # more than one: a stack of cells
    bias: bool
    reset_after: bool
    wrapper: str  # "", "both" directions, or "time" for TimeDistributed


@dataclass(frozen=True, slots=True)
class Model:
    """A model of some blocks, perhaps with one inside of a model of its own."""

    width: int
    blocks: tuple[Block, ...]
    nested: bool
    head: bool
    suffix: str


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    stacked = draw(st.integers(0, 3)) == 0
    return Block(
        kind=draw(st.sampled_from(KINDS)),
        units=tuple(draw(st.lists(st.integers(1, 7), min_size=1, max_size=3 if stacked else 1))),
        bias=draw(st.booleans()),
        reset_after=draw(st.booleans()),
        wrapper=draw(st.sampled_from(("", "", "both"))),
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    return Model(
        width=draw(st.integers(1, 9)),
        blocks=tuple(draw(st.lists(blocks(), min_size=1, max_size=2))),
        nested=draw(st.booleans()),
        head=draw(st.booleans()),
        suffix=draw(st.sampled_from(SUFFIXES)),
    )


def live(block: Block) -> Any:  # noqa: ANN401 - Keras is untyped here
    import keras

    options: dict[str, Any] = {"use_bias": block.bias}
    if block.kind == "GRU":
        options["reset_after"] = block.reset_after
    if len(block.units) > 1:
        cell = getattr(keras.layers, f"{block.kind}Cell")
        cells = [cell(units, **options) for units in block.units]
        made = keras.layers.RNN(cells, return_sequences=True)
    else:
        made = getattr(keras.layers, block.kind)(block.units[0], return_sequences=True, **options)
    return keras.layers.Bidirectional(made) if block.wrapper == "both" else made


def network(model: Model) -> tuple[Any, list[Any]]:
    """The model, and its recurrent layers."""
    import keras

    layers = [live(block) for block in model.blocks]
    first = keras.Sequential([layers[0]]) if model.nested else layers[0]
    tail = [keras.layers.Dense(2)] if model.head else []
    made = keras.Sequential([keras.Input((4, model.width)), first, *layers[1:], *tail])
    return made, layers


def truths(block: Block, layer: Any) -> Iterator[Truth]:  # noqa: ANN401 - as above
    """Two equal directions are one layer; stacks of cells run apart, each in its direction."""
    ways = [layer.forward_layer, layer.backward_layer] if block.wrapper == "both" else [layer]
    stacks = [getattr(way.cell, "cells", [way.cell]) for way in ways]
    biases = (2 if block.kind == "GRU" and block.reset_after else 1) if block.bias else 0
    alike = list(zip(*stacks, strict=True))
    for cells in alike if len(block.units) == 1 else [(cell,) for pair in alike for cell in pair]:
        count = sum(cell.count_params() for cell in cells)
        width = int(cells[0].kernel.shape[0])
        yield Truth(CELLS[block.kind], width, cells[0].units, len(cells), biases, count)


@given(models())
@drawn
def test_drawn_models_are_what_keras_counts(model: Model) -> None:
    import keras

    keras.backend.clear_session()
    made, layers = network(model)
    due = [
        t for block, layer in zip(model.blocks, layers, strict=True) for t in truths(block, layer)
    ]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"model{model.suffix}"
        if model.suffix == ".weights.h5":
            made.save_weights(path)
        else:
            made.save(path)
        agree(KERAS, hold(path, due, made.count_params()))
