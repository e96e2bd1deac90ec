"""The samples that are graphs of operations: frozen, and beside a checkpoint."""

from __future__ import annotations

import math
import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import tensorflow as tf
from tf_keras.src.layers.rnn import legacy_cells as cells

from makers.records import Intact, Layer, Truth
from makers.tensorflow_samples import shard_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

v1 = tf.compat.v1
FROZEN, FUSED, META = "keras/frozen.pb", "keras/fused.pb", "keras/looped.ckpt.meta"
STEPS = 4


@contextmanager
def _session() -> Iterator[Any]:
    v1.disable_control_flow_v2()  # whose functions have numbers that depend on what was built
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the cells are those of TensorFlow 1
            with v1.Graph().as_default(), v1.Session() as running:
                v1.set_random_seed(0)
                yield running
    finally:
        v1.enable_control_flow_v2()


def _loops() -> tuple[tuple[Layer, ...], Any]:
    """Two levels of LSTMs in a loop of TensorFlow 1; their output."""
    x = v1.placeholder(tf.float32, (None, STEPS, 6), "x")
    first, second = cells.BasicLSTMCell(5), cells.LSTMCell(4, use_peepholes=True)
    levels = cells.MultiRNNCell([first, second])
    given, _ = v1.nn.dynamic_rnn(levels, x, dtype=tf.float32, scope="rnn")
    layers = (
        Layer("rnn", "LSTM", 6, 5, _size(first), level=0),
        Layer("rnn", "LSTM", 5, 4, _size(second), level=1, peepholes=True),
    )
    return layers, given


def _size(cell: Any) -> int:  # noqa: ANN401 - TensorFlow is untyped
    return sum(math.prod(variable.shape) for variable in cell.variables)


def _frozen(path: Path) -> Truth:
    with _session() as running:
        layers, given = _loops()
        tf.identity(given, "out")
        running.run(v1.global_variables_initializer())
        graph = v1.graph_util.convert_variables_to_constants(
            running, v1.get_default_graph().as_graph_def(), ["out"]
        )
    path.write_bytes(graph.SerializeToString(deterministic=True))
    constants = [node.attr["value"].tensor for node in graph.node if node.op == "Const"]
    sizes = [math.prod(axis.size for axis in each.tensor_shape.dim) for each in constants]
    number = sum(layer.expected for layer in layers)
    begun = 2  # the loop counts its turns, and its place in the sequence
    return Truth(layers, number, {"state": begun, "constants": sum(sizes) - number - begun})


def _meta(path: Path) -> Truth:
    """One LSTM with a projection; without the collections, whose order changes."""
    prefix = path.with_suffix("")
    with _session() as running:
        cell = cells.LSTMCell(5, num_proj=3)
        x = v1.placeholder(tf.float32, (None, STEPS, 4), "x")
        v1.nn.dynamic_rnn(cell, x, dtype=tf.float32, scope="rnn")
        running.run(v1.global_variables_initializer())
        v1.train.Saver().save(running, str(prefix), write_meta_graph=False, write_state=False)
        graph = v1.train.export_meta_graph()
    graph.ClearField("collection_def")
    graph.meta_info_def.ClearField("stripped_op_list")
    path.write_bytes(graph.SerializeToString(deterministic=True))
    index = prefix.with_name(f"{prefix.name}.index")
    files = (f"keras/{index.name}", f"keras/{shard_of(index)}")
    layer = Layer("rnn", "LSTM", 4, 5, _size(cell), projection_size=3)
    return Truth((layer,), layer.expected, companions=files)


def _fused(path: Path) -> Truth:
    """LSTMBlockCell, with random weights as constants."""
    rows, units = 3, 2
    with _session():
        state = [v1.placeholder(tf.float32, (1, units), name) for name in ("c", "h")]

        def drawn(name: str, *shape: int) -> Any:  # noqa: ANN401
            numbers = tf.random.stateless_uniform(shape, (1, len(name)))
            with v1.Session() as running:
                return tf.constant(running.run(numbers), name=name)

        with v1.name_scope("decoder"):
            weights = [drawn(f"w_{gate}_diag", units) for gate in "ifo"]
            kernel, bias = drawn("kernel", rows + units, 4 * units), drawn("bias", 4 * units)
        tf.raw_ops.LSTMBlockCell(
            x=v1.placeholder(tf.float32, (1, rows), "x"),
            cs_prev=state[0],
            h_prev=state[1],
            w=kernel,
            wci=weights[0],
            wcf=weights[1],
            wco=weights[2],
            b=bias,
            use_peephole=True,
            name="decoder/LSTMBlockCell",
        )
        graph = v1.graph_util.extract_sub_graph(
            v1.get_default_graph().as_graph_def(), ["decoder/LSTMBlockCell"]
        )
    path.write_bytes(graph.SerializeToString(deterministic=True))
    number = 4 * units * (rows + units + 1) + 3 * units
    return Truth(
        (Layer("decoder/LSTMBlockCell", "LSTM", rows, units, number, peepholes=True),), number
    )


INTACT = (
    Intact(FROZEN, "frozen graph of TensorFlow 1's loops", _frozen),
    Intact(FUSED, "graph with LSTMBlockCell", _fused),
    Intact(META, "meta graph of TensorFlow 1's loops, and its checkpoint", _meta),
)
