"""ONNX Runtime's own format, table by table: what its writer would not write, too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import flatbuffers
import numpy as np

from rnninspect_onnx.ort import schema

_MOST_SLOTS = 13


class OrtFile:
    """A file in the making; tables and vectors are written before what refers to them."""

    def __init__(self) -> None:
        self.builder = flatbuffers.Builder(1024)

    def table(self, references: dict[int, int], numbers: dict[int, tuple[str, int]]) -> int:
        """A table with references by slot, and numbers by slot with their kinds, `Int64`."""
        self.builder.StartObject(_MOST_SLOTS)
        for slot, place in references.items():
            self.builder.PrependUOffsetTRelativeSlot(slot, place, 0)
        for slot, (kind, number) in numbers.items():
            getattr(self.builder, f"Prepend{kind}Slot")(slot, number, -(2**7))
        return int(self.builder.EndObject())

    def text(self, text: str) -> int:
        return int(self.builder.CreateString(text))

    def integers(self, *numbers: int) -> int:
        return int(self.builder.CreateNumpyVector(np.array(numbers, np.int64)))

    def data(self, length: int) -> int:
        return int(self.builder.CreateByteVector(bytes(length)))

    def many(self, places: Sequence[int]) -> int:
        """A vector of references, of which a great many may be the same."""
        count, builder = len(places), self.builder
        builder.StartVector(4, count, 4)
        own = builder.Offset() + 4 * np.arange(count, 0, -1)  # places count from the end
        distances = (own - np.array(places, np.int64)).astype("<u4").tobytes()
        builder.head -= len(distances)
        builder.Bytes[builder.head : builder.head + len(distances)] = distances
        return int(builder.EndVector())

    def tensor(self, name: int, dims: Sequence[int], length: int | None, **numbers: int) -> int:
        """A tensor of floats; `offset` places its bytes into another file, with no length here."""
        references = {schema.Tensor.NAME: name, schema.Tensor.DIMS: self.integers(*dims)}
        if length is not None:
            references[schema.Tensor.RAW_DATA] = self.data(length)
        known = {schema.Tensor.TYPE: ("Int32", 1)}
        if "offset" in numbers:
            known[schema.Tensor.EXTERNAL_OFFSET] = ("Int64", numbers["offset"])
        return self.table({int(slot): at for slot, at in references.items()}, _plain(known))

    def attribute(self, kind: int, **references: int) -> int:
        slots = {int(schema.Attribute[name.upper()]): at for name, at in references.items()}
        return self.table(slots, {int(schema.Attribute.TYPE): ("Int32", kind)})

    def node(self, operator: str, inputs: int, outputs: int, attributes: int) -> int:
        node = schema.Node
        references = {node.OPERATOR: self.text(operator), node.INPUTS: inputs}
        references |= {node.OUTPUTS: outputs, node.ATTRIBUTES: attributes}
        return self.table({int(slot): at for slot, at in references.items()}, {})

    def graph(self, **references: int) -> int:
        return self.table({int(schema.Graph[n.upper()]): at for n, at in references.items()}, {})

    def file(self, graph: int) -> bytes:
        model = self.table({int(schema.Model.GRAPH): graph}, {})
        session = self.table({int(schema.Session.MODEL): model}, {})
        self.builder.Finish(session, schema.IDENTIFIER)
        return bytes(self.builder.Output())


def _plain(numbers: dict[Any, tuple[str, int]]) -> dict[int, tuple[str, int]]:
    return {int(slot): number for slot, number in numbers.items()}


def lstm(change: Callable[[dict[str, Any]], object] = lambda _: None) -> bytes:
    """One LSTM of 3 inputs and 2 units; `change` may replace the arguments of its kernel."""
    made = OrtFile()
    kernel: dict[str, Any] = {"name": "W", "dims": (1, 8, 3), "length": 96}
    change(kernel)
    w = made.tensor(made.text(kernel.pop("name")), **kernel)
    r = made.tensor(made.text("R"), (1, 8, 2), 64)
    names = made.many([made.text(name) for name in ("x", "W", "R")])
    hidden = made.table(
        {int(schema.Attribute.NAME): made.text("hidden_size")},
        {int(schema.Attribute.TYPE): ("Int32", 2), int(schema.Attribute.INT): ("Int64", 2)},
    )
    node = made.node("LSTM", names, made.many([made.text("y")]), made.many([hidden]))
    inputs = made.many([made.text("x")])
    return made.file(
        made.graph(initializers=made.many([w, r]), nodes=made.many([node]), inputs=inputs)
    )
