"""The ONNX decoder against onnx's own classes on thousands of damaged files: same graph or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import onnx
from google.protobuf.message import DecodeError  # type: ignore[import-untyped] # no stubs

from making.onnx.mutations import mutations, varied_model
from making.onnx.results import read
from rnninspect.errors import UnreadableFile
from rnninspect.source.source import open_source
from rnninspect_onnx.protobuf.decoder import Decoder

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from rnninspect_onnx.protobuf.messages import AttributeProto, GraphProto, TensorProto

COUNT = 3000


def parsed(data: bytes) -> onnx.ModelProto | None:
    try:
        return onnx.ModelProto.FromString(data)
    except DecodeError:
        return None


def tensor(held: TensorProto) -> object:
    numbers = held.integers if held.element_type == onnx.TensorProto.INT64 else None
    return held.name, held.dims, held.element_type, held.raw_bytes, numbers


def their_tensor(held: onnx.TensorProto) -> object:
    numbers = None
    if held.data_type == onnx.TensorProto.INT64 and held.data_location != held.EXTERNAL:
        numbers = their_integers(held)
    raw = len(held.raw_data) if held.HasField("raw_data") else None
    return text(held.name), tuple(held.dims), held.data_type, raw, numbers


def their_integers(held: onnx.TensorProto) -> tuple[int, ...] | None:
    if not held.HasField("raw_data"):
        return tuple(held.int64_data)
    raw = held.raw_data
    if len(raw) % 8 or len(raw) > 8 * 64:
        return None
    words = (raw[at : at + 8] for at in range(0, len(raw), 8))
    return tuple(int.from_bytes(word, "little", signed=True) for word in words)


def graph(held: GraphProto) -> object:
    return (
        [
            (n.operator, n.name, n.inputs, n.outputs, *map(attribute, n.attributes))
            for n in held.nodes
        ],
        [tensor(item) for item in held.initializers],
        [
            (tensor(item.values), tensor(item.indices), item.dims)
            for item in held.sparse_initializers
        ],
        held.inputs,
        held.outputs,
    )


def their_graph(held: onnx.GraphProto) -> object:
    return (
        [
            (
                text(item.op_type),
                text(item.name),
                texts(item.input),
                texts(item.output),
                *map(their_attribute, item.attribute),
            )
            for item in held.node
        ],
        [their_tensor(item) for item in held.initializer],
        [
            (their_tensor(item.values), their_tensor(item.indices), tuple(item.dims))
            for item in held.sparse_initializer
        ],
        texts(item.name for item in held.input),
        texts(item.name for item in held.output),
    )


def attribute(held: AttributeProto) -> object:
    return (
        held.name,
        held.number,
        held.text,
        held.has_real,
        held.reference,
        [tensor(item) for item in held.tensors],
        [graph(item) for item in held.graphs],
        held.integers,
        held.counts,
        held.strings,
    )


def their_attribute(held: onnx.AttributeProto) -> object:
    tensors = ([held.t] if held.HasField("t") else []) + list(held.tensors)
    graphs = ([held.g] if held.HasField("g") else []) + list(held.graphs)
    return (
        text(held.name),
        held.i if held.HasField("i") else None,
        word(held.s) if held.HasField("s") else None,
        held.HasField("f"),
        text(held.ref_attr_name),
        [their_tensor(item) for item in tensors],
        [their_graph(item) for item in graphs],
        tuple(held.ints)[:64],
        (len(held.ints), len(held.floats), len(held.strings)),
        tuple(word(item) for item in held.strings),
    )


def word(held: bytes) -> str:
    return text(held) if len(held) <= 256 else ""


def text(held: str | bytes) -> str:
    """A text that is not UTF-8 comes out of protobuf as bytes."""
    return held if isinstance(held, str) else held.decode("utf-8", "surrogateescape")


def texts(held: Iterable[str | bytes]) -> tuple[str, ...]:
    return tuple(text(item) for item in held)


def test_a_damaged_file_is_the_same_graph_or_no_model(tmp_path: Path) -> None:
    """What protobuf takes is decoded the same; what the decoder refuses, protobuf refuses too.

    The other way round the decoder takes more: it passes over documentation, types of values that
    nothing asks for, and the like, and so does not see damage inside of them.
    """
    path, seen = tmp_path / "mutated.onnx", 0
    whole = varied_model().SerializeToString()
    for data in (whole, *mutations(whole, COUNT)):
        path.write_bytes(data)
        theirs = parsed(data)
        try:
            with open_source(path) as source:
                ours = Decoder(source).model()
        except UnreadableFile:
            assert theirs is None or not theirs.HasField("graph"), data.hex()
            continue
        if theirs is None:
            continue
        assert graph(ours.graph) == their_graph(theirs.graph), data.hex()
        assert [(item.domain, item.name) for item in ours.functions] == [
            (text(item.domain), text(item.name)) for item in theirs.functions
        ]
        seen += 1
    assert seen > COUNT // 20


def test_no_damage_ends_in_anything_but_a_description_or_one_line(tmp_path: Path) -> None:
    path = tmp_path / "mutated.onnx"
    described = 0
    for data in mutations(varied_model().SerializeToString(), COUNT):
        path.write_bytes(data)
        try:
            described += bool(read(path).layers)
        except UnreadableFile as error:
            assert str(error)  # noqa: PT017 - either end is right
            assert "\n" not in str(error)  # noqa: PT017 - as above
    assert described > COUNT // 20
