"""Paddle's files, byte by byte: what it writes itself is larger, or of a version that is gone.

By framework.proto, lod_tensor.cc and python/paddle/framework/io.py of PaddlePaddle 2.6, and the
JSON of 3.3. What the reader says of programs that 2.6 wrote itself was compared by hand; a test
does it for 3.3.
"""

from __future__ import annotations

import json
import pickle
import struct
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    Shapes = Mapping[str, tuple[int, ...]]
    Attributes = Mapping[str, int | str]  # a bool is an int

FLOAT32 = 5  # VarType.FP32
NAMES = "StructuredToParameterName@@"


class Reduced:
    """A tensor outside of a state dict, which Paddle pickles as a call of `tuple`."""

    def __init__(self, name: str, array: np.ndarray) -> None:
        self.name, self.array = name, array

    def __reduce__(self) -> tuple[object, ...]:
        return tuple, ((self.name, self.array),)


def zeros(shapes: Shapes) -> dict[str, np.ndarray]:
    """An array for each shape."""
    return {name: np.zeros(shape, "float32") for name, shape in shapes.items()}


def state_dict(shapes: Shapes, names: Mapping[str, str], protocol: int = 4) -> bytes:
    """What `paddle.save(layer.state_dict(), path)` writes."""
    return pickle.dumps({**zeros(shapes), NAMES: dict(names)}, protocol)


def lstm_shapes(m: int, n: int, gates: int = 4) -> dict[str, tuple[int, ...]]:
    """The weights of a cell by their names, in the order in which it creates them."""
    rows = gates * n
    return {"weight_ih": (rows, m), "weight_hh": (rows, n), "bias_ih": (rows,), "bias_hh": (rows,)}


def tensor(shape: tuple[int, ...], kind: int = FLOAT32, width: int = 4) -> bytes:
    """A tensor of zeros as `SerializeToStream` writes it."""
    about = b"\x08" + varint(kind) + b"".join(b"\x10" + varint(size) for size in shape)
    head = struct.pack("<IQI", 0, 0, 0) + struct.pack("<i", len(about)) + about
    return head + bytes(width * int(np.prod(shape)))


def combined(shapes: Shapes) -> bytes:
    """The tensors of a program in one file, in the order of their names."""
    return b"".join(tensor(shapes[name]) for name in sorted(shapes))


def varint(value: int) -> bytes:
    """A number in groups of 7 bits."""
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes((*out, value))


def part(number: int, value: int | bytes | str) -> bytes:
    """One field of a message."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


@dataclass(frozen=True)
class Op:
    """An operator: what it reads and gives by parameter, its attributes."""

    kind: str
    reads: Mapping[str, Iterable[str]]
    gives: Mapping[str, Iterable[str]]
    attributes: Attributes = field(default_factory=dict)

    def encoded(self) -> bytes:
        """As an OpDesc."""
        parts = [
            part(number, part(1, name) + b"".join(part(2, value) for value in values))
            for number, side in ((1, self.reads), (2, self.gives))
            for name, values in side.items()
        ]
        parts.append(part(3, self.kind))
        parts += [part(4, _attribute(*pair)) for pair in self.attributes.items()]
        return b"".join(parts)


def _attribute(name: str, value: int | str) -> bytes:
    if isinstance(value, bool):
        return part(1, name) + part(2, 6) + part(10, int(value))
    if isinstance(value, str):
        return part(1, name) + part(2, 2) + part(5, value)
    if name == "sub_block":
        return part(1, name) + part(2, 8) + part(12, value)
    return part(1, name) + part(2, 0) + part(3, value)


def program(shapes: Shapes, *blocks: Iterable[Op], version: int = 2006002) -> bytes:
    """A ProgramDesc with these parameters, each in its first block."""
    variables = b"".join(part(3, _variable(*pair)) for pair in shapes.items())
    encoded = [
        part(
            1,
            part(1, number)
            + part(2, number - 1)
            + (b"" if number else variables)
            + b"".join(part(4, op.encoded()) for op in block),
        )
        for number, block in enumerate(blocks)
    ]
    return b"".join(encoded) + part(4, part(1, version))


def _variable(name: str, shape: tuple[int, ...]) -> bytes:
    about = part(1, FLOAT32) + b"".join(part(2, size) for size in shape)
    return part(1, name) + part(2, part(1, 7) + part(3, part(1, about))) + part(3, 1)


def in_json(shapes: Shapes, mode: str, attributes: Attributes) -> str:
    """A program of PIR with one `rnn` over all parameters, in their order."""
    numbers = {name: number for number, name in enumerate(shapes, start=1)}
    ops: list[dict[str, object]] = [
        {
            "#": "p",
            "A": [0, 1, 1, name],
            "DA": [],
            "O": {"%": numbers[name], "TT": _type(shape)},
            "OA": [1, 0, 1],
            "QA": [],
        }
        for name, shape in shapes.items()
    ]
    given, listed, result = (len(shapes) + more for more in (1, 2, 3))
    ops.append({"#": "1.data", "A": [], "I": [], "O": [{"%": given, "TT": _type((4, 1, 3))}]})
    reads = [{"%": number} for number in numbers.values()]
    ops.append({"#": "0.combine", "A": [], "I": reads, "O": [{"%": listed}]})
    about = [{"AT": {"#": "0.a_str", "D": mode}, "N": "mode"}]
    about += [{"AT": {"#": "0.a_i32", "D": value}, "N": name} for name, value in attributes.items()]
    about.append({"AT": {"#": "0.a_str", "D": "/Net/GRU/"}, "N": "struct_name"})
    operands = [{"%": given}, {"%": 0}, {"%": listed}, {"%": 0}, {"%": 0}]
    ops.append({"#": "1.rnn", "A": about, "I": operands, "O": [{"%": result}]})
    block = {"#": "block_0", "args": [], "ops": ops}
    return json.dumps(
        {
            "base_code": {"magic": "pir", "trainable": True, "version": 4},
            "program": {"regions": [{"#": "region_0", "blocks": [block]}]},
        },
        separators=(",", ":"),
    )


def _type(shape: tuple[int, ...]) -> dict[str, object]:
    return {"#": "0.t_dtensor", "D": [{"#": "0.t_f32"}, list(shape), "NCHW", [], 0]}
