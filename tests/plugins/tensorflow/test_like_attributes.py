"""Attributes of nodes that are encoded alike are decoded once, and mean the same."""

from __future__ import annotations

import pytest

from rnninspect.decode.protobuf import WireReader
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_keras.graph.messages import decoder
from rnninspect_keras.graph.messages.records import Constant, GraphDef, Shape


def field(number: int, value: bytes) -> bytes:
    return bytes([number << 3 | 2, len(value)]) + value


def node(name: bytes, **attributes: bytes) -> bytes:
    entries = (
        field(5, field(1, key.encode()) + field(2, each)) for key, each in attributes.items()
    )
    return field(1, field(1, name) + field(2, b"Const") + b"".join(entries))


TENSOR = field(8, b"\x08\x03" + field(2, b"") + b"\x38\x07")  # an int32 of value 7
SHAPE = field(7, field(2, b"\x08\x05"))
ALIKE = {"dtype": b"\x30\x03", "shape": SHAPE, "value": TENSOR, "odd": TENSOR}
GRAPH = node(b"a", **ALIKE) + node(b"b", **ALIKE)


def decoded() -> tuple[decoder.GraphDecoder, GraphDef]:
    found = decoder.GraphDecoder(WireReader(holding_source("graph", GRAPH, Limits())))
    return found, found.graph(found.wire.whole())


def test_like_attributes_have_like_values_and_constants_their_own_places() -> None:
    first, second = decoded()[1].nodes
    assert first.attributes["dtype"] == second.attributes["dtype"] == 3
    assert first.attributes["shape"] == second.attributes["shape"] == Shape((5,))
    values = first.attributes["value"], second.attributes["value"]
    assert [type(value) for value in values] == [Constant, Constant]
    assert values[0] != values[1]
    assert first.attributes.keys() == second.attributes.keys() == {"dtype", "shape", "value"}


def test_none_is_left_out_of_what_the_limits_count(monkeypatch: pytest.MonkeyPatch) -> None:
    short, found = decoded()
    monkeypatch.setattr(decoder, "SHORT", 0)
    long, same = decoded()
    assert found == same
    assert short._kept == long._kept
    assert short.wire.counted >= long.wire.counted  # like shapes are decoded once in any case
