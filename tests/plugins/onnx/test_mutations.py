"""The ONNX decoder against onnx's own classes on thousands of damaged files: the same graph."""

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

    from rnninspect_onnx.protobuf.messages import AttributeProto, GraphProto
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto

COUNT = 3000


def parsed(data: bytes) -> onnx.ModelProto | None:
    try:
        return onnx.ModelProto.FromString(data)
    except DecodeError:
        return None


def tensor(message: TensorProto) -> object:
    numbers = message.integers if message.element_type == onnx.TensorProto.INT64 else None
    return message.name, message.dims, message.element_type, message.raw_bytes, numbers


def expected_tensor(message: onnx.TensorProto) -> object:
    numbers = None
    if message.data_type == onnx.TensorProto.INT64 and message.data_location != message.EXTERNAL:
        numbers = expected_integers(message)
    raw = len(message.raw_data) if message.HasField("raw_data") else None
    return text(message.name), tuple(message.dims), message.data_type, raw, numbers


def expected_integers(message: onnx.TensorProto) -> tuple[int, ...] | None:
    if not message.HasField("raw_data"):
        return tuple(message.int64_data)
    raw = message.raw_data
    if len(raw) % 8 or len(raw) > 8 * 64:
        return None
    words = (raw[at : at + 8] for at in range(0, len(raw), 8))
    return tuple(int.from_bytes(word, "little", signed=True) for word in words)


def graph(message: GraphProto) -> object:
    return (
        [
            (n.operator, n.name, n.inputs, n.outputs, *map(attribute, n.attributes))
            for n in message.nodes
        ],
        [tensor(item) for item in message.initializers],
        [
            (tensor(item.values), tensor(item.indices), item.dims)
            for item in message.sparse_initializers
        ],
        message.inputs,
        message.outputs,
    )


def expected_graph(message: onnx.GraphProto) -> object:
    return (
        [
            (
                text(item.op_type),
                text(item.name),
                texts(item.input),
                texts(item.output),
                *map(expected_attribute, item.attribute),
            )
            for item in message.node
        ],
        [expected_tensor(item) for item in message.initializer],
        [
            (expected_tensor(item.values), expected_tensor(item.indices), tuple(item.dims))
            for item in message.sparse_initializer
        ],
        texts(item.name for item in message.input),
        texts(item.name for item in message.output),
    )


def attribute(message: AttributeProto) -> object:
    return (
        message.name,
        message.number,
        message.text,
        message.has_real,
        message.reference,
        [tensor(item) for item in message.tensors],
        [graph(item) for item in message.graphs],
        message.integers,
        message.counts,
        message.strings,
    )


def expected_attribute(message: onnx.AttributeProto) -> object:
    tensors = ([message.t] if message.HasField("t") else []) + list(message.tensors)
    graphs = ([message.g] if message.HasField("g") else []) + list(message.graphs)
    return (
        text(message.name),
        message.i if message.HasField("i") else None,
        word(message.s) if message.HasField("s") else None,
        message.HasField("f"),
        text(message.ref_attr_name),
        [expected_tensor(item) for item in tensors],
        [expected_graph(item) for item in graphs],
        tuple(message.ints)[:64],
        (len(message.ints), len(message.floats), len(message.strings)),
        tuple(word(item) for item in message.strings),
    )


def word(message: bytes) -> str:
    return text(message) if len(message) <= 256 else ""


def text(message: str | bytes) -> str:
    """Protobuf returns a string that is not UTF-8 as bytes."""
    return message if isinstance(message, str) else message.decode("utf-8", "surrogateescape")


def texts(message: Iterable[str | bytes]) -> tuple[str, ...]:
    return tuple(text(item) for item in message)


def test_a_damaged_file_decodes_to_the_same_graph_or_fails(tmp_path: Path) -> None:
    """What protobuf accepts is decoded alike; what the decoder rejects, protobuf rejects too.

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
        assert graph(ours.graph) == expected_graph(theirs.graph), data.hex()
        assert [(item.domain, item.name) for item in ours.functions] == [
            (text(item.domain), text(item.name)) for item in theirs.functions
        ]
        seen += 1
    assert seen > COUNT // 20


def test_damage_ends_in_a_description_or_one_line(tmp_path: Path) -> None:
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
