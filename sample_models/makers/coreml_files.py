"""Writes Core ML models by hand, after the messages of mlmodel/format and the blobs of MILBlob."""

from __future__ import annotations

import json
import struct
from math import prod
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

PIPELINE, NETWORK, CLASSIFIER, PROGRAM = 202, 500, 403, 502  # kinds of models
SIMPLE, GRU, LSTM, BOTH, INNER, CUSTOM, LOOP = 400, 410, 420, 430, 140, 500, 615  # of layers
FLOAT16, FLOAT32, INT8, UINT8, INT32, STRING = 10, 11, 21, 31, 23, 2  # element types
BLOB_FLOAT16, BLOB_FLOAT32, BLOB_INT8, BLOB_UINT8 = 1, 2, 4, 3
SENTINEL = 0xDEADBEEF
MODEL = "Data/com.apple.CoreML/model.mlmodel"
WEIGHTS = "Data/com.apple.CoreML/weights/weight.bin"
Shape = tuple[int, ...]


def varint(value: int) -> bytes:
    """A number in groups of seven bits."""
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*out, value])


def field(number: int, value: int | str | bytes) -> bytes:
    """A field: a number, a text, or a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def model(kind: int, message: bytes, version: int = 1) -> bytes:
    """A model of a kind."""
    return field(1, version) + field(2, field(1, b"\x0a\x01x")) + field(kind, message)


def pipeline(*models: bytes) -> bytes:
    """A pipeline of models by the names a, b, c."""
    names = (field(2, "abcdefgh"[at]) for at in range(len(models)))
    return model(PIPELINE, b"".join(field(1, each) for each in models) + b"".join(names))


# Neural networks.


def layer(name: str, kind: int, message: bytes, given: tuple[str, ...] = ()) -> bytes:
    """A layer of a network."""
    inputs = b"".join(field(2, each) for each in ("x", *given))
    return field(1, field(1, name) + inputs + field(3, f"{name}_y") + field(kind, message))


def floats(count: int) -> bytes:
    """Weights as floats, zeros."""
    return field(1, bytes(4 * count))


def quantised(count: int, bits: int) -> bytes:
    """Weights of some bits with a scale and a bias for all."""
    scaled = field(101, field(1, bytes(4)) + field(2, bytes(4)))
    return field(30, bytes(-(-count * bits // 8))) + field(40, field(1, bits) + scaled)


def sizes(inputs: int, hidden: int) -> bytes:
    """The sizes of a recurrent layer."""
    return field(1, inputs) + field(2, hidden)


def gates(inputs: int, hidden: int, fields: dict[int, Shape]) -> bytes:
    """Weights by their fields; a shape of letters m and n stands in as numbers."""
    known = {1: inputs, 0: hidden}
    return b"".join(
        field(number, floats(prod(known[at] for at in shape))) for number, shape in fields.items()
    )


_KERNELS, _SQUARES, _BIASES = range(1, 5), range(20, 24), range(40, 44)


def lstm_weights(m: int, n: int, *, bias: bool = True, coupled: bool = False) -> bytes:
    """LSTMWeightParams; a coupled one has no forget gate."""
    left_out = {2, 21, 41} if coupled else set()
    fields: dict[int, Shape] = {
        **dict.fromkeys(_KERNELS, (0, 1)),
        **dict.fromkeys(_SQUARES, (0, 0)),
    }
    fields |= dict.fromkeys(_BIASES, (0,)) if bias else {}
    return gates(m, n, {key: shape for key, shape in fields.items() if key not in left_out})


def lstm(m: int, n: int, weights: bytes | None = None, flags: bytes = field(20, 1)) -> bytes:
    """UniDirectionalLSTMLayerParams, with a bias."""
    held = lstm_weights(m, n) if weights is None else weights
    return sizes(m, n) + field(15, flags) + field(20, held)


def both_ways(m: int, n: int) -> bytes:
    """BiDirectionalLSTMLayerParams."""
    held = field(20, lstm_weights(m, n))
    return sizes(m, n) + field(15, field(20, 1)) + held * 2


def gru(m: int, n: int) -> bytes:
    """GRULayerParams, with a bias."""
    fields: dict[int, Shape] = dict.fromkeys(range(30, 33), (0, 1))
    fields |= dict.fromkeys(range(50, 53), (0, 0)) | dict.fromkeys(range(70, 73), (0,))
    return sizes(m, n) + field(20, 1) + gates(m, n, fields)


def simple(m: int, n: int) -> bytes:
    """SimpleRecurrentLayerParams, with a bias."""
    return sizes(m, n) + field(20, 1) + gates(m, n, {30: (0, 1), 31: (0, 0), 32: (0,)})


def inner(inputs: int, outputs: int, weights: bytes | None = None) -> bytes:
    """InnerProductLayerParams, with a bias."""
    held = floats(inputs * outputs) if weights is None else weights
    return sizes(inputs, outputs) + field(20, held) + field(21, floats(outputs))


# Programs.


def tensor_type(dtype: int, shape: Shape) -> bytes:
    """A ValueType of a tensor."""
    dims = b"".join(field(3, field(1, field(1, size))) for size in shape)
    return field(1, field(1, dtype) + field(2, len(shape)) + dims)


def named(name: str, dtype: int, shape: Shape) -> bytes:
    """A NamedValueType."""
    return field(1, name) + field(2, tensor_type(dtype, shape))


def text(word: str) -> bytes:
    """A Value that is a text."""
    return field(2, tensor_type(STRING, ())) + field(3, field(1, field(4, field(1, word))))


def inline(shape: Shape, dtype: int = FLOAT32) -> bytes:
    """A Value with its elements, zeros."""
    count = prod(shape)
    data = {
        FLOAT32: field(1, field(1, bytes(4 * count))),
        INT32: field(2, field(1, bytes(count))),
    }.get(dtype) or field(7, field(1, bytes(count * (2 if dtype == FLOAT16 else 1))))
    return field(2, tensor_type(dtype, shape)) + field(3, field(1, data))


def one(dtype: int) -> bytes:
    """A Value that is the number 1, as a float or as a whole number."""
    number = {
        FLOAT32: field(1, field(1, struct.pack("<f", 1))),
        INT32: field(2, field(1, varint(1))),
    }[dtype]
    return field(2, tensor_type(dtype, ())) + field(3, field(1, number))


def blob_value(
    shape: Shape, offset: int, dtype: int = FLOAT32, file: str = "@model_path/weights/weight.bin"
) -> bytes:
    """A Value whose elements are in a blob file."""
    place = field(1, file) + field(2, offset)
    return field(2, tensor_type(dtype, shape)) + field(5, place)


def entry(key: str, value: bytes) -> bytes:
    """An entry of a map by text."""
    return field(1, key) + field(2, value)


def operation(  # noqa: PLR0913 - the fields of the message
    kind: str,
    name: str,
    inputs: dict[str, str | tuple[str, ...]],
    shape: Shape,
    *,
    attributes: dict[str, bytes] | None = None,
    blocks: tuple[bytes, ...] = (),
    dtype: int = FLOAT32,
) -> bytes:
    """An operation that gives a value of its own name."""
    out = field(1, kind)
    for key, given in inputs.items():
        names = (given,) if isinstance(given, str) else given
        out += field(2, entry(key, b"".join(field(1, field(1, each)) for each in names)))
    out += field(3, named(name, dtype, shape)) + b"".join(field(4, each) for each in blocks)
    known = {"name": text(name)} | (attributes or {})
    return out + b"".join(field(5, entry(key, value)) for key, value in known.items())


def const(name: str, value: bytes, shape: Shape, dtype: int = FLOAT32) -> bytes:
    """An operation that gives a stored value."""
    return operation("const", name, {}, shape, attributes={"val": value}, dtype=dtype)


def block(operations: list[bytes], outputs: tuple[str, ...], inputs: bytes = b"") -> bytes:
    """A Block."""
    given = b"".join(field(2, each) for each in outputs)
    return inputs + given + b"".join(field(3, each) for each in operations)


def program(operations: list[bytes], outputs: tuple[str, ...] = ("y",), m: int = 3) -> bytes:
    """A model of one function with an input x of m."""
    function = field(1, named("x", FLOAT32, (5, 1, m))) + field(2, "CoreML5")
    function += field(3, entry("CoreML5", block(operations, outputs)))
    return model(PROGRAM, field(1, 1) + field(2, entry("main", function)), version=6)


def lstm_operations(m: int, n: int, values: dict[str, bytes]) -> list[bytes]:
    """An LSTM over x with its constants; of some the values are given."""
    shapes = {
        "weight_ih": (4 * n, m),
        "weight_hh": (4 * n, n),
        "bias": (4 * n,),
        "initial_h": (1, n),
        "initial_c": (1, n),
    }
    made = [const(key, values.get(key, inline(shape)), shape) for key, shape in shapes.items()]
    made.append(const("direction", text("forward"), (), STRING))
    given: dict[str, str | tuple[str, ...]] = {key: key for key in (*shapes, "direction")}
    return [*made, operation("lstm", "y", {"x": "x", **given}, (5, 1, n))]


def blobs(*parts: tuple[int, bytes]) -> tuple[bytes, list[int]]:
    """A blob file with these types and elements, and the offset of each one's metadata."""
    out, offsets = struct.pack("<II", len(parts), 2).ljust(64, b"\0"), []
    for code, data in parts:
        offsets.append(len(out))
        out += struct.pack("<IIQQ", SENTINEL, code, len(data), len(out) + 64).ljust(64, b"\0")
        out += data + bytes(-len(data) % 64)
    return out, offsets


def manifest(path: str = "com.apple.CoreML/model.mlmodel", root: str = "model") -> bytes:
    """A manifest whose model is at a path."""
    entries = {
        "model": _item("Specification", "model.mlmodel", path),
        "weights": _item("Weights", "weights", "com.apple.CoreML/weights"),
    }
    known = {"fileFormatVersion": "1.0.0", "itemInfoEntries": entries, "rootModelIdentifier": root}
    return json.dumps(known, indent=4).encode()


def _item(what: str, name: str, path: str) -> dict[str, str]:
    return {
        "author": "com.apple.CoreML",
        "description": f"CoreML Model {what}",
        "name": name,
        "path": path,
    }


def write_package(
    folder: Path, data: bytes, weights: bytes | None = None, listed: bytes | None = None
) -> Path:
    """Write a package; its folder."""
    files = {"Manifest.json": listed or manifest(), MODEL: data}
    files |= {} if weights is None else {WEIGHTS: weights}
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder
