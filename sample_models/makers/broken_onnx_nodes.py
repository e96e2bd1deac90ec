"""ONNX files whose recurrent node contradicts its tensors; onnx.checker accepts every one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from makers.onnx_edits import EXTERNAL, GRU, LSTM, array, attribute, edit, tensor
from makers.records import Broken

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_INITIAL_H, _INITIAL_C = 5, 6


def _twofold(data: np.ndarray) -> np.ndarray:
    return np.concatenate([data, data])


def _state(position: int, shape: tuple[int, ...]) -> Callable[..., None]:
    """An initial state of the given shape."""

    def give(graph: onnx.GraphProto) -> None:
        node = graph.node[0]
        node.input.extend([""] * (position + 1 - len(node.input)))
        node.input[position] = "state"
        graph.initializer.append(numpy_helper.from_array(np.zeros(shape, np.float32), "state"))

    return give


def _swap_kernels(graph: onnx.GraphProto) -> None:
    node = graph.node[0]
    node.input[1], node.input[2] = node.input[2], node.input[1]


def _list_as_input(graph: onnx.GraphProto) -> None:
    graph.input.append(helper.make_tensor_value_info("lstm.W", TensorProto.FLOAT, [1, 16, 5]))


def _flatten_x(graph: onnx.GraphProto) -> None:
    del graph.input[0].type.tensor_type.shape.dim[1]


def _unknown_type(graph: onnx.GraphProto) -> None:
    tensor(graph, "lstm.B").data_type = 99


def _long_floats(graph: onnx.GraphProto) -> None:
    """The payload as single floats, two more than the shape calls for."""
    stored = tensor(graph, "lstm.R")
    numbers = numpy_helper.to_array(stored).ravel().tolist()
    stored.ClearField("raw_data")
    stored.float_data.extend([*numbers, 0.0, 0.0])


def _short_length(source: Path, target: Path) -> None:
    """The entries of external_data give the kernel two elements fewer than its shape."""

    def shorten(graph: onnx.GraphProto) -> None:
        for stored in graph.initializer:
            for entry in stored.external_data:
                if entry.key == "location":
                    entry.value = f"{target.name}.data"
                elif entry.key == "length" and stored.name.endswith(".W"):
                    entry.value = str(int(entry.value) - 8)

    edit(shorten)(source, target)
    data = source.with_name(f"{source.name}.data").read_bytes()
    target.with_name(f"{target.name}.data").write_bytes(data)


def _broken(  # noqa: PLR0913 - the fields of the record, most of them with a default
    name: str,
    fault: str,
    rule: str,
    change: Callable[..., None],
    *,
    base: str = LSTM,
    tensor: str | None = None,
    layer: str | None = "lstm",
) -> Broken:
    return Broken(f"broken/{name}.onnx", base, fault, rule, edit(change), layer, tensor)


BROKEN = (
    _broken(
        "second_direction",
        "the kernel is for two directions, the node for one",
        "R101",
        array("lstm.W", _twofold),
        tensor="lstm.W",
    ),
    _broken(
        "forward_kernel",
        "the kernel is for one direction, the node and its other tensors for two",
        "R101",
        array("gru.W", lambda data: data[:1]),
        base=GRU,
        layer="gru",
        tensor="gru.W",
    ),
    _broken(
        "foreign_bias",
        "B is that of a layer of four units, the layer has three",
        "R101",
        array("lstm.B", lambda data: np.pad(data, [(0, 0), (0, 8)])),
        tensor="lstm.B",
    ),
    _broken(
        "wide_recurrent",
        "each row of the recurrence tensor is one element too long",
        "R101",
        array("lstm.R", lambda data: np.pad(data, [(0, 0), (0, 0), (0, 1)])),
        tensor="lstm.R",
    ),
    _broken(
        "flat_kernel",
        "the kernel has no axis for the directions",
        "R101",
        array("lstm.W", lambda data: data[0]),
        tensor="lstm.W",
    ),
    _broken(
        "swapped_kernels",
        "the recurrence tensor stands where the kernel belongs, and the other way round",
        "R101",
        _swap_kernels,
        tensor="lstm.R",
    ),
    _broken(
        "negative_hidden_size",
        "hidden_size is below zero",
        "R104",
        attribute("hidden_size", -3),
    ),
    _broken(
        "no_hidden_size",
        "hidden_size is left out, without which ONNX Runtime does not load the model",
        "R110",
        attribute("hidden_size", None),
    ),
    _broken(
        "narrow_state",
        "the initial cell state is narrower than the layer, as a lost projection leaves it",
        "R104",
        _state(_INITIAL_C, (1, 1, 2)),
    ),
    _broken(
        "state_of_two_directions",
        "the initial hidden state is for two directions, the node for one",
        "R104",
        _state(_INITIAL_H, (2, 1, 3)),
    ),
    _broken(
        "few_activations",
        "two activations are named where an LSTM has three",
        "R104",
        attribute("activations", ["Sigmoid", "Tanh"]),
    ),
    _broken(
        "unknown_activation",
        "an activation is named that no recurrent operator has",
        "R104",
        attribute("activations", ["Sigmoid", "Tanh", "Swish"]),
    ),
    _broken(
        "two_types",
        "the kernel is of another type than the other tensors",
        "R104",
        array("lstm.W", lambda data: data.astype(np.float16)),
    ),
    _broken(
        "flat_input",
        "X is declared with two axes",
        "R104",
        _flatten_x,
    ),
    _broken(
        "listed_otherwise",
        "the kernel is listed as an input of another shape",
        "R104",
        _list_as_input,
        layer=None,
        tensor="lstm.W",
    ),
    _broken(
        "unknown_type",
        "the element type of B has a number that ONNX does not give",
        "R104",
        _unknown_type,
        layer=None,
        tensor="lstm.B",
    ),
    _broken(
        "long_floats",
        "the float_data of a tensor are more than its shape calls for",
        "R202",
        _long_floats,
        tensor="lstm.R",
    ),
    Broken(
        "broken/short_length.onnx",
        EXTERNAL,
        "external_data gives a tensor fewer bytes than its shape calls for",
        "R201",
        _short_length,
        "lstm",
        "lstm.W",
        companions=("broken/short_length.onnx.data",),
    ),
)
