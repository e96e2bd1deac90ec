"""Graphs with TensorFlow's operators that are recurrent layers by themselves."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import tensorflow as tf

from making.tensorflow.frozen import INPUTS, STEPS, UNITS, v1

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

raw = tf.raw_ops
BATCH = 2


def weight(name: str, *shape: int) -> Any:  # noqa: ANN401 - TensorFlow is untyped
    """A constant that no optimiser can shorten."""
    numbers = np.arange(math.prod(shape), dtype=np.float32).reshape(shape)
    return tf.constant(numbers, name=name)


def fed(name: str, *shape: int | None) -> Any:  # noqa: ANN401
    return v1.placeholder(tf.float32, shape, name)


def lstm_cell(*, peepholes: bool = False) -> None:
    """LSTMBlockCell, in two steps over the same weights."""
    state, memory = fed("h", BATCH, UNITS), fed("c", BATCH, UNITS)
    kernel, bias = weight("kernel", INPUTS + UNITS, 4 * UNITS), weight("bias", 4 * UNITS)
    diagonals = [weight(f"w_{gate}_diag", UNITS) for gate in "ifo"]
    for step in range(2):
        found = raw.LSTMBlockCell(
            x=fed(f"x{step}", BATCH, INPUTS),
            cs_prev=memory,
            h_prev=state,
            w=kernel,
            wci=diagonals[0],
            wcf=diagonals[1],
            wco=diagonals[2],
            b=bias,
            use_peephole=peepholes,
        )
        memory, state = found.cs, found.h


def lstm_with_peepholes() -> None:
    """LSTMBlockCell with its peepholes."""
    lstm_cell(peepholes=True)


def block_lstm() -> None:
    """BlockLSTMV2, over all steps."""
    raw.BlockLSTMV2(
        seq_len_max=tf.constant(STEPS, tf.int64),
        x=fed("x", STEPS, BATCH, INPUTS),
        cs_prev=fed("c", BATCH, UNITS),
        h_prev=fed("h", BATCH, UNITS),
        w=weight("kernel", INPUTS + UNITS, 4 * UNITS),
        wci=weight("wci", UNITS),
        wcf=weight("wcf", UNITS),
        wco=weight("wco", UNITS),
        b=weight("bias", 4 * UNITS),
        cell_clip=0.0,
        use_peephole=True,
    )


def gru_cell() -> None:
    """GRUBlockCell."""
    raw.GRUBlockCell(
        x=fed("x", BATCH, INPUTS),
        h_prev=fed("h", BATCH, UNITS),
        w_ru=weight("gates/kernel", INPUTS + UNITS, 2 * UNITS),
        w_c=weight("candidate/kernel", INPUTS + UNITS, UNITS),
        b_ru=weight("gates/bias", 2 * UNITS),
        b_c=weight("candidate/bias", UNITS),
    )


def buffer_of(levels: int, directions: int, gates: int) -> int:
    """The weights and the two biases of all levels."""
    number = 0
    for level in range(levels):
        inputs = directions * UNITS if level else INPUTS
        number += directions * gates * UNITS * (inputs + UNITS + 2)
    return number


def cudnn(levels: int, direction: str, mode: str = "lstm", gates: int = 4) -> None:
    """CudnnRNNV3 over one buffer."""
    both = 2 if direction == "bidirectional" else 1
    raw.CudnnRNNV3(
        input=fed("x", STEPS, BATCH, INPUTS),
        input_h=fed("h", levels * both, BATCH, UNITS),
        input_c=fed("c", levels * both, BATCH, UNITS),
        params=weight("opaque_kernel", buffer_of(levels, both, gates)),
        sequence_lengths=tf.fill([BATCH], STEPS),
        rnn_mode=mode,
        direction=direction,
    )


def canonical() -> None:
    """CudnnRNN over a buffer that is made of the weights of all gates."""
    weights = [weight(f"W{at}", UNITS, INPUTS if at < 4 else UNITS) for at in range(8)]
    packed = raw.CudnnRNNCanonicalToParams(
        num_layers=1,
        num_units=UNITS,
        input_size=INPUTS,
        weights=weights,
        biases=[weight(f"b{at}", UNITS) for at in range(8)],
    )
    raw.CudnnRNN(
        input=fed("x", STEPS, BATCH, INPUTS),
        input_h=fed("h", 1, BATCH, UNITS),
        input_c=fed("c", 1, BATCH, UNITS),
        params=packed,
    )


def write(path: Path, build: Callable[[], None]) -> None:
    """Write the graph of what `build` makes; nothing is run."""
    with v1.Graph().as_default() as graph:
        build()
    path.write_bytes(graph.as_graph_def().SerializeToString(deterministic=True))
