"""ONNX Runtime's own format, read by its generated classes; changed arrays are appended to it."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from onnx import helper
from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs import Graph, InferenceSession
from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs import Tensor as Made

from mutation.faults import Arrays

INITIALIZERS, NUMBER = 4, 12  # their places in the vtables of a graph and of an attribute
ALIGNED = 8


def read(path: Path) -> Arrays:
    """The initializers of the model's own graph."""
    graph = _graph(bytearray(path.read_bytes()))
    tensors = (graph.Initializers(at) for at in range(graph.InitializersLength()))
    return {tensor.Name().decode(): _array(tensor) for tensor in tensors}


def write(path: Path, target: Path, after: Arrays) -> None:
    """The file with other initializers behind it, to which its graph refers."""
    data = bytearray(path.read_bytes())
    data += bytes(-len(data) % ALIGNED)
    table = _graph(data)._tab
    place = table.Pos + table.Offset(INITIALIZERS)
    start, appended = _appended(after)
    struct.pack_into("<I", data, place, len(data) + start - place)
    target.write_bytes(data + appended)


def cut_payload(path: Path, target: Path) -> None:
    target.write_bytes(path.read_bytes()[:-64])


def declare_other_size(path: Path, target: Path, _: object) -> None:
    """The file with one hidden unit more declared for each layer."""
    data = bytearray(path.read_bytes())
    for attribute in list(_attributes(_graph(data))):
        if attribute.Name() == b"hidden_size":
            place = attribute._tab.Pos + attribute._tab.Offset(NUMBER)
            struct.pack_into("<q", data, place, attribute.I() + 1)
    target.write_bytes(data)


def _attributes(graph: Any) -> Iterator[Any]:  # noqa: ANN401 - a generated class without types
    for node in map(graph.Nodes, range(graph.NodesLength())):
        for attribute in map(node.Attributes, range(node.AttributesLength())):
            yield attribute
            if attribute.G() is not None:
                yield from _attributes(attribute.G())


def _graph(data: bytearray) -> Any:  # noqa: ANN401 - a generated class without types
    return InferenceSession.InferenceSession.GetRootAs(data, 0).Model().Graph()


def _array(tensor: Any) -> Any:  # noqa: ANN401 - as above
    kind = helper.tensor_dtype_to_np_dtype(tensor.DataType())
    dims = [tensor.Dims(at) for at in range(tensor.DimsLength())]
    return np.frombuffer(tensor.RawDataAsNumpy().tobytes(), kind).reshape(dims)


def _appended(arrays: Arrays) -> tuple[int, bytes]:
    """A buffer with the tensors, and where in it the vector of them begins."""
    builder = flatbuffers.Builder(1024)
    tensors = [_tensor(builder, name, np.ascontiguousarray(arrays[name])) for name in arrays]
    Graph.StartInitializersVector(builder, len(tensors))
    for tensor in reversed(tensors):
        builder.PrependUOffsetTRelative(tensor)
    vector = builder.EndVector()
    Graph.Start(builder)
    Graph.AddInitializers(builder, vector)
    builder.Finish(Graph.End(builder))
    data = bytes(builder.Output())
    table = Graph.Graph.GetRootAs(data, 0)._tab
    return table.Vector(table.Offset(INITIALIZERS)) - 4, data


def _tensor(builder: flatbuffers.Builder, name: str, array: Any) -> int:  # noqa: ANN401 - as above
    text, dims = builder.CreateString(name), builder.CreateNumpyVector(np.array(array.shape, "<i8"))
    raw = builder.CreateByteVector(array.tobytes())
    Made.TensorStart(builder)
    Made.TensorAddName(builder, text)
    Made.TensorAddDims(builder, dims)
    Made.TensorAddDataType(builder, helper.np_dtype_to_tensor_dtype(array.dtype))
    Made.TensorAddRawData(builder, raw)
    return int(Made.TensorEnd(builder))
