"""ONNX graphs that are small to store and large to walk."""

from __future__ import annotations

import numpy as np
from onnx import helper, numpy_helper

from hostile.entry import Hostile, written
from hostile.onnx_entries import data, fed_by, field, kernel, lstm, named
from making.onnx.graphs import Shape, graph, model, node, weights
from making.tensorflow.bundles import varint


def identities(count: int) -> bytes:
    """The kernel after the given number of Identity nodes, in reverse order."""
    steps = [helper.make_node("Identity", [f"v{at}"], [f"v{at + 1}"]) for at in range(count)]
    start = numpy_helper.from_array(np.zeros((1, 8, 3), np.float32), "v0")
    return fed_by(f"v{count}", *reversed(steps), more=(start,))


def functions(levels: int) -> bytes:
    """Functions each of which calls the next one twice: 2^levels recurrent layers."""
    built = model(graph([helper.make_node("f0", ["X"], ["Y"], domain="own")], weights(Shape())))
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("own", 1)]
    for level in range(levels):
        calls = [
            helper.make_node(f"f{level + 1}", ["a"], [out], domain="own") for out in ("b", "c")
        ]
        last = [helper.make_node("LSTM", ["a", "a", "a"], ["b"], hidden_size=2)]
        body = calls if level + 1 < levels else last
        built.functions.append(helper.make_function("own", f"f{level}", ["a"], ["b"], body, opsets))
    return data(built)


def itself() -> bytes:
    """A function that calls itself."""
    call = helper.make_node("f", ["X"], ["Y"], domain="own")
    built = model(graph([call], weights(Shape())))
    opsets = [helper.make_opsetid("own", 1)]
    built.functions.append(helper.make_function("own", "f", ["X"], ["Y"], [call], opsets))
    return data(built)


def branches(depth: int) -> bytes:
    """If in both branches of If, so deep: 2^depth graphs."""
    body = graph([node(Shape())], inputs=[])
    for level in range(depth):
        choice = helper.make_node("If", ["c"], [f"o{level}"], then_branch=body, else_branch=body)
        body = graph([choice], inputs=[])
    return data(model(graph(list(body.node), weights(Shape()))))


def crowd(count: int) -> bytes:
    """So many initializers of one float."""
    one = b"\x08\x01\x10\x01" + field(9, bytes(4))
    return b"\x08\x08" + field(
        7, b"".join(field(5, one + field(8, b"t%06d" % at)) for at in range(count))
    )


def axes(count: int) -> bytes:
    """The kernel with the given number of axes of 2^62."""
    dims = field(1, varint(2**62) * count)
    return b"\x08\x08" + field(7, field(5, dims + b"\x10\x01" + field(8, b"W")) + sound_node())


def sound_node() -> bytes:
    return field(1, node(Shape()).SerializeToString())


def many_layers(count: int) -> bytes:
    """So many LSTM nodes over the same weights."""
    built = model(graph([node(Shape())], weights(Shape())))
    extra = node(Shape()).SerializeToString()
    return data(built) + field(7, field(1, extra) * count)


def many_places(count: int) -> bytes:
    """So many tensors, each with its data in another file that is not there."""
    tensors = [kernel(1, 8, 3, payload=0) for _ in range(count)]
    for at, held in enumerate(tensors):
        held.ClearField("raw_data")
        held.name, held.data_location = f"W{at}", 1
        item = held.external_data.add()
        item.key, item.value = "location", f"part{at}.bin"
    return data(model(graph([node(Shape())], [*weights(Shape()), *tensors])))


ENTRIES: dict[str, Hostile] = {
    "behind_identities.onnx": written(lambda: identities(15_000)),
    "functions_doubling.onnx": written(lambda: functions(40)),
    "function_in_itself.onnx": written(itself),
    "branches_doubling.onnx": written(lambda: branches(12), 2),
    "many_initializers.onnx": written(lambda: crowd(40_000)),
    "many_axes.onnx": written(lambda: axes(100_000)),
    "many_layers.onnx": written(lambda: many_layers(2_400)),
    "many_places.onnx": written(lambda: many_places(10_500)),
    "long_name.onnx": written(lambda: named("n" * 1_000_000)),
    "packed_endlessly.onnx": written(
        lambda: b"\x08\x08" + field(7, field(5, field(4, bytes(4_000_000)) + b"\x10\x01"))
    ),
    "sound_twice.onnx": written(lambda: data(lstm()) * 2),
}
