"""Faults in a text of words and elements: numbers, words that are dropped, doubled or moved."""

from __future__ import annotations

import random
import re

from .faults import MOST_BYTES, NUMBERS, mutate_bytes

_NUMBER = re.compile(rb"\d+")
_PART = re.compile(rb"<[^<>]*>|[^\s<>]+")


def mutate_text(data: bytes, chance: random.Random) -> bytes:
    """Change a number or a part of the text; now and then its bytes."""
    kind = chance.random()
    found = list((_NUMBER if kind < 0.4 else _PART).finditer(data))
    if kind > 0.9 or not found:
        return mutate_bytes(data, chance)
    one, other = chance.choice(found), chance.choice(found)
    if kind < 0.4:
        number = chance.choice((-1, *NUMBERS, int(one[0][:18]) + 1, int(other[0][:18])))
        return (data[: one.start()] + str(number).encode() + data[one.end() :])[:MOST_BYTES]
    part = chance.choice((b"", one[0] * 2, other[0], one[0] + b" " + other[0]))
    return (data[: one.start()] + part + data[one.end() :])[:MOST_BYTES]
