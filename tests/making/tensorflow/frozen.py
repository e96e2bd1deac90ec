"""Graphs of operations that TensorFlow makes of real networks, their variables made constants."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2
from tf_keras.src.layers.rnn import legacy_cells as cells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

v1 = tf.compat.v1

Cell = tuple[str, int, int]
"""A cell's name, its inputs, its units."""

INPUTS, UNITS, STEPS = 7, 12, 5
LSTM, GRU, RNN = (("LSTM", INPUTS, UNITS), ("GRU", INPUTS, UNITS), ("RNN", INPUTS, UNITS))

CELLS: dict[str, tuple[Callable[[], Any], list[Cell]]] = {
    "BasicLSTMCell": (lambda: cells.BasicLSTMCell(UNITS), [LSTM]),
    "LSTMCell with peepholes": (lambda: cells.LSTMCell(UNITS, use_peepholes=True), [LSTM]),
    "LSTMCell with a projection": (lambda: cells.LSTMCell(UNITS, num_proj=5), [LSTM]),
    "GRUCell": (lambda: cells.GRUCell(UNITS), [GRU]),
    "BasicRNNCell": (lambda: cells.BasicRNNCell(UNITS), [RNN]),
    "joined state": (lambda: cells.BasicLSTMCell(UNITS, state_is_tuple=False), [LSTM]),
    "MultiRNNCell": (
        lambda: cells.MultiRNNCell([cells.BasicLSTMCell(UNITS), cells.GRUCell(9)]),
        [LSTM, ("GRU", UNITS, 9)],
    ),
}


def _sequence() -> Any:  # noqa: ANN401 - TensorFlow is untyped
    return v1.placeholder(tf.float32, [None, STEPS, INPUTS], "x")


def dynamic(cell: Callable[[], Any]) -> Any:  # noqa: ANN401
    """`dynamic_rnn`, a loop of TensorFlow 1."""
    return v1.nn.dynamic_rnn(cell(), _sequence(), dtype=tf.float32)


def masked(cell: Callable[[], Any]) -> Any:  # noqa: ANN401
    """`dynamic_rnn` over sequences of different lengths."""
    lengths = v1.placeholder(tf.int32, [None], "lengths")
    return v1.nn.dynamic_rnn(cell(), _sequence(), sequence_length=lengths, dtype=tf.float32)


def static(cell: Callable[[], Any]) -> Any:  # noqa: ANN401
    """`static_rnn`, every step a copy."""
    return v1.nn.static_rnn(cell(), tf.unstack(_sequence(), axis=1), dtype=tf.float32)


def single(cell: Callable[[], Any]) -> Any:  # noqa: ANN401
    """One step, its states fed and fetched."""
    made = cell()
    states = tf.nest.map_structure(
        lambda size: v1.placeholder(tf.float32, [1, size], "state"), made.state_size
    )
    return made(v1.placeholder(tf.float32, [1, INPUTS], "x"), states)


def both_ways(cell: Callable[[], Any]) -> Any:  # noqa: ANN401
    """`bidirectional_dynamic_rnn`."""
    return v1.nn.bidirectional_dynamic_rnn(cell(), cell(), _sequence(), dtype=tf.float32)


@contextmanager
def session() -> Iterator[Any]:
    """A graph of TensorFlow 1 and a session over it, without the warnings that they are old."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with v1.Graph().as_default(), v1.Session() as running:
            v1.set_random_seed(0)
            yield running


def freeze(path: Path, build: Callable[[], Any], *, functions: bool = False) -> int:
    """Write the graph of what `build` makes; how many parameters its variables have.

    Args:
        path: of the GraphDef.
        build: makes the network in the graph at hand; what it returns is the output.
        functions: with loops as operators with functions, instead of those of TensorFlow 1.
    """
    with session() as running:
        (v1.enable_control_flow_v2 if functions else v1.disable_control_flow_v2)()
        try:
            given = tf.nest.flatten(build())
        finally:
            v1.enable_control_flow_v2()  # as it is by default
        names = [f"out_{at}" for at in range(len(given))]
        for name, value in zip(names, given, strict=True):
            tf.identity(value, name=name)
        running.run(v1.global_variables_initializer())
        graph = v1.graph_util.convert_variables_to_constants(
            running, v1.get_default_graph().as_graph_def(), names
        )
        number = sum(math.prod(tuple(each.shape)) for each in v1.global_variables())
    path.write_bytes(graph.SerializeToString(deterministic=True))
    return int(number)


def freeze_function(
    path: Path, work: Callable[..., Any], *shapes: list[int | None], lower: bool = True
) -> int:
    """Write the graph of a function; how many parameters its variables have.

    `lower` makes its loops those of TensorFlow 1, and its calls parts of the graph.
    """
    given = [tf.TensorSpec(shape, tf.float32) for shape in shapes]
    concrete = tf.function(work).get_concrete_function(*given)
    number = sum(math.prod(tuple(variable.shape)) for variable in concrete.variables)
    frozen = convert_variables_to_constants_v2(concrete, lower_control_flow=lower)
    path.write_bytes(frozen.graph.as_graph_def().SerializeToString(deterministic=True))
    return int(number)
