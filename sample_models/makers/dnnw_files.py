"""Writes `DNNw` blobs by hand, as dnn/write_lpcnet_weights.c of Opus does."""

from __future__ import annotations

import struct

Arrays = dict[str, tuple[int, bytes]]  # by name: the type, 0 float32, 1 int32, 3 int8, and elements
_BLOCK = 64


def blob_of(arrays: Arrays) -> bytes:
    """A blob with these arrays in their order."""
    records = []
    for name, (code, data) in arrays.items():
        held = -(-len(data) // _BLOCK) * _BLOCK
        head = struct.pack("<4s4i44s", b"DNNw", 0, code, len(data), held, name.encode())
        records += [head, data.ljust(held, b"\0")]
    return b"".join(records)


def floats(count: int) -> tuple[int, bytes]:
    """An array of float32."""
    return 0, struct.pack(f"<{count}f", *(number % 7 - 3 for number in range(count)))


def small(count: int) -> tuple[int, bytes]:
    """An array of int8."""
    return 3, bytes(number % 100 for number in range(count))


def linear(name: str, inputs: int, outputs: int, *, bias: bool = True) -> Arrays:
    """A dense layer in float."""
    arrays = {f"{name}_weights_float": floats(inputs * outputs)}
    return {**arrays, f"{name}_bias": floats(outputs)} if bias else arrays


def sparse(
    name: str, rows: tuple[tuple[int, ...], ...], *, diagonal: bool = False, bias: bool = True
) -> Arrays:
    """A sparse layer in int8 and float: for each 8 outputs the first inputs of its blocks."""
    outputs, blocks = 8 * len(rows), sum(map(len, rows))
    index = [number for row in rows for number in (len(row), *row)]
    arrays = {f"{name}_weights_diag": floats(outputs)} if diagonal else {}
    arrays |= {
        f"{name}_weights_int8": small(32 * blocks),
        f"{name}_weights_float": floats(32 * blocks),
        f"{name}_weights_idx": (1, struct.pack(f"<{len(index)}i", *index)),
        f"{name}_subias": floats(outputs),
        f"{name}_scale": floats(outputs),
    }
    return {**arrays, f"{name}_bias": floats(outputs)} if bias else arrays
