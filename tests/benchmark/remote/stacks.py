"""The models that are read over the network: stacks of LSTMs of some 2 GB, in each format.

A real file of this size has its weights in many tensors, and what has to be fetched may be between
them. Weights are holes where the format allows it; what only a framework writes is zeros.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from ..models import encoded, make_gguf, make_graph, make_ort, make_tflite
from ..shards import Shapes, make_sharded, write_header, write_shards

if TYPE_CHECKING:
    import keras
    import onnx
    import torch

STACKS = {"small": (2, 16), "2GB": (16, 1_976)}  # LSTMs, and units of each: 32 n² bytes of float32
SHARD = 2**22  # bytes of a shard of TensorFlow.js, as its converter writes them


def shapes_of(size: str) -> Shapes:
    """The state dict of an `nn.LSTM` of as many levels."""
    from making.torch.pickles import lstm

    layers, n = STACKS[size]
    levels = (lstm(n, n, "lstm", at) for at in range(layers))
    return {name: shape for level in levels for name, shape in level.items()}


def make_safetensors(path: Path, size: str) -> None:
    """A header, and a hole."""
    write_header(path, shapes_of(size))


def make_shards(path: Path, size: str, parts: int = 4) -> None:
    """A model of seven billion parameters in shards, or the small stack."""
    if size == "small":
        write_shards(path, shapes_of(size), parts)
    else:
        make_sharded(path, size, parts)


def make_zip(path: Path, size: str) -> None:
    """What `torch.save` writes of a state dict, the records holes."""
    from making.torch.pickles import state_dict, write_sparse

    shapes = shapes_of(size)
    sizes = {f"data/{at}": 4 * math.prod(shape) for at, shape in enumerate(shapes.values())}
    write_sparse(path, state_dict(shapes), sizes)


def make_legacy(path: Path, size: str) -> None:
    """What `torch.save` wrote before version 1.6."""
    import torch

    state = {name: torch.zeros(shape) for name, shape in shapes_of(size).items()}
    torch.save(state, path, _use_new_zipfile_serialization=False)


def _lstm(size: str) -> torch.nn.LSTM:
    import torch

    layers, n = STACKS[size]
    lstm = torch.nn.LSTM(n, n, layers, device="meta").to_empty(device="cpu")
    for parameter in lstm.parameters():
        parameter.data.zero_()
    return lstm


def make_script(path: Path, size: str) -> None:
    """TorchScript."""
    import torch

    torch.jit.script(_lstm(size)).save(str(path))


def make_exported(path: Path, size: str) -> None:
    """A program of `torch.export`."""
    import torch

    program = torch.export.export(_lstm(size), (torch.zeros(2, 1, STACKS[size][1]),))
    torch.export.save(program, path)


def make_program(path: Path, size: str) -> None:
    """A program of ExecuTorch: the constants are a segment, without their names."""
    from making.torch.executorch import program, tensor

    shapes = list(shapes_of(size).values())
    starts, end = [0], 0
    for shape in shapes:
        starts.append(end)
        end += -(-4 * math.prod(shape) // 16) * 16
    values = [tensor(at, shape) for at, shape in enumerate(shapes, 1)]
    path.write_bytes(program(values, [bytes(end)], starts))


def _initializers(size: str) -> Shapes:
    layers, n = STACKS[size]
    shapes: Shapes = {"W": (1, 4 * n, n), "R": (1, 4 * n, n), "B": (1, 8 * n)}
    return {f"{name}{at}": shape for at in range(layers) for name, shape in shapes.items()}


def _onnx(size: str) -> onnx.ModelProto:
    """The graph, without its initializers."""
    from onnx import TensorProto, helper

    layers, n = STACKS[size]
    nodes = []
    for at in range(layers):
        inputs = [f"x{at}", f"W{at}", f"R{at}", f"B{at}"]
        nodes.append(helper.make_node("LSTM", inputs, [f"y{at}"], f"lstm{at}", hidden_size=n))
        nodes.append(helper.make_node("Squeeze", [f"y{at}", "axis"], [f"x{at + 1}"]))
    value = helper.make_tensor_value_info("x0", TensorProto.FLOAT, ["t", "b", n])
    axis = helper.make_tensor("axis", TensorProto.INT64, [1], [1])
    graph = helper.make_graph(nodes, "g", [value], [], [axis])
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)])


def make_onnx(path: Path, size: str) -> None:
    """The weights in the graph, a hole each."""
    from onnx import TensorProto

    model = _onnx(size)
    parts, total = [], 0
    for name, shape in _initializers(size).items():
        length = 4 * math.prod(shape)
        head = TensorProto(name=name, data_type=1, dims=shape).SerializeToString()
        head += encoded(9, length)
        whole = encoded(5, len(head) + length) + head
        parts.append((whole, length))
        total += len(whole) + length
    graph = model.graph.SerializeToString()
    model.ClearField("graph")
    with path.open("wb") as file:
        file.write(model.SerializeToString() + encoded(7, len(graph) + total) + graph)
        for head, length in parts:
            file.write(head)
            file.seek(length, 1)
        file.truncate(file.tell())


def make_external(path: Path, size: str) -> None:
    """The weights in a file of their own, which is a hole."""
    from onnx import TensorProto

    model, end = _onnx(size), 0
    for name, shape in _initializers(size).items():
        tensor = model.graph.initializer.add(name=name, data_type=1, dims=shape)
        tensor.data_location = TensorProto.EXTERNAL
        length = 4 * math.prod(shape)
        stated = {"location": f"{path.name}.data", "offset": end, "length": length}
        for key, value in stated.items():
            tensor.external_data.add(key=key, value=str(value))
        end += length
    path.write_bytes(model.SerializeToString())
    with path.with_name(f"{path.name}.data").open("wb") as file:
        file.truncate(end)


def _keras(size: str, steps: int | None = None) -> keras.Model:
    import keras

    layers, n = STACKS[size]
    made = [
        keras.layers.LSTM(
            n, return_sequences=True, kernel_initializer="zeros", recurrent_initializer="zeros"
        )
        for _ in range(layers)
    ]
    return keras.Sequential([keras.layers.Input((steps, n)), *made])


def make_keras(path: Path, size: str) -> None:
    """What Keras 3 writes: an archive, or HDF5 by the suffix `.h5`."""
    _keras(size).save(path)


def make_checkpoint(path: Path, size: str) -> None:
    """A checkpoint of TensorFlow; the path is its index's."""
    import tensorflow as tf

    layers, n = STACKS[size]
    shapes: Shapes = {"kernel": (n, 4 * n), "recurrent_kernel": (n, 4 * n), "bias": (4 * n,)}
    levels = {
        f"lstm_{at}": tf.train.Checkpoint(
            **{name: tf.Variable(tf.zeros(shape)) for name, shape in shapes.items()}
        )
        for at in range(layers)
    }
    tf.train.Checkpoint(**levels).write(str(path.with_suffix("")))


def make_saved_model(path: Path, size: str) -> None:
    """A SavedModel, a folder, by what TensorFlow itself writes of a Keras model."""
    import tensorflow as tf

    tf.saved_model.save(_keras(size, 3), str(path))


def make_tfjs(path: Path, size: str) -> None:
    """A `model.json` and shards of 4 MB."""
    from making.tensorflow.tfjs import (
        first,
        group,
        layer,
        needed,
        weights,
        whole_model,
        write_model,
    )

    layers, n = STACKS[size]
    settings = {"units": n, "return_sequences": True}
    stack = [first("LSTM", "lstm_0", None, n, **settings)]
    stack += [layer("LSTM", f"lstm_{at}", **settings) for at in range(1, layers)]
    shapes = {"kernel": (n, 4 * n), "recurrent_kernel": (n, 4 * n), "bias": (4 * n,)}
    listed = [entry for at in range(layers) for entry in weights(f"lstm_{at}/lstm_cell/", **shapes)]
    count = -(-needed(listed) // SHARD)
    paths = [f"group1-shard{at}of{count}.bin" for at in range(1, count + 1)]
    write_model(path.parent, whole_model(*stack), group(listed, *paths), shard=SHARD)


REMOTE: dict[str, tuple[str, Callable[[Path, str], None]]] = {
    "safetensors": ("model.safetensors", make_safetensors),
    "safetensors, 7B in 4 shards": ("model.safetensors.index.json", make_shards),
    "safetensors, 7B in 108 shards": (
        "model.safetensors.index.json",
        lambda path, size: make_shards(path, size, 108 if size == "2GB" else 3),
    ),
    "PyTorch zip": ("model.pt", make_zip),
    "PyTorch before 1.6": ("model.pt", make_legacy),
    "TorchScript": ("model.pt", make_script),
    "torch.export": ("model.pt2", make_exported),
    "ExecuTorch": ("model.pte", make_program),
    "ONNX": ("model.onnx", make_onnx),
    "ONNX, external data": ("model.onnx", make_external),
    "ONNX Runtime": ("model.ort", make_ort),
    "Keras archive": ("model.keras", make_keras),
    "HDF5 of Keras": ("model.h5", make_keras),
    "TensorFlow checkpoint": ("model.index", make_checkpoint),
    "SavedModel": ("model", make_saved_model),
    "TensorFlow graph": ("model.pb", make_graph),
    "TensorFlow.js": ("model.json", make_tfjs),
    "TensorFlow Lite": ("model.tflite", make_tflite),
    "GGUF": ("model.gguf", make_gguf),
}
