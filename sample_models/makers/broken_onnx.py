"""ONNX files with one fault each, made from the intact ones; onnx.checker accepts most of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from makers.onnx_edits import EXTERNAL, GRU, LSTM, PEEPHOLES, array, attribute, edit, tensor
from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import onnx


def _payload(change: Callable[[bytes], bytes]) -> Callable[..., None]:
    def change_payload(graph: onnx.GraphProto) -> None:
        stored = tensor(graph, "lstm.R")
        stored.raw_data = change(stored.raw_data)

    return change_payload


def _location(value: str) -> Callable[..., None]:
    def move(graph: onnx.GraphProto) -> None:
        for stored in graph.initializer:
            for entry in stored.external_data:
                if entry.key == "location":
                    entry.value = value

    return move


def _drop_recurrent(graph: onnx.GraphProto) -> None:
    graph.initializer.remove(tensor(graph, "lstm.R"))
    graph.node[0].input[2] = ""


def _twice(graph: onnx.GraphProto) -> None:
    graph.initializer.append(tensor(graph, "lstm.R"))


def _negative_axis(graph: onnx.GraphProto) -> None:
    tensor(graph, "lstm.W").dims[1] *= -1


def _wide_input(graph: onnx.GraphProto) -> None:
    graph.input[0].type.tensor_type.shape.dim[-1].dim_value += 2


def _other_operator(graph: onnx.GraphProto) -> None:
    graph.node[0].op_type = "GRU"


def _short_external(source: Path, target: Path) -> None:
    data = f"{target.name}.data"
    edit(_location(data))(source, target)
    target.with_name(data).write_bytes(source.with_name(f"{source.name}.data").read_bytes()[:-16])


def _forward_only(name: str) -> Callable[..., None]:
    return array(name, lambda array: array[:1])


BROKEN = (
    Broken(
        "broken/cut_tensor.onnx",
        LSTM,
        "the recurrence tensor has lost a row",
        "R101",
        edit(array("lstm.R", lambda array: array[:, :-1])),
        "lstm",
        "lstm.R",
    ),
    Broken(
        "broken/grown_tensor.onnx",
        LSTM,
        "the kernel reads one input more than X has",
        "R101",
        edit(array("lstm.W", lambda array: np.pad(array, [(0, 0), (0, 0), (0, 1)]))),
        "lstm",
        "lstm.W",
    ),
    Broken(
        "broken/wide_input.onnx",
        LSTM,
        "X is declared two inputs wider than the kernel",
        "R101",
        edit(_wide_input),
        "lstm",
        "lstm.W",
    ),
    Broken(
        "broken/transposed_recurrent.onnx",
        LSTM,
        "the recurrence tensor is transposed, as Keras has it",
        "R105",
        edit(array("lstm.R", lambda array: array.transpose(0, 2, 1))),
        "lstm",
        "lstm.R",
    ),
    Broken(
        "broken/dropped_recurrent.onnx",
        LSTM,
        "the node has no recurrence tensor",
        "R102",
        edit(_drop_recurrent),
        "lstm",
    ),
    Broken(
        "broken/gate_count.onnx",
        LSTM,
        "the kernel has the rows of three gates, not of four",
        "R108",
        edit(array("lstm.W", lambda array: array[:, :9])),
        "lstm",
        "lstm.W",
    ),
    Broken(
        "broken/other_operator.onnx",
        LSTM,
        "the operator is GRU, the weights are those of an LSTM",
        "R108",
        edit(_other_operator),
        "lstm",
        "lstm.W",
        also=("R101",),  # B: two halves of four gates are not a multiple of three gates
    ),
    Broken(
        "broken/half_bias.onnx",
        LSTM,
        "B has one half: the bias, and not the recurrent bias",
        "R107",
        edit(array("lstm.B", lambda array: array[:, :12])),
        "lstm",
        "lstm.B",
    ),
    Broken(
        "broken/declared_hidden_size.onnx",
        LSTM,
        "hidden_size is five, the tensors are those of three",
        "R104",
        edit(attribute("hidden_size", 5)),
        "lstm",
    ),
    Broken(
        "broken/zero_hidden_size.onnx",
        LSTM,
        "hidden_size is zero",
        "R104",
        edit(attribute("hidden_size", 0)),
        "lstm",
    ),
    Broken(
        "broken/unknown_direction.onnx",
        LSTM,
        "the direction is no word that the operator knows",
        "R104",
        edit(attribute("direction", "sideways")),
        "lstm",
    ),
    Broken(
        "broken/missing_reverse.onnx",
        GRU,
        "the node is bidirectional, its tensors have the forward direction only",
        "R104",
        edit(*(_forward_only(f"gru.{letter}") for letter in "WRB")),
        "gru",
    ),
    Broken(
        "broken/grown_peephole.onnx",
        PEEPHOLES,
        "there are peepholes for four gates, not for three",
        "R101",
        edit(array("lstm.P", lambda array: np.pad(array, [(0, 0), (0, 3)]))),
        "lstm",
        "lstm.P",
    ),
    Broken(
        "broken/short_payload.onnx",
        LSTM,
        "a tensor holds fewer bytes than its shape calls for",
        "R201",
        edit(_payload(lambda data: data[:-8])),
        "lstm",
        "lstm.R",
    ),
    Broken(
        "broken/long_payload.onnx",
        LSTM,
        "a tensor holds more bytes than its shape calls for",
        "R202",
        edit(_payload(lambda data: data + bytes(8))),
        "lstm",
        "lstm.R",
    ),
    Broken(
        "broken/short_external.onnx",
        EXTERNAL,
        "the external file ends within the last tensor",
        "R201",
        _short_external,
        "lstm",
        companions=("broken/short_external.onnx.data",),
    ),
    Broken(
        "broken/missing_external.onnx",
        EXTERNAL,
        "the external file is not there",
        "R204",
        edit(_location("missing_external.onnx.data")),
    ),
    Broken(
        "broken/outside_external.onnx",
        EXTERNAL,
        "the external file lies outside of the model's folder",
        "R205",
        edit(_location("../onnx/external_lstm.onnx.data")),
    ),
    Broken(
        "broken/duplicate_initializer.onnx",
        LSTM,
        "two initializers of the graph have the same name",
        "R209",
        edit(_twice),
        tensor="lstm.R",
    ),
    Broken(
        "broken/negative_axis.onnx",
        LSTM,
        "an axis of the kernel is below zero",
        "R206",
        edit(_negative_axis),
        "lstm",
        "lstm.W",
    ),
)
