"""Samples of ONNX Runtime's own format with one fault each, edited in place by its schema."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs.InferenceSession import (
    InferenceSession,
)

from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LSTM, GRU = "onnx/runtime_lstm.ort", "onnx/runtime_gru.ort"
KERNEL, RECURRENT = "lstm.W", "lstm.R"
NAME, DIMS, RAW = 4, 8, 12  # places of fields in a tensor's vtable
INT, PREFIX = 12, 4  # the place of an attribute's number; bytes of a vector's length


def _edited(change: Callable[[bytearray, Any], None]) -> Callable[[Path, Path], None]:
    """A copy of a model with a change to its bytes, found by its tables."""

    def make(base: Path, target: Path) -> None:
        data = bytearray(base.read_bytes())
        change(data, InferenceSession.GetRootAs(data, 0).Model().Graph())
        target.write_bytes(data)

    return make


def _tensor(graph: Any, name: str) -> Any:  # noqa: ANN401 - a generated class without types
    tensors = (graph.Initializers(at) for at in range(graph.InitializersLength()))
    return next(tensor for tensor in tensors if tensor.Name() == name.encode())


def _vector(table: Any, field: int) -> int:  # noqa: ANN401 - as above
    """Where the items of a vector begin."""
    return int(table._tab.Vector(table._tab.Offset(field)))  # noqa: SLF001 - the way to its bytes


def _narrower(data: bytearray, graph: Any) -> None:  # noqa: ANN401 - as above
    tensor = _tensor(graph, KERNEL)
    dims = tensor.DimsAsNumpy()
    struct.pack_into("<q", data, _vector(tensor, DIMS) + 16, int(dims[2]) - 1)


def _turned(data: bytearray, graph: Any) -> None:  # noqa: ANN401 - as above
    tensor = _tensor(graph, KERNEL)
    start, dims = _vector(tensor, DIMS), tensor.DimsAsNumpy()
    struct.pack_into("<qqq", data, start, *(int(size) for size in dims[np.array([0, 2, 1])]))


def _short(data: bytearray, graph: Any) -> None:  # noqa: ANN401 - as above
    tensor = _tensor(graph, RECURRENT)
    length = tensor.RawDataLength()
    struct.pack_into("<I", data, _vector(tensor, RAW) - PREFIX, length - 4)


def _unbound(data: bytearray, graph: Any) -> None:  # noqa: ANN401 - as above
    """The node reads a recurrent kernel of a name that no tensor has."""
    tensor = _tensor(graph, RECURRENT)
    data[_vector(tensor, NAME)] = ord("x")


def _other_size(data: bytearray, graph: Any) -> None:  # noqa: ANN401 - as above
    node = graph.Nodes(0)
    attributes = (node.Attributes(at) for at in range(node.AttributesLength()))
    size = next(each for each in attributes if each.Name() == b"hidden_size")
    table = size._tab  # noqa: SLF001 - as above
    struct.pack_into("<q", data, table.Pos + table.Offset(INT), size.I() + 1)


BROKEN = (
    Broken(
        "broken/narrow_kernel.ort",
        LSTM,
        "The kernel reads one input less than its bytes are for.",
        "R101",
        _edited(_narrower),
        "lstm",
        KERNEL,
        also=("R202",),
    ),
    Broken(
        "broken/turned_kernel.ort",
        LSTM,
        "The kernel's axes are exchanged.",
        "R105",
        _edited(_turned),
        "lstm",
        KERNEL,
    ),
    Broken(
        "broken/short_payload.ort",
        LSTM,
        "The recurrent kernel has four bytes less than its shape needs.",
        "R201",
        _edited(_short),
        tensor=RECURRENT,
    ),
    Broken(
        "broken/renamed_tensor.ort",
        LSTM,
        "The node reads a recurrent kernel of a name that no tensor has.",
        "R102",
        _edited(_unbound),
        "lstm",
        also=("R104",),
    ),
    Broken(
        "broken/other_hidden_size.ort",
        GRU,
        "hidden_size is one more than the weights have.",
        "R104",
        _edited(_other_size),
        "gru",
    ),
)
