"""The models that are measured: one LSTM in each format, small, large, or among 10,000 tensors.

Run in a process of its own, `python -m tests.benchmark --make FORMAT SIZE PATH`: a child's peak of
memory begins with its parent's, so the process that measures must not grow by a framework.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from .shards import SEVEN, Shapes, make_sharded, write_header

if TYPE_CHECKING:
    import tensorflow as tf

SIZES = {"small": 16, "200MB": 2_500, "2GB": 7_900, "10000": 16}  # units of the LSTM, and inputs
MANY, MOST = 10_000, 100_000
COUNTS = {"10000": MANY, "100000": MOST}  # tensors; the last is measured by `hundred_thousand`


def units_of(size: str) -> int:
    """Units for a size by name: 32 n² bytes of float32."""
    return SIZES.get(size, SIZES["small"])


def torch_shapes(size: str) -> Shapes:
    """A state dict of torch: the LSTM, and small tensors up to their number."""
    n = units_of(size)
    shapes: Shapes = {
        "lstm.weight_ih_l0": (4 * n, n),
        "lstm.weight_hh_l0": (4 * n, n),
        "lstm.bias_ih_l0": (4 * n,),
        "lstm.bias_hh_l0": (4 * n,),
    }
    more = max(0, COUNTS.get(size, 0) - len(shapes))
    return {**shapes, **{f"blocks.{at}.weight": (2, 2) for at in range(more)}}


def make_safetensors(path: Path, size: str) -> None:
    """A header, and a hole for the weights."""
    write_header(path, torch_shapes(size))


def make_torch(path: Path, size: str) -> None:
    """What torch.save writes of a state dict."""
    import torch

    torch.save({name: torch.zeros(shape) for name, shape in torch_shapes(size).items()}, path)


def make_onnx(path: Path, size: str) -> None:
    """An LSTM whose weights are initializers; the numbers of the last one are a hole."""
    from onnx import TensorProto, helper

    n = units_of(size)
    shapes: Shapes = {"R": (1, 4 * n, n), "B": (1, 8 * n)}
    shapes |= {f"t{at}": (2, 2) for at in range(COUNTS.get(size, 0) - 3)}
    tensors = [
        helper.make_tensor(name, TensorProto.FLOAT, shape, bytes(4 * math.prod(shape)), raw=True)
        for name, shape in shapes.items()
    ]
    value = helper.make_tensor_value_info("X", TensorProto.FLOAT, ["t", "b", n])
    node = helper.make_node("LSTM", ["X", "W", "R", "B"], ["Y"], name="lstm", hidden_size=n)
    graph = helper.make_graph([node], "g", [value], [], tensors).SerializeToString()
    model = helper.make_model(
        helper.make_graph([], "g", [], []), opset_imports=[helper.make_opsetid("", 17)]
    )
    model.ClearField("graph")
    kernel = TensorProto(name="W", data_type=TensorProto.FLOAT, dims=(1, 4 * n, n))
    hole = 16 * n * n
    last = kernel.SerializeToString() + b"\x4a" + _number(hole)
    whole = graph + b"\x2a" + _number(len(last) + hole) + last
    with path.open("wb") as file:
        file.write(model.SerializeToString() + b"\x3a" + _number(len(whole) + hole) + whole)
        file.truncate(file.tell() + hole)


def make_ort(path: Path, size: str) -> None:
    """The same model in ONNX Runtime's own format, as a session saves it."""
    import onnxruntime

    original = path.with_suffix(".onnx")
    make_onnx(original, size)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.optimized_model_filepath = str(path)
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(original, options, providers=["CPUExecutionProvider"])
    original.unlink()


def _number(value: int) -> bytes:
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def make_keras(path: Path, size: str) -> None:
    """What Keras 3 writes of a model with one LSTM: an archive, or HDF5 by the suffix `.h5`."""
    import keras

    n = units_of(size)
    start = keras.layers.Input((None, n))
    layer = keras.layers.LSTM(n, kernel_initializer="zeros", recurrent_initializer="zeros")
    end = layer(start)
    more = (MANY - 3) // 2 if size == "10000" else 0  # each with two tensors
    outputs = [keras.layers.Dense(2)(end) for _ in range(more)]
    keras.Model(start, outputs or end).save(path)


def make_hdf5(path: Path, size: str) -> None:
    """As Keras; with 10,000 tensors a file of weights alone, which Keras need not load."""
    if size not in COUNTS:
        make_keras(path, size)
        return
    import h5py
    import numpy as np

    with h5py.File(path, "w") as file:
        for at in range(COUNTS[size] // 2):
            group = file.create_group(f"layers/dense_{at}/vars")
            group.create_dataset("0", data=np.zeros((2, 2), np.float32))
            group.create_dataset("1", data=np.zeros(2, np.float32))


def make_checkpoint(path: Path, size: str) -> None:
    """A checkpoint of TensorFlow; the path is its index's.

    One of 100,000 is saved by names: objects around as many variables take minutes.
    """
    if COUNTS.get(size) == MOST:
        import tensorflow as tf

        names = [*(f"lstm/{each}" for each in ("kernel", "bias")), *map(str, range(MOST - 2))]
        n = units_of(size)
        tensors = [tf.zeros((2 * n, 4 * n)), tf.zeros(4 * n), *[tf.zeros((2, 2))] * (MOST - 2)]
        prefix = str(path.with_suffix(""))
        tf.raw_ops.SaveV2(
            prefix=prefix, tensor_names=names, shape_and_slices=[""] * MOST, tensors=tensors
        )
        return
    _tracked(size).write(str(path.with_suffix("")))


def _tracked(size: str) -> tf.train.Checkpoint:
    """What TensorFlow saves: the variables of the LSTM, and others up to their number."""
    import tensorflow as tf

    n = units_of(size)
    shapes: Shapes = {"kernel": (n, 4 * n), "recurrent_kernel": (n, 4 * n), "bias": (4 * n,)}
    more: Shapes = {f"t{at}": (2, 2) for at in range(MANY - 3)} if size == "10000" else {}
    layer, others = (
        tf.train.Checkpoint(**{name: tf.Variable(tf.zeros(shape)) for name, shape in held.items()})
        for held in (shapes, more)
    )
    return tf.train.Checkpoint(lstm=layer, others=others)


def make_saved_model(path: Path, size: str) -> None:
    """A SavedModel of the same LSTM, a folder; with 10,000 tensors it has no functions."""
    if size == "10000":
        import tensorflow as tf

        tf.saved_model.save(_tracked(size), str(path))
        return
    import keras

    n = round(units_of(size) / math.sqrt(2))  # Keras exports each weight twice
    layer = keras.layers.LSTM(n, kernel_initializer="zeros", recurrent_initializer="zeros")
    keras.Sequential([keras.layers.Input((3, n)), layer]).export(path, verbose=False)


def make_graph(path: Path, size: str) -> None:
    """A frozen graph of an LSTM in a loop, the elements of its constants holes in the file."""
    import tensorflow as tf

    v1, n = tf.compat.v1, units_of(size)
    shapes: Shapes = {"kernel": (2 * n, 4 * n), "bias": (4 * n,)}
    with v1.Graph().as_default() as graph:
        v1.disable_control_flow_v2()
        x = v1.placeholder(tf.float32, (1, 3, n), "x")
        kernel, bias = (v1.placeholder(tf.float32, shape, name) for name, shape in shapes.items())

        def turn(at: tf.Tensor, c: tf.Tensor, h: tf.Tensor) -> tuple[tf.Tensor, ...]:
            i, j, f, o = tf.split(tf.concat([x[:, at], h], 1) @ kernel + bias, 4, 1)
            c = c * tf.sigmoid(f) + tf.sigmoid(i) * tf.tanh(j)
            return at + 1, c, tf.tanh(c) * tf.sigmoid(o)

        zeros = tf.fill((1, n), 0.0)
        tf.while_loop(lambda at, *_: at < 3, turn, (0, zeros, zeros))
        v1.enable_control_flow_v2()
    definition = graph.as_graph_def()
    for node in [node for node in definition.node if node.name in shapes]:
        definition.node.remove(node)
    more = MANY - len(shapes) if size == "10000" else 0
    with path.open("wb") as file:
        file.write(definition.SerializeToString())
        for name, shape in {**shapes, **{f"more_{at}": (2, 2) for at in range(more)}}.items():
            file.write(_constant_before_its_elements(name, shape))
            file.seek(4 * math.prod(shape), 1)
        file.truncate(file.tell())


def _constant_before_its_elements(name: str, shape: tuple[int, ...]) -> bytes:
    """A Const of a graph, up to where its elements begin: they are the last of each message."""
    from tensorflow.core.framework import attr_value_pb2, node_def_pb2, tensor_pb2

    tensor = tensor_pb2.TensorProto(dtype=1)
    for axis in shape:
        tensor.tensor_shape.dim.add(size=axis)
    node = node_def_pb2.NodeDef(name=name, op="Const")
    node.attr["dtype"].CopyFrom(attr_value_pb2.AttrValue(type=1))
    size = 4 * math.prod(shape)
    head = b""
    # tensor_content, tensor, the attribute's value, its entry, the node
    befores = (tensor.SerializeToString(), b"", b"\n\x05value", node.SerializeToString(), b"")
    for number, before in zip((4, 8, 2, 5, 1), befores, strict=True):
        head = before + encoded(number, len(head) + size) + head
    return head


def encoded(number: int, size: int) -> bytes:
    """What comes before a field of this number and of so many bytes."""
    out = bytearray([number << 3 | 2])
    while size > 0x7F:
        out.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes((*out, size))


def make_tflite(path: Path, size: str) -> None:
    """A fused LSTM, its elements a hole after the tables, as in models above 2 GB."""
    import flatbuffers
    from tensorflow.lite.python import schema_py_generated as schema

    n = units_of(size)
    shapes = [(n, n)] * 8 + [(n,)] * 4 + ([(2, 2)] * (MANY - 12) if size == "10000" else [])
    buffers = [schema.BufferT(), *(schema.BufferT(offset=2, size=4) for _ in shapes)]
    tensors = [
        schema.TensorT(shape=list(shape), buffer=at + 1, name=f"t{at}")
        for at, shape in enumerate(shapes)
    ]
    count = len(tensors)
    for name, sizes in (("x", [1, 5, n]), ("h", [1, n]), ("c", [1, n]), ("y", [1, 5, n])):
        tensors.append(schema.TensorT(shape=sizes, name=name, isVariable=name in ("h", "c")))
    inputs = [count, *range(8), -1, -1, -1, *range(8, 12), -1, -1, count + 1, count + 2]
    operator = schema.OperatorT(inputs=[*inputs, *[-1] * 4], outputs=[count + 3])
    operator.builtinOptionsType = schema.BuiltinOptions.UnidirectionalSequenceLSTMOptions
    operator.builtinOptions = schema.UnidirectionalSequenceLSTMOptionsT(fusedActivationFunction=4)
    code = schema.BuiltinOperator.UNIDIRECTIONAL_SEQUENCE_LSTM
    codes = [schema.OperatorCodeT(deprecatedBuiltinCode=code, builtinCode=code, version=1)]
    graph = schema.SubGraphT(tensors, [count], [count + 3], [operator], "main")
    model = schema.ModelT(3, codes, [graph], "made", buffers)

    def packed() -> bytes:
        builder = flatbuffers.Builder(1 << 20)
        builder.Finish(model.Pack(builder), b"TFL3")
        return bytes(builder.Output())

    end = len(packed()) + 64
    for buffer, shape in zip(buffers[1:], shapes, strict=True):
        buffer.offset, buffer.size = end, 4 * math.prod(shape)
        end += buffer.size
    with path.open("wb") as file:
        file.write(packed())
        file.truncate(end)


def make_gguf(path: Path, size: str) -> None:
    """A block of Mamba with a vocabulary; its weights are a hole."""
    from .gguf_models import write_mamba

    write_mamba(path, units_of(size), MANY - 10 if size == "10000" else 0)


MAKERS: dict[str, tuple[str, Callable[[Path, str], None]]] = {
    "onnx": ("model.onnx", make_onnx),
    "ort": ("model.ort", make_ort),
    "torch": ("model.pt", make_torch),
    "safetensors": ("model.safetensors", make_safetensors),
    "sharded": ("model.safetensors.index.json", make_sharded),
    "keras": ("model.keras", make_keras),
    "hdf5": ("model.h5", make_hdf5),
    "checkpoint": ("model.index", make_checkpoint),
    "savedmodel": ("model", make_saved_model),
    "graph": ("model.pb", make_graph),
    "tflite": ("model.tflite", make_tflite),
    "gguf": ("model.gguf", make_gguf),
}


def sizes_of(family: str) -> tuple[str, ...]:
    """The sizes that a format is measured in, but for many files."""
    return (SEVEN,) if family == "sharded" else tuple(SIZES)
