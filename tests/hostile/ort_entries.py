"""ONNX Runtime's own format: tables that lie, that are listed again and again, that nest."""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from hostile.entry import Hostile, written
from making.onnx.ort_tables import OrtFile, lstm

GRAPHS, INTS = 10, 7  # types of attributes
NAME = "\x1b[31m|`<script>\u202e=1\r\n::error::x"


def words(*numbers: int) -> bytes:
    """Words at the start of a file, the identifier among them."""
    first, *others = numbers
    return struct.pack("<i4s", first, b"ORTM") + struct.pack(f"<{len(others)}i", *others)


def kernel(**changes: Any) -> Callable[[], bytes]:  # noqa: ANN401 - arguments of a tensor
    return partial(lstm, lambda arguments: arguments.update(changes))


def repeated(part: str, count: int, text: str = "t") -> Callable[[], bytes]:
    """A model that lists one initializer, node, value, input or attribute so many times."""

    def make() -> bytes:
        made = OrtFile()
        name = made.text(text)
        times = {part: count}
        attribute = made.attribute(INTS, name=name, ints=made.integers(*range(64)))
        attributes = made.many([attribute] * times.get("attributes", 1))
        names = made.many([name] * times.get("names", 1))
        node = made.node("Add", names, names, attributes)
        tensor = made.tensor(name, (4, 4), 64)
        value = made.table({0: name, 2: made.table({}, {})}, {})
        return made.file(
            made.graph(
                initializers=made.many([tensor] * times.get("initializers", 1)),
                nodes=made.many([node] * times.get("nodes", 1)),
                values=made.many([value] * times.get("values", 1)),
            )
        )

    return make


def nested(depth: int, width: int) -> Callable[[], bytes]:
    """Graphs within graphs; each lists the next one so many times."""

    def make() -> bytes:
        made = OrtFile()
        empty = made.many([])
        graph = made.graph(nodes=empty)
        for _ in range(depth):
            graphs = made.many([graph] * width)
            attribute = made.attribute(GRAPHS, graphs=graphs)
            graph = made.graph(
                nodes=made.many([made.node("If", empty, empty, made.many([attribute]))])
            )
        return made.file(graph)

    return make


def cut(count: int) -> bytes:
    return lstm()[:count]


def lengthened(payload: int, count: int) -> bytes:
    """The vector of so many bytes says that it has others."""
    data = lstm()
    place = data.index(struct.pack("<I", payload) + bytes(payload))
    return data[:place] + struct.pack("<I", count) + data[place + 4 :]


ENTRIES: dict[str, Hostile] = {
    "identifier_alone.ort": written(words(8), 2),
    "root_beyond.ort": written(words(2**30, 0, 0), 2),
    "root_of_itself.ort": written(words(0, 0, 0), 2),
    "vtable_before.ort": written(words(8, 2**30, 0), 2),
    "vtable_after.ort": written(words(8, -(2**30), 0), 2),
    "no_model.ort": written(words(12, 0x0004_0004, 4), 2),
    "half.ort": written(partial(cut, 300), 2),
    "huge_payload.ort": written(partial(lengthened, 96, 2**32 - 1), 2),
    "overlapping_payload.ort": written(partial(lengthened, 96, 160), None),
    "huge_shape.ort": written(kernel(dims=(2**62,) * 60), 1),
    "negative_shape.ort": written(kernel(dims=(1, -8, 3)), 1),
    "elsewhere.ort": written(kernel(offset=2**62, length=None), 1),
    "named.ort": written(kernel(name=NAME), None),
    "long_name.ort": written(kernel(name="n" * 70_000), 2),
    "nodes_again.ort": written(repeated("nodes", 2_000_000), None),
    "initializers_again.ort": written(repeated("initializers", 2_000_000), 2),
    "values_again.ort": written(repeated("values", 2_000_000), None),
    "attributes_again.ort": written(repeated("attributes", 2_000_000), None),
    "names_again.ort": written(repeated("names", 2_000_000), None),
    "long_names_again.ort": written(repeated("names", 100_000, "n" * 60_000), 2),
    "deep.ort": written(nested(2_000, 1), 2),
    "wide.ort": written(nested(20, 4), None),
    "branching.ort": written(nested(60, 2), 2),
}
