"""Faults in formats of aligned words, such as FlatBuffers: offsets, vtables, counts, indices."""

from __future__ import annotations

import random

from .faults import MOST_BYTES, mutate_bytes

_WORDS = (0, 1, 2, 4, 8, 127, 255, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 4, 2**32 - 1)
_STEPS = (-8, -4, -1, 1, 2, 4, 8, 64)


def mutate_words(data: bytes, chance: random.Random) -> bytes:
    """Change, move or exchange words; double or drop a run; or spoil bytes anywhere."""
    if len(data) < 16 or chance.random() < 0.2:
        return mutate_bytes(data, chance)
    spoiled = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4))):
        width = chance.choice((2, 4, 4))
        at, other = (_place(spoiled, width, chance) for _ in range(2))
        old = int.from_bytes(spoiled[at : at + width], "little")
        match chance.randrange(5):
            case 0:
                new = chance.choice(_WORDS)
            case 1:
                new = old + chance.choice(_STEPS)
            case 2:
                new = int.from_bytes(spoiled[other : other + width], "little")
            case 3:
                new = chance.choice((len(data), len(data) - at, other))
            case _:
                new = old ^ 1 << chance.randrange(8 * width)
        spoiled[at : at + width] = (new % 2 ** (8 * width)).to_bytes(width, "little")
    return bytes(spoiled)[:MOST_BYTES]


def _place(data: bytearray, width: int, chance: random.Random) -> int:
    """An aligned place; structure is often at the ends of a file, weights between them."""
    most = len(data) // width - 1
    near = chance.choice((most, min(most, 200), min(most, 600)))
    at = chance.randrange(near + 1)
    return width * (at if chance.random() < 0.5 else most - at)
