"""Models that Keras builds and saves, drawn at random: the report is Keras' own count."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from making.drawing import Truth, agree, drawn, hold
from making.judges import KERAS
from rnninspect import inspect_file

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
DECLARING = (".keras", ".h5")
KINDS = ("SimpleRNN", "GRU", "LSTM")
CELLS = {"SimpleRNN": "RNN", "GRU": "GRU", "LSTM": "LSTM"}
FORMS = ("sequential", "nested", "shared", "distributed", "image")
STEPS, SIDE = 4, 6  # of a sequence, and of an image


@dataclass(frozen=True, slots=True)
class Block:
    """One recurrent layer of a model, and what is wrapped around it."""

    kinds: tuple[str, ...]  # one for each cell of a stack
    units: tuple[int, ...]
    bias: bool = True
    reset_after: bool = True
    wrapper: str = ""  # "both" directions, or "unequal" ones, whose second is an LSTM
    cells: bool = False  # RNN(cell), not a layer of its own


@dataclass(frozen=True, slots=True)
class Model:
    """A model of some blocks: one after the other, one inside of a model, one called twice …"""

    width: int
    blocks: tuple[Block, ...]
    form: str = "sequential"
    head: bool = False
    container: str = ".keras"
    taps: tuple[int, ...] = ()  # of the convolutional LSTM that an image has before the blocks
    dtype: str = "float32"


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    levels = draw(st.integers(2, 3)) if draw(st.integers(0, 3)) == 0 else 1
    return Block(
        kinds=tuple(draw(st.sampled_from(KINDS)) for _ in range(levels)),
        units=tuple(draw(st.integers(1, 7)) for _ in range(levels)),
        bias=draw(st.booleans()),
        reset_after=draw(st.booleans()),
        wrapper=draw(st.sampled_from(("", "", "both", "unequal") if levels == 1 else ("", "both"))),
        cells=levels > 1 or draw(st.integers(0, 4)) == 0,
    )


@st.composite
def models(draw: st.DrawFn) -> Model:
    chosen = tuple(draw(st.lists(blocks(), min_size=1, max_size=2)))
    slow = draw(st.integers(0, 24)) == 17  # SavedModels and checkpoints take their time
    form = draw(st.sampled_from(FORMS))
    # A checkpoint of Keras 3 leaves cells out that a layer is given.
    kinds = ("saved",) if any(block.cells for block in chosen) else ("saved", "checkpoint")
    return Model(
        width=draw(st.integers(1, 9)),
        blocks=chosen,
        form=form,
        head=draw(st.booleans()),
        container=draw(st.sampled_from(kinds if slow else (*DECLARING, ".weights.h5"))),
        taps=tuple(draw(st.lists(st.integers(1, 3), min_size=1, max_size=2)))
        if form == "image"
        else (),
        dtype=draw(st.sampled_from(("float32", "float32", "float64", "float16"))),
    )


def live(block: Block) -> Any:  # noqa: ANN401 - Keras is untyped here
    import keras

    if block.cells:
        cells = [
            getattr(keras.layers, f"{kind}Cell")(units, **options(block, kind))
            for kind, units in zip(block.kinds, block.units, strict=True)
        ]
        made = keras.layers.RNN(cells if len(cells) > 1 else cells[0], return_sequences=True)
    else:
        made = _layer(block, block.kinds[0])
    if block.wrapper == "unequal":
        other = _layer(block, "LSTM", go_backwards=True)
        return keras.layers.Bidirectional(made, backward_layer=other)
    return keras.layers.Bidirectional(made) if block.wrapper else made


def _layer(block: Block, kind: str, **more: bool) -> Any:  # noqa: ANN401 - as above
    import keras

    made = getattr(keras.layers, kind)
    return made(block.units[0], return_sequences=True, **options(block, kind), **more)


def options(block: Block, kind: str) -> dict[str, Any]:
    """Zeros, since values are never read and orthogonal kernels take a tenth of a second each."""
    made = {"kernel_initializer": "zeros", "recurrent_initializer": "zeros"}
    reset = {"reset_after": block.reset_after} if kind == "GRU" else {}
    return {"use_bias": block.bias, **made, **reset}


def network(model: Model) -> tuple[Any, list[Any]]:
    """The model, and its recurrent layers; that of an image is the first of them."""
    import keras

    layers = [live(block) for block in model.blocks]
    tail = [keras.layers.Dense(2)] if model.head else []
    steps: list[Any] = [*layers, *tail]
    shape: tuple[int, ...] = (STEPS, model.width)
    match model.form:
        case "nested":
            steps[0] = keras.Sequential([layers[0]])
        case "distributed":
            shape = (2, *shape)
            steps = [keras.layers.TimeDistributed(step) for step in steps]
        case "image":
            shape = (STEPS, *[SIDE] * len(model.taps), model.width)
            space = getattr(keras.layers, f"ConvLSTM{len(model.taps)}D")(3, model.taps)
            layers.insert(0, space)
            steps = [space, keras.layers.Reshape((-1, 3)), *steps]
        case "shared":
            return _shared(shape, steps), layers
    return keras.Sequential([keras.Input(shape), *steps]), layers


def _shared(shape: tuple[int, ...], steps: list[Any]) -> Any:  # noqa: ANN401 - as above
    """A model that reads two inputs with the same layers."""
    import keras

    inputs = [keras.Input(shape), keras.Input(shape)]
    values = inputs
    for step in steps:
        values = [step(value) for value in values]
    return keras.Model(inputs, keras.layers.Concatenate()(values))


def truths(block: Block, layer: Any, dtype: str) -> Iterator[Truth]:  # noqa: ANN401 - as above
    """Two equal directions are one layer; stacks of cells run apart, each in its direction."""
    ways = [layer.forward_layer, layer.backward_layer] if block.wrapper else [layer]
    stacks = [getattr(way.cell, "cells", [way.cell]) for way in ways]
    for level in range(len(block.units)):
        cells = [stack[level] for stack in stacks]
        together = len(block.units) == 1 and block.kinds[0] == _kind(cells[-1])
        for alike in [cells] if together else [[cell] for cell in cells]:
            yield _truth(block, alike, level, dtype)


def _kind(cell: Any) -> str:  # noqa: ANN401 - as above
    return str(type(cell).__name__.removesuffix("Cell"))


def _truth(block: Block, cells: list[Any], level: int, dtype: str) -> Truth:
    kind = _kind(cells[0])
    shapes = [tuple(map(int, weight.shape)) for cell in cells for weight in cell.weights]
    return Truth(
        cell=CELLS[kind],
        input_size=int(cells[0].kernel.shape[0]),
        hidden_size=cells[0].units,
        directions=len(cells),
        biases=(2 if kind == "GRU" and block.reset_after else 1) if block.bias else 0,
        count=sum(cell.count_params() for cell in cells),
        level=level,
        dtype=dtype,
        shapes=tuple(sorted(shapes)),
    )


def spatial(layer: Any, model: Model) -> Truth:  # noqa: ANN401 - as above
    shapes = [tuple(map(int, weight.shape)) for weight in layer.weights]
    name, count, sizes = type(layer).__name__, int(layer.count_params()), tuple(sorted(shapes))
    return Truth(
        name, model.width, 3, 1, 1, count, taps=model.taps, dtype=model.dtype, shapes=sizes
    )


def save(model: Model, made: Any, folder: Path) -> Path:  # noqa: ANN401 - as above
    import tensorflow as tf

    path = folder / f"model{model.container}"
    match model.container:
        case ".weights.h5":
            made.save_weights(path)
        case "saved":
            tf.saved_model.save(made, path)
        case "checkpoint":
            return Path(f"{tf.train.Checkpoint(model=made).write(str(path))}.index")
        case _:
            made.save(path)
    return path


def unordered(model: Model) -> bool:
    """Whether a file of weights alone lists cells of a stack by the names of their classes."""
    mixed = any(len(set(block.kinds)) > 1 for block in model.blocks)
    return mixed and model.container == ".weights.h5"


@pytest.mark.parametrize(("units", "levels"), [((2, 4), [0, 1]), ((3, 3), [0, 0])])
def test_unlike_cells_are_levels_where_only_one_order_chains(
    units: tuple[int, ...], levels: list[int], tmp_path: Path
) -> None:
    model = Model(3, (Block(("LSTM", "GRU"), units, cells=True),), container=".weights.h5")
    made, _ = network(model)
    found = inspect_file(save(model, made, tmp_path)).layers
    assert [counted.layer.cell for counted in found] == ["LSTM", "GRU"]  # as Keras wrote them
    stacks = [counted.layer.stack for counted in found]
    assert [stack.level if stack else 0 for stack in stacks] == levels


@given(models())
@example(Model(3, (Block(("LSTM",), (2,), wrapper="both"),)))
@example(Model(3, (Block(("GRU",), (2,), reset_after=False),), container="saved"))
@example(Model(3, (Block(("GRU", "LSTM"), (2, 4), cells=True),), container=".weights.h5"))
@example(Model(1, (Block(("SimpleRNN", "GRU"), (1, 1), cells=True),), container=".weights.h5"))
@drawn
def test_drawn_models_are_what_keras_counts(model: Model) -> None:
    import keras

    keras.backend.clear_session(free_memory=False)  # else two thirds of the time go to the gc
    keras.config.set_dtype_policy(model.dtype)
    try:
        made, layers = network(model)
    finally:
        keras.config.set_dtype_policy("float32")
    due = [spatial(layers.pop(0), model)] if model.form == "image" else []
    for block, layer in zip(model.blocks, layers, strict=True):
        due += truths(block, layer, model.dtype)
    with tempfile.TemporaryDirectory() as folder:
        path = save(model, made, Path(folder))
        report = hold(path, due, made.count_params(), levels=not unordered(model))
        if model.container in DECLARING and model.form != "distributed":
            named = itertools.chain(*(counted.layer.name.split("/") for counted in report.layers))
            assert {layer.name for layer in layers} <= set(named)
        agree(KERAS, report)
