"""Faults in formats whose header is a run of numbers of eight bytes and texts, such as GGUF."""

from __future__ import annotations

import random
import struct

from .faults import MOST_BYTES, mutate_bytes

_NUMBERS = (
    0,
    1,
    2,
    3,
    4,
    31,
    32,
    33,
    64,
    255,
    2**16,
    2**31,
    2**32 - 1,
    2**32,
    2**62,
    2**63,
    2**64 - 1,
)
_SMALL = (*range(13), 99, 2**32 - 1)  # types of values and of elements


def mutate_header(data: bytes, chance: random.Random) -> bytes:
    """Change a length, a count, a type or a text; exchange or repeat runs; or spoil bytes."""
    if len(data) < 64 or chance.random() < 0.2:
        return mutate_bytes(data, chance)
    spoiled = bytearray(data)
    numbers = _numbers_in(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        at = chance.choice(numbers)
        match chance.randrange(6):
            case 0:
                spoiled[at : at + 8] = struct.pack("<Q", chance.choice(_NUMBERS))
            case 1:
                old = int.from_bytes(spoiled[at : at + 8], "little")
                new = (old + chance.choice((-8, -1, 1, 2, 8, 32))) % 2**64
                spoiled[at : at + 8] = new.to_bytes(8, "little")
            case 2:
                spoiled[at : at + 4] = struct.pack("<I", chance.choice(_SMALL))
            case 3:
                end = at + chance.randrange(1, 200)
                spoiled[at:at] = spoiled[at:end]
            case 4:
                del spoiled[at : at + chance.randrange(1, 100)]
            case _:
                spoiled[at + 8 : at + 9] = bytes([chance.randrange(256)])
    return bytes(spoiled)[:MOST_BYTES]


def _numbers_in(data: bytes) -> list[int]:
    """Where small numbers of eight bytes may be, near the beginning."""
    head = data[:6_000]
    found = [at for at in range(8, len(head) - 16) if head[at] and not any(head[at + 2 : at + 8])]
    return found or [8]
