"""The checksum of TensorFlow's tables against its catalogue, and against one bit at a time."""

from __future__ import annotations

from hashlib import shake_128

import pytest

from rnninspect.decode.sstable.crc32c import CASTAGNOLI, PIECE, WORD, crc32c


def bit_by_bit(data: bytes) -> int:
    value = WORD
    for byte in data:
        value ^= byte
        for _ in range(8):
            value = value >> 1 ^ (CASTAGNOLI if value & 1 else 0)
    return value ^ WORD


def test_the_checksum_is_castagnolis() -> None:
    assert crc32c(b"") == 0
    assert crc32c(b"123456789") == 0xE3069283  # the check value of its catalogue
    assert crc32c(bytes(32)) == 0x8A9136AA  # RFC 3720, B.4


@pytest.mark.parametrize("size", [*range(1, 40), 127, 128, 129, 1000, PIECE - 1, PIECE, PIECE + 1])
def test_whole_runs_leave_what_single_bits_leave(size: int) -> None:
    data = shake_128(b"seed").digest(size)
    assert crc32c(data) == bit_by_bit(data)
    assert crc32c(bytes(size)) == bit_by_bit(bytes(size))
