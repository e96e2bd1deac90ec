"""The reader against the readers that flatc generated: thousands of damaged TFLite models."""

from __future__ import annotations

import random
import struct
from typing import TYPE_CHECKING, Any

from making.tensorflow.tflite_schema import packed, schema
from rnninspect.decode.flatbuffers import FLOAT32, INT8, INT32, INT64, UINT8, UINT32, UINT64
from rnninspect.decode.flatbuffers import FlatBuffer as Ours
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from struct import Struct

    from rnninspect.decode.flatbuffers import Table

COUNT = 4000
TEXT, FLAG = "text", "flag"
Field = tuple[int, str, "Struct | str", bool]  # slot, name, type or table, whether a vector
SCHEMA: dict[str, tuple[Field, ...]] = {
    "Model": (
        (0, "Version", UINT32, False),
        (1, "OperatorCodes", "OperatorCode", True),
        (2, "Subgraphs", "SubGraph", True),
        (3, "Description", TEXT, False),
        (4, "Buffers", "Buffer", True),
        (5, "MetadataBuffer", INT32, True),
    ),
    "OperatorCode": (
        (0, "DeprecatedBuiltinCode", INT8, False),
        (1, "CustomCode", TEXT, False),
        (3, "BuiltinCode", INT32, False),
    ),
    "SubGraph": (
        (0, "Tensors", "Tensor", True),
        (1, "Inputs", INT32, True),
        (3, "Operators", "Operator", True),
        (4, "Name", TEXT, False),
    ),
    "Tensor": (
        (0, "Shape", INT32, True),
        (1, "Type", INT8, False),
        (2, "Buffer", UINT32, False),
        (3, "Name", TEXT, False),
        (4, "Quantization", "QuantizationParameters", False),
        (5, "IsVariable", FLAG, False),
    ),
    "QuantizationParameters": ((2, "Scale", FLOAT32, True), (3, "ZeroPoint", INT64, True)),
    "Operator": (
        (0, "OpcodeIndex", UINT32, False),
        (1, "Inputs", INT32, True),
        (2, "Outputs", INT32, True),
        (3, "BuiltinOptionsType", UINT8, False),
    ),
    "Buffer": ((0, "Data", UINT8, True), (1, "Offset", UINT64, False)),
}


def varied_model() -> bytes:
    """A field of each kind, two subgraphs, tables that share vtables and one that does not."""
    made = schema()
    scales = made.QuantizationParametersT(scale=[0.5, 0.25], zeroPoint=[-3, 2**40])
    tensors = [
        made.TensorT(shape=[2, 3], type=9, buffer=1, name="weights", quantization=scales),
        made.TensorT(shape=[1, -1], buffer=0, name="state", isVariable=True),
    ]
    operator = made.OperatorT(opcodeIndex=1, inputs=[0, -1, 1], outputs=[1], builtinOptionsType=14)
    operator.builtinOptions = made.LSTMOptionsT(fusedActivationFunction=4)
    graphs = [
        made.SubGraphT(tensors=tensors, inputs=[0], outputs=[1], operators=[operator] * 2, name=n)
        for n in ("main", "body")
    ]
    codes = [made.OperatorCodeT(builtinCode=16), made.OperatorCodeT(32, "Flex", builtinCode=32)]
    buffers = [made.BufferT(), made.BufferT(data=list(range(200))), made.BufferT(offset=2**33)]
    return packed(made.ModelT(3, codes, graphs, "text", buffers, metadataBuffer=[2]))


def ours(table: Table, name: str) -> Iterator[object]:
    """All that a table contains, depth first."""
    for slot, _, kind, is_vector in SCHEMA[name]:
        if kind == TEXT:
            text = table.text(slot)
            yield None if text is None else text.encode("utf-8", "surrogateescape")
        elif kind == FLAG:
            yield table.flag(slot)
        elif isinstance(kind, str):
            inner = table.table(slot) if not is_vector else None
            for each in table.tables(slot) if is_vector else filter(None, (inner,)):
                yield from ours(each, kind)
        elif kind is FLOAT32:
            yield list(table.numbers(slot, kind).reals())
        elif is_vector:
            yield list(table.numbers(slot, kind).integers())
        else:
            yield table.integer(slot, kind)


def theirs(table: Any, name: str) -> Iterator[object]:  # noqa: ANN401 - a generated class
    """The same by the generated readers."""
    for _, field, kind, is_vector in SCHEMA[name]:
        read = getattr(table, field)
        count = getattr(table, f"{field}Length")() if is_vector else 0
        if not isinstance(kind, str) or kind in (TEXT, FLAG):
            yield [read(at) for at in range(count)] if is_vector else read()
            continue
        for inner in [read(at) for at in range(count)] if is_vector else [read()]:
            if inner is not None:
                yield from theirs(inner, kind)


def mutations(data: bytes, count: int) -> Iterator[bytes]:
    """Copies with one or two faults: bytes and words changed, the end cut, a run doubled."""
    for seed in range(count):
        chance = random.Random(seed)  # noqa: S311 - not cryptography
        spoiled = bytearray(data)
        for _ in range(chance.randint(1, 2)):
            at = chance.randrange(len(spoiled) - 4)
            match chance.randrange(6):
                case 0:
                    spoiled[at] = chance.randrange(256)
                case 1:
                    near = int.from_bytes(spoiled[at & ~3 : (at & ~3) + 4], "little")
                    moved = (near + chance.choice((-4, 4, 8, 1))) % 2**32
                    spoiled[at & ~3 : (at & ~3) + 4] = moved.to_bytes(4, "little")
                case 2:
                    word = chance.choice((0, 1, 4, 2**31 - 1, 2**32 - 1, len(data)))
                    spoiled[at & ~3 : (at & ~3) + 4] = word.to_bytes(4, "little")
                case 3:
                    del spoiled[-chance.randrange(1, 100) :]
                case 4:
                    spoiled[at:at] = spoiled[at : at + chance.choice((1, 4, 16))]
                case _:
                    spoiled[at] ^= 1 << chance.randrange(8)
        yield bytes(spoiled)


def test_the_intact_model_is_read_alike() -> None:
    data = varied_model()
    model = schema().Model.GetRootAs(data)
    found = list(ours(Ours(holding_source("made", data, Limits())).root(), "Model"))
    assert found == list(theirs(model, "Model"))
    assert b"weights" in found
    assert [-3, 2**40] in found


def test_damaged_models_are_read_alike_or_refused() -> None:
    """What is taken has the values that the generated readers see; they take what is refused, too,
    since they check nothing: an offset before the buffer reads from its other end.
    """
    taken = refused = 0
    for data in mutations(varied_model(), COUNT):
        try:
            found = list(ours(Ours(holding_source("made", data, Limits())).root(), "Model"))
        except UnreadableFile:
            refused += 1
            continue
        taken += 1
        expected = list(theirs(schema().Model.GetRootAs(data), "Model"))
        assert repr(found) == repr(expected), data.hex()  # NaN is equal by its text alone
    assert taken > COUNT // 5
    assert refused > COUNT // 20


def test_what_the_generated_readers_cannot_read_is_refused() -> None:
    for data in mutations(varied_model(), COUNT):
        try:
            list(theirs(schema().Model.GetRootAs(data), "Model"))
        except (struct.error, TypeError, IndexError, OverflowError, MemoryError):
            try:
                list(ours(Ours(holding_source("made", data, Limits())).root(), "Model"))
            except UnreadableFile:
                continue
            raise AssertionError(data.hex()) from None
