"""Writes Tesseract's networks and trained data by hand, after its own classes (lstm/*.cpp)."""

from __future__ import annotations

import struct

LAYER_RATES, ADAM = 64, 128
INT8, DOUBLE = 1, 128
NETWORK, VERSION = 17, 23


def text(word: str) -> bytes:
    """A string with its length."""
    return struct.pack("<I", len(word)) + word.encode()


def matrix(rows: int, columns: int, *, int8: bool = False, old: bool = False) -> bytes:
    """A matrix of zeros, quantised, or in the single precision of old files."""
    width = 4 if old else 8
    mode = (INT8 if int8 else 0) | (0 if old else DOUBLE)
    sizes = struct.pack("<2I", rows, columns)
    if int8:
        scales = struct.pack("<I", rows) + bytes(rows * width)
        return bytes([mode]) + sizes + bytes(1) + bytes(rows * columns) + scales
    return bytes([mode]) + sizes + bytes(width) + bytes(rows * columns * width)


def network(  # noqa: PLR0913 - the fields of the class
    kind: str, name: str, inputs: int, outputs: int, weights: int, body: bytes, *, flags: int = ADAM
) -> bytes:
    """A network of any kind; `body` is what its class adds."""
    head = struct.pack("<4i", flags, inputs, outputs, weights)
    return b"\0" + text(kind) + b"\0\0" + head + text(name) + body


def lstm(inputs: int, hidden: int, name: str, **options: bool) -> bytes:
    """An LSTM that reads its inputs, its outputs and 1 by a matrix for each gate."""
    width = inputs + hidden
    gates = matrix(hidden, width + 1, **options) * 4
    return network(
        "LSTM",
        name,
        inputs,
        hidden,
        4 * hidden * (width + 1),
        struct.pack("<I", width) + gates,
    )


def softmax(inputs: int, outputs: int, **options: bool) -> bytes:
    """An output layer."""
    body = matrix(outputs, inputs + 1, **options)
    return network("Softmax", "Output", inputs, outputs, outputs * (inputs + 1), body)


def series(*parts: bytes, weights: int, kind: str = "Series", rates: bool = True) -> bytes:
    """Networks one after the other, or a container of another kind."""
    body = struct.pack("<I", len(parts)) + b"".join(parts)
    body += struct.pack("<I", len(parts)) + bytes(4 * len(parts)) if rates else b""
    return network(kind, kind, 1, 1, weights, body, flags=LAYER_RATES if rates else 0)


def start() -> bytes:
    """The input, with its shape."""
    return network("Input", "Input", 1, 1, 0, bytes(20))


def tiny(**options: bool) -> bytes:
    """An input, two LSTMs, the second from right to left, and a softmax."""
    reverse = series(lstm(5, 4, "Lrx4", **options), weights=160, kind="RTLReversed", rates=False)
    parts = (start(), lstm(6, 5, "Lfx5", **options), reverse, softmax(4, 3, **options))
    return series(*parts, weights=240 + 160 + 15)


def trained_data(components: dict[int, bytes], count: int = 24) -> bytes:
    """A table of offsets, -1 for what is missing, and the components."""
    at, offsets, parts = 4 + 8 * count, [-1] * count, b""
    for number, component in sorted(components.items()):
        offsets[number] = at + len(parts)
        parts += component
    return struct.pack(f"<i{count}q", count, *offsets) + parts
