"""Models with the layers of libraries for Keras, saved by Keras and TensorFlow."""

from __future__ import annotations

from pathlib import Path

import keras
import keras_lmu
import tensorflow as tf

RANKS = {"w": 5, "a": 4, "v": 3, "g": 6}
WIDTH, HEADS, INNER = 8, 2, 12


class TimeMix(keras.layers.Layer):  # type: ignore[misc]
    """The weights that keras-hub's RWKV-7 creates for time mixing, in its order; its first layer
    has none for the blend of values.
    """

    def __init__(self, *, first: bool = False, **settings: object) -> None:
        super().__init__(name="RWKV_TIME_MIX", **settings)
        self.first = first

    def build(self, _shape: tuple[int, ...]) -> None:
        names = ["x_r", "x_w", "x_k", "x_v", "x_a", "x_g"]
        shapes: dict[str, tuple[int, ...]] = dict.fromkeys(names, (WIDTH,))
        for letter, rank in RANKS.items():
            if letter == "v" and self.first:
                continue
            if letter != "g":
                shapes[f"{letter}0"] = (WIDTH,)
            shapes |= {f"{letter}1": (WIDTH, rank), f"{letter}2": (rank, WIDTH)}
        shapes |= {"k_k": (WIDTH,), "k_a": (WIDTH,), "r_k": (HEADS, WIDTH // HEADS)}
        for name, size in shapes.items():
            setattr(self, name, self.add_weight(name=name, shape=size))
        for name in ("receptance", "key", "value", "output_layer"):
            layer = keras.layers.Dense(WIDTH, use_bias=False, name=name)
            layer.build((None, WIDTH))
            setattr(self, name, layer)
        self.ln_x = keras.layers.GroupNormalization(HEADS)
        self.ln_x.build((None, WIDTH))

    def call(self, inputs: object) -> object:
        return self.key(inputs)


class ChannelMix(keras.layers.Layer):  # type: ignore[misc]
    """The weights that keras-hub's RWKV-7 creates for channel mixing."""

    def __init__(self, **settings: object) -> None:
        super().__init__(name="RWKV_CMIX", **settings)

    def build(self, _shape: tuple[int, ...]) -> None:
        self.x_k = self.add_weight(name="time_mix_k", shape=(WIDTH,))
        self.key = keras.layers.Dense(INNER, use_bias=False, name="dense_k")
        self.value = keras.layers.Dense(WIDTH, use_bias=False, name="dense_v")
        self.key.build((None, WIDTH))
        self.value.build((None, INNER))

    def call(self, inputs: object) -> object:
        return self.value(self.key(inputs))


class Block(keras.layers.Layer):  # type: ignore[misc]
    """One layer of it."""

    def __init__(self, *, first: bool = False, **settings: object) -> None:
        super().__init__(**settings)
        self.att, self.ffn = TimeMix(first=first), ChannelMix()

    def build(self, shape: tuple[int, ...]) -> None:
        self.att.build(shape)
        self.ffn.build(shape)

    def call(self, inputs: object) -> object:
        return self.ffn(self.att(inputs))


def rwkv() -> keras.Model:
    """Two blocks between plain layers."""
    inputs = keras.Input((5,))
    hidden = keras.layers.Dense(WIDTH, name="embed")(inputs)
    for at in range(2):
        hidden = Block(first=at == 0, name=f"rwkv_layer_{at}")(hidden)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(hidden))


def lmu() -> keras.Model:
    """A memory with an LSTM as hidden cell, and one alone whose theta is trained."""
    inputs = keras.Input((5, 3))
    cell = keras.layers.LSTMCell(7)
    hidden = keras_lmu.LMU(2, 6, 10, cell, hidden_to_memory=True, return_sequences=True)(inputs)
    hidden = keras_lmu.LMU(1, 4, 10, None, trainable_theta=True)(hidden)
    return keras.Model(inputs, keras.layers.Dense(2)(hidden))


def saved(model: keras.Model, folder: Path) -> tuple[Path, ...]:
    """The model in each of Keras' formats, as a checkpoint and as a SavedModel."""
    ends = ("model.keras", "model.weights.h5", "model.h5")
    for end in ends:
        (model.save_weights if ".weights." in end else model.save)(folder / end)
    tf.train.Checkpoint(model=model).write(str(folder / "checkpoint"))
    tf.saved_model.save(model, str(folder / "saved_model"))
    return (*(folder / end for end in ends), folder / "checkpoint.index", folder / "saved_model")
