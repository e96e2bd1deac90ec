"""Samples of TFLite with one fault each, made with the builders of its schema."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import flatbuffers
from tensorflow.lite.python import schema_py_generated as schema

from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

LSTM, INT8, GRU = (f"tflite/{name}.tflite" for name in ("lstm", "lstm_int8", "gru_loop"))
FIRST = "tfl.unidirectional_sequence_lstm"
FORGET_KERNEL, CELL_RECURRENT, FORGET_BIAS, STATE = 2, 7, 13, 19  # inputs of the operator


def _edited(change: Callable[[Any], None]) -> Callable[[Path, Path], None]:
    """A copy of a model with a change to its tables."""

    def make(base: Path, target: Path) -> None:
        model = schema.ModelT.InitFromPackedBuf(base.read_bytes())
        change(model)
        builder = flatbuffers.Builder(1024)
        builder.Finish(model.Pack(builder), b"TFL3")
        target.write_bytes(bytes(builder.Output()))

    return make


def _operator(model: Any) -> Any:  # noqa: ANN401 - a generated class without types
    """The first fused operator."""
    return next(each for each in model.subgraphs[0].operators if len(each.inputs) > STATE)


def _tensor(model: Any, position: int) -> Any:  # noqa: ANN401 - as above
    return model.subgraphs[0].tensors[_operator(model).inputs[position]]


def _reshape(position: int, shape: Callable[[list[int]], list[int]]) -> Callable[[Any], None]:
    """Another shape, with the bytes that it needs."""

    def change(model: Any) -> None:  # noqa: ANN401 - as above
        tensor = _tensor(model, position)
        buffer = model.buffers[tensor.buffer]
        old = [int(size) for size in tensor.shape]
        new = shape(old)
        width = len(buffer.data) // _product(old)
        tensor.shape, buffer.data = new, [0] * (width * _product(new))

    return change


def _product(sizes: list[int]) -> int:
    found = 1
    for size in sizes:
        found *= size
    return found


def _cut(model: Any) -> None:  # noqa: ANN401 - as above
    buffer = model.buffers[_tensor(model, FORGET_KERNEL).buffer]
    buffer.data = buffer.data[:-4]


def _drop(model: Any) -> None:  # noqa: ANN401 - as above
    operator = _operator(model)
    operator.inputs = [
        -1 if at == CELL_RECURRENT else index for at, index in enumerate(operator.inputs)
    ]


def _other_state(model: Any) -> None:  # noqa: ANN401 - as above
    _tensor(model, STATE).shape = [1, 5]


def _no_buffer(model: Any) -> None:  # noqa: ANN401 - as above
    _tensor(model, FORGET_KERNEL).buffer = 10_000


def _body(model: Any) -> None:  # noqa: ANN401 - as above
    """The loop runs a subgraph that does not exist."""
    for operator in model.subgraphs[0].operators:
        if isinstance(operator.builtinOptions, schema.WhileOptionsT):
            operator.builtinOptions.bodySubgraphIndex = 9


BROKEN = (
    Broken(
        "broken/narrow_kernel.tflite",
        LSTM,
        "The forget gate's kernel reads one input less than there are.",
        "R101",
        _edited(_reshape(FORGET_KERNEL, lambda shape: [shape[0], shape[1] - 1])),
        FIRST,
        also=("R106",),
    ),
    Broken(
        "broken/turned_kernel.tflite",
        LSTM,
        "The forget gate's kernel is transposed.",
        "R105",
        _edited(_reshape(FORGET_KERNEL, lambda shape: shape[::-1])),
        FIRST,
    ),
    Broken(
        "broken/long_bias.tflite",
        INT8,
        "The forget gate's bias has one unit more than the layer.",
        "R101",
        _edited(_reshape(FORGET_BIAS, lambda shape: [shape[0] + 1])),
        also=("R106",),
    ),
    Broken(
        "broken/missing_gate.tflite",
        LSTM,
        "The recurrent kernel of the candidate is absent.",
        "R106",
        _edited(_drop),
        FIRST,
    ),
    Broken(
        "broken/short_buffer.tflite",
        LSTM,
        "The buffer of the forget gate's kernel has four bytes less than its shape needs.",
        "R201",
        _edited(_cut),
    ),
    Broken(
        "broken/other_state.tflite",
        LSTM,
        "The cell's state has one unit more than the weights.",
        "R101",
        _edited(_other_state),
        FIRST,
        also=("R106",),
    ),
    Broken(
        "broken/no_buffer.tflite",
        LSTM,
        "The forget gate's kernel is in a buffer that does not exist.",
        "R104",
        _edited(_no_buffer),
        also=("R106",),
    ),
    Broken(
        "broken/no_body.tflite",
        GRU,
        "The loop runs a subgraph that does not exist.",
        "R104",
        _edited(_body),
    ),
)
