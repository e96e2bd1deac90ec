"""GGUF written by hand, so that any part of it can be wrong."""

from __future__ import annotations

import struct
from collections.abc import Sequence

Tensor = tuple[str | bytes, Sequence[int], int, int]  # name, axes in ggml's order, type, offset
STRING, ARRAY, UINT32, FLOAT32 = 8, 9, 4, 0


def text(value: str | bytes, order: str = "<") -> bytes:
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(f"{order}Q", len(data)) + data


def pair(key: str | bytes, kind: int, value: bytes, order: str = "<") -> bytes:
    """A key-value whose value is already in bytes."""
    return text(key, order) + struct.pack(f"{order}I", kind) + value


def number(key: str, value: int, order: str = "<") -> bytes:
    """A key-value of a uint32."""
    return pair(key, UINT32, struct.pack(f"{order}I", value), order)


def words(key: str, value: str, order: str = "<") -> bytes:
    """A key-value of a text."""
    return pair(key, STRING, text(value, order), order)


def array(kind: int, count: int, elements: bytes = b"", order: str = "<") -> bytes:
    """The value of an array."""
    return struct.pack(f"{order}IQ", kind, count) + elements


def tensor(name: str | bytes, axes: Sequence[int], code: int, offset: int, order: str) -> bytes:
    """A row of the tensor table."""
    layout = f"{order}I{len(axes)}QIQ"
    return text(name, order) + struct.pack(layout, len(axes), *axes, code, offset)


def file(
    pairs: Sequence[bytes] = (),
    tensors: Sequence[Tensor] = (),
    *,
    payload: int = 0,
    version: int = 3,
    order: str = "<",
    counts: tuple[int, int] | None = None,
    alignment: int = 32,
) -> bytes:
    """A file with these key-values and tensors, and as many zeros after its header."""
    stated = counts or (len(tensors), len(pairs))
    head = b"GGUF" + struct.pack(f"{order}IQQ", version, *stated) + b"".join(pairs)
    head += b"".join(tensor(*each, order) for each in tensors)
    return head + bytes(-len(head) % alignment + payload)
