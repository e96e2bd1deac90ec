"""ONNX files with data elsewhere, impossible sizes, cycles and endless fields."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from hostile.entry import Hostile, written
from making.onnx.graphs import Shape, graph, model, node, weights


def lstm(kernel: onnx.TensorProto | None = None, **attributes: object) -> onnx.ModelProto:
    """A sound LSTM of 3 inputs and 2 units, but for its kernel W or its attributes."""
    shape = Shape()
    held = weights(shape)
    if kernel is not None:
        held[0] = kernel
    return model(graph([node(shape, "", "X", **attributes)], held))


def data(built: onnx.ModelProto) -> bytes:
    return bytes(built.SerializeToString())


def kernel(*dims: int, payload: int = 96) -> onnx.TensorProto:
    held = TensorProto(name="W", data_type=TensorProto.FLOAT, raw_data=bytes(payload))
    held.dims.extend(dims)
    return held


def elsewhere(location: str, **more: int) -> onnx.ModelProto:
    """The kernel as external data at this location."""
    held = kernel(1, 8, 3, payload=0)
    held.ClearField("raw_data")
    held.data_location = TensorProto.EXTERNAL
    for key, value in {"location": location, **more}.items():
        item = held.external_data.add()
        item.key, item.value = key, str(value)
    return lstm(held)


def absolute(path: Path) -> None:
    path.write_bytes(data(elsewhere(str(path.parents[1].resolve() / "canary.txt"))))


def linked(path: Path) -> None:
    (path.parent / "link.bin").symlink_to(path.parents[1].resolve() / "canary.txt")
    path.write_bytes(data(elsewhere("link.bin")))


def piped(path: Path) -> None:
    os.mkfifo(path.parent / "pipe.bin")
    path.write_bytes(data(elsewhere("pipe.bin")))


def beyond(path: Path) -> None:
    """A neighbour that is there, and a part of it that is not."""
    (path.parent / "near.bin").write_bytes(bytes(96))
    path.write_bytes(data(elsewhere("near.bin", offset=-5, length=2**63)))


def fed_by(name: str, *nodes: onnx.NodeProto, more: tuple[onnx.TensorProto, ...] = ()) -> bytes:
    """The LSTM with its kernel from another value."""
    shape = Shape()
    recurrent = node(shape)
    recurrent.input[1] = name
    return data(model(graph([*nodes, recurrent], [*weights(shape), *more])))


def in_a_circle() -> bytes:
    ways = [helper.make_node("Identity", [a], [b]) for a, b in ("ab", "bc", "ca")]
    return fed_by("a", *ways)


def doubling() -> bytes:
    start = numpy_helper.from_array(np.zeros((1, 1, 3), np.float32), "k0")
    steps = [
        helper.make_node("Concat", [f"k{step}", f"k{step}"], [f"k{step + 1}"], axis=1)
        for step in range(48)
    ]
    return fed_by("k48", *steps, more=(start,))


def repeated() -> bytes:
    again = numpy_helper.from_array(np.zeros((1, 4, 3), np.float32), "W")
    return data(model(graph([node(Shape())], [*weights(Shape()), again])))


def field(number: int, body: bytes) -> bytes:
    size, length = len(body), bytearray()
    while size > 0x7F:
        length.append(size & 0x7F | 0x80)
        size >>= 7
    return bytes([number << 3 | 2, *length, size]) + body


def subgraphs(depth: int) -> bytes:
    """Graphs in attributes of nodes in graphs, so deep."""
    body = field(1, b"")
    for _ in range(depth):
        body = field(1, field(5, field(6, body)))
    return b"\x08\x08" + field(7, body)


def far_scales() -> bytes:
    """Thousands of scales, each at the end of a chain of tens of thousands of products."""
    chain = [helper.make_node("Mul", [f"v{at}", "v0"], [f"v{at + 1}"]) for at in range(40_000)]
    users = [
        helper.make_node("DequantizeLinear", ["v0", f"v{39_999 - at}"], [f"d{at}"])
        for at in range(2_000)
    ]
    start = numpy_helper.from_array(np.zeros(1, np.float32), "v0")
    return data(model(graph([*chain, *users], [start])))


def many_loops() -> bytes:
    """Ten thousand loops whose bodies look like cells."""
    steps = [
        helper.make_node("MatMul", ["h", "w"], ["a"]),
        helper.make_node("Tanh", ["a"], ["next"]),
    ]
    names = ("turn", "go", "h")
    given, results = (
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in some]
        for some in (names, ("go", "next"))
    )
    body = helper.make_graph(steps, "body", given, results)
    loop = helper.make_node("Loop", ["most", "go", "w"], ["end"], body=body)
    start = numpy_helper.from_array(np.zeros((2, 2), np.float32), "w")
    return data(model(graph([loop] * 10_000, [start])))


def mistyped() -> bytes:
    """Every attribute of the node in a type that is not its own."""
    names = ("layout", "clip", "activations", "activation_alpha", "input_forget")
    return data(lstm(hidden_size=2.5, direction=7, **dict.fromkeys(names, "\x1b[31m")))


def named(name: str) -> bytes:
    built = lstm()
    built.graph.node[0].name = name
    return data(built)


ENTRIES: dict[str, Hostile] = {
    "sound.onnx": written(lambda: data(lstm()), 0),
    "data_above.onnx": written(lambda: data(elsewhere("../canary.txt", offset=0, length=96)), 1),
    "data_absolute.onnx": Hostile(absolute, 1),
    "data_missing.onnx": written(lambda: data(elsewhere("nowhere.bin")), 1),
    "data_linked.onnx": Hostile(linked, 1),
    "data_piped.onnx": Hostile(piped, 1),
    "data_beyond.onnx": Hostile(beyond, 1),
    "endless_axes.onnx": written(lambda: data(lstm(kernel(2**41, 2**41, 3))), 1),
    "negative_axes.onnx": written(lambda: data(lstm(kernel(1, -8, 3))), 1),
    "short_payload.onnx": written(lambda: data(lstm(kernel(1, 900, 3))), 1),
    "other_units.onnx": written(lambda: data(lstm(hidden_size=7)), 1),
    "negative_units.onnx": written(lambda: data(lstm(hidden_size=-2)), 1),
    "units_as_text.onnx": written(lambda: data(lstm(hidden_size="two"))),
    "mistyped.onnx": written(mistyped, 1),
    "far_scales.onnx": written(far_scales),
    "many_loops.onnx": written(many_loops),
    "sideways.onnx": written(lambda: data(lstm(direction="sideways"))),
    "flat_kernel.onnx": written(lambda: data(lstm(kernel(24))), 1),
    "kernel_from_nowhere.onnx": written(lambda: fed_by("gone")),
    "kernel_in_a_circle.onnx": written(in_a_circle),
    "kernel_doubling.onnx": written(doubling),
    "two_of_one_name.onnx": written(repeated),
    "claims_a_terabyte.onnx": written(
        lambda: b"\x08\x08\x3a\x80\x80\x80\x80\x80\x20" + data(lstm()), 2
    ),
    "endless_number.onnx": written(b"\xff" * 5_000, 2),
    "deep_subgraphs.onnx": written(lambda: subgraphs(4_000)),
    "named_screen.onnx": written(lambda: named("\x1b[31mred\x07|\n# head"), 0),
    "many_nodes.onnx": written(lambda: b"\x08\x08" + field(7, field(1, b"") * 5_100_000), 2),
}
