"""Faults without regard to a structure, and faults in a tree of JSON."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator

Mutator = Callable[[bytes, random.Random], bytes]

MOST_BYTES = 300_000  # of a mutated input
MARKS = b"\x00\x01\x07\x08\x0a\x12\x1a\x22\x2e\x3a\x7f\x80\xfe\xff"
NUMBERS = (0, 1, 2, 7, 8, 255, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)
LEAVES: tuple[object, ...] = (
    *(None, True, False, 0, -1, 1, 2, 3, 8, 2**31, 2**63, 2**64, -(2**63), 10**30, 0.5),
    *(float("nan"), float("inf"), "", "lstm", "kernel", "LSTM", "a" * 300, "\ud800", "\x1b[2J"),
    *([], {}, [[]], [None], [2, 3], {"class_name": "LSTM", "config": {"units": 2}}),
)


def mutate_bytes(data: bytes, chance: random.Random) -> bytes:
    """Change, drop, double, move or overwrite a run of bytes, or write a number over it."""
    if not data:
        return bytes(chance.choice(MARKS) for _ in range(chance.randint(1, 8)))
    at, other = chance.randrange(len(data)), chance.randrange(len(data))
    end = min(len(data), at + chance.choice((1, 1, 2, 4, 8, 30, 300)))
    width = chance.choice((1, 2, 4, 8))
    order = chance.choice(("little", "big"))
    number = (chance.choice(NUMBERS) % 2 ** (8 * width)).to_bytes(width, order)
    faults = (
        lambda: data[:at] + bytes([data[at] ^ 1 << chance.randrange(8)]) + data[at + 1 :],
        lambda: data[:at] + bytes([chance.choice(MARKS)]) + data[at + 1 :],
        lambda: data[:at] + bytes([chance.choice(MARKS)]) + data[at:],
        lambda: data[:at] + number + data[at + width :],
        lambda: data[: at // 8 * 8] + number + data[at // 8 * 8 + width :],
        lambda: data[:at] + data[end:],
        lambda: data[:end] + data[at:end] + data[end:],
        lambda: data[:other] + data[at:end] + data[other + end - at :],
        lambda: data[:end] + data[at:end] * chance.choice((3, 50)) + data[end:],
        lambda: data[:at],
    )
    return chance.choice(faults)()[:MOST_BYTES]


def mutate_json(data: bytes, chance: random.Random) -> bytes:
    """Set a place of the tree to something else, drop it, double it or nest it."""
    try:
        tree = json.loads(data.decode("utf-8", "surrogateescape"))
    except (ValueError, RecursionError):
        return mutate_bytes(data, chance)
    places = list(_places(tree))
    if not places or chance.random() < 0.1:
        return mutate_bytes(data, chance)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _spoil(*chance.choice(places), chance.choice(places), chance)
    try:
        return json.dumps(tree).encode()[:MOST_BYTES]
    except (ValueError, RecursionError):  # a tree that was hung into itself
        return mutate_bytes(data, chance)


Branch = dict[str, object] | list[object]
Place = tuple[Branch, object]


def _places(tree: object) -> Iterator[Place]:
    pending = [tree]
    while pending:
        branch = pending.pop()
        if isinstance(branch, dict):
            yield from ((branch, key) for key in branch)
            pending.extend(branch.values())
        elif isinstance(branch, list):
            yield from ((branch, index) for index in range(len(branch)))
            pending.extend(branch)


def _spoil(branch: Branch, key: object, other: Place, chance: random.Random) -> None:
    """Change one place; a list may have become shorter meanwhile."""
    try:
        value, foreign = branch[key], other[0][other[1]]  # type: ignore[index, call-overload]
        match chance.randrange(6):
            case 0 | 1:
                new: object = json.loads(json.dumps(chance.choice(LEAVES)))
            case 2:
                new = json.loads(json.dumps(foreign))
            case 3:
                new = [value, value]
            case 4:
                new = {
                    "class_name": chance.choice(("LSTM", "Bidirectional", "RNN")),
                    "config": value,
                }
            case _:
                del branch[key]  # type: ignore[arg-type]
                return
        branch[key] = new  # type: ignore[index, call-overload]
    except (LookupError, ValueError):
        return


def mutate_safetensors(data: bytes, chance: random.Random) -> bytes:
    """Spoil the header's tree and, mostly, keep its length right."""
    length = int.from_bytes(data[:8], "little")
    if length > len(data) - 8 or chance.random() < 0.15:
        return mutate_bytes(data, chance)
    header = mutate_json(data[8 : 8 + length], chance)
    return len(header).to_bytes(8, "little") + header + data[8 + length :]
