"""Tesseract's trained data with lying tables, counts and sizes."""

from __future__ import annotations

import struct

from hostile.entry import Hostile, written
from makers.tesseract_files import NETWORK, matrix, network, series, start, tiny, trained_data


def nested(levels: int) -> bytes:
    """Containers in each other, written from the inside."""
    head = b"\0\6\0\0\0Series\0\0" + bytes(16) + bytes(4) + b"\1\0\0\0"
    return head * levels


def with_matrix(body: bytes) -> bytes:
    return network("Softmax", "Output", 4, 3, 15, body)


def offsets(*numbers: int) -> bytes:
    return struct.pack(f"<i{len(numbers)}q", len(numbers), *numbers) + bytes(64)


HUGE = bytes([128]) + b"\xff" * 8 + bytes(8)
ENTRIES: dict[str, Hostile] = {
    "sound.traineddata": written(trained_data({NETWORK: tiny()}), 0),
    "sound.lstm": written(tiny(), 0),
    "no_network.traineddata": written(trained_data({0: b"a"}), 2),
    "beyond_the_end.traineddata": written(offsets(20, 2**62), 2),
    "backwards.traineddata": written(offsets(20, 10), 2),
    "cut.traineddata": written(trained_data({NETWORK: tiny()})[:-20], 2),
    "deep.lstm": written(nested(100_000), 2),
    "many_parts.lstm": written(
        network("Series", "S", 1, 1, 0, struct.pack("<I", 9_999) + start() * 9_999), 0
    ),
    "claims_parts.lstm": written(network("Series", "S", 1, 1, 0, b"\xff" * 4), 2),
    "huge_matrix.lstm": written(with_matrix(HUGE), 2),
    "no_rows.lstm": written(with_matrix(matrix(0, 0)), 0),
    "many_scales.lstm": written(with_matrix(b"\x81" + bytes(9) + b"\xff" * 4), 2),
    "below_nothing.lstm": written(network("LSTM", "L", -5, -7, -1, bytes(4) + matrix(1, 1) * 4), 2),
    "long_name.lstm": written(b"\0\6\0\0\0Series\0\0" + bytes(16) + b"\xff" * 4, 2),
    "unknown_kind.lstm": written(series(network("TensorFlow", "T", 1, 1, 0, b""), weights=0), 2),
}
