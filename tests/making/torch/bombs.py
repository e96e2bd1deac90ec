"""Small pickles that exhaust or crash the standard unpickler; created on demand."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bomb:
    """A pickle; `refused` if reading it must raise an error."""

    data: Callable[[], bytes]
    refused: bool = True


def _long(value: int) -> bytes:
    return b"\x8a\x0a" + value.to_bytes(10, "little")


def _colliding() -> bytes:
    """20,000 integers that CPython hashes to the same number."""
    keys = b"".join(_long(step * (2**61 - 1)) + b"N" for step in range(1, 20_001))
    return b"}(" + keys + b"u."


def _laughs() -> bytes:
    """64 lists, each with the previous one ten times."""
    levels = b"".join(
        b"(" + b"h" + bytes([level]) + (b"h" + bytes([level])) * 9 + b"lq" + bytes([level + 1])
        for level in range(64)
    )
    return b"]q\0" + levels + b"."


BOMBS = {
    "memo index of 64 million": Bomb(lambda: b"Nr\xff\xff\xff\x03."),
    "memo index of 4 billion": Bomb(lambda: b"Nr\xff\xff\xff\xff."),
    "memo index in text": Bomb(lambda: b"Np99999999\n."),
    "a million tuples in a key": Bomb(lambda: b"})" + b"\x85" * 1_000_000 + b"Ns."),
    "a key that takes forever to hash": Bomb(
        lambda: b"})q\0" + b"0h\0h\0\x86q\0" * 64 + b"Ns.", refused=False
    ),
    "keys that collide": Bomb(_colliding, refused=False),
    "billion laughs": Bomb(_laughs, refused=False),
    "a list in itself": Bomb(lambda: b"]q\0h\0a.", refused=False),
    "a dict in itself": Bomb(lambda: b"}q\0X\1\0\0\0ah\0s.", refused=False),
    "a million nested lists": Bomb(lambda: b"]" * 1_000_000 + b"a" * 999_999 + b"."),
    "a million nested tuples": Bomb(lambda: b")" + b"\x85" * 1_000_000 + b"."),
    "100,000 names": Bomb(
        lambda: b"".join(b"cm\nn%d\n0" % index for index in range(100_000)) + b"N."
    ),
    "three million marks": Bomb(lambda: b"(" * 3_000_000 + b"."),
    "a million states": Bomb(lambda: b"}" + b"}b" * 1_000_000 + b".", refused=True),
    "a payload of 2^62 bytes": Bomb(lambda: b"\x8e" + struct.pack("<Q", 2**62) + b"."),
    "a string of 2^62 bytes": Bomb(lambda: b"\x8d" + struct.pack("<Q", 2**62) + b"."),
    "a byte array of 2^62 bytes": Bomb(lambda: b"\x96" + struct.pack("<Q", 2**62) + b"."),
    "a frame of 2^62 bytes": Bomb(lambda: b"\x95" + struct.pack("<Q", 2**62) + b"N."),
    "a number of 2^31 bytes": Bomb(lambda: b"\x8b" + struct.pack("<I", 2**31) + b"."),
    "a number of 200,000 digits": Bomb(lambda: b"I" + b"9" * 200_000 + b"\n."),
    "a long of 200,000 digits": Bomb(lambda: b"L" + b"9" * 200_000 + b"L\n."),
    "a line that does not end": Bomb(lambda: b"c" + b"x" * 1_000_000),
    "an extension": Bomb(lambda: b"\x82\x01."),
    "a wide extension": Bomb(lambda: b"\x84\x01\0\0\0."),
    "an id that is not a tuple": Bomb(lambda: b"NQ.", refused=False),
    "an id in text": Bomb(lambda: b"Pstorage\n.", refused=False),
    "a buffer that is read": Bomb(lambda: b"N\x98.", refused=False),
    "a second pickle after the first": Bomb(lambda: b"}.cos\nsystem\n(tR.", refused=False),
    "a buffer from outside": Bomb(lambda: b"\x97."),
    "nothing on the stack": Bomb(lambda: b"."),
    "a memo that is empty": Bomb(lambda: b"h\5."),
    "a mark that is missing": Bomb(lambda: b"t."),
    "a name that is not a string": Bomb(lambda: b"NN\x93."),
    "a name that is not UTF-8": Bomb(lambda: b"c\xff\xfe\n\xff\n.", refused=False),
    "a class that makes itself": Bomb(
        lambda: b"(" + b"ccopyreg\n__newobj__\n" + b"2" * 5_000 + b"tq\0ccopyreg\n__newobj__\nh\0R."
    ),
    "one list made a set over and over": Bomb(
        lambda: (
            b"]("
            + b"N" * 50_000
            + b"eq\0"
            + b"0cbuiltins\nset\nq\1"
            + b"h\1h\0\x85R0" * 50_000
            + b"h\0."
        ),
        refused=False,
    ),
    "one dict copied over and over": Bomb(
        lambda: (
            b"}("
            + b"NN" * 10_000
            + b"uq\0"
            + b"0ccollections\nOrderedDict\nq\1"
            + b"h\1h\0\x85R0" * 10_000
            + b"h\0."
        )
    ),
    "one string encoded over and over": Bomb(
        lambda: (
            b"X\0\xff\0\0"
            + b"x" * 0xFF00
            + b"X\6\0\0\0latin1\x86q\0"
            + b"0c_codecs\nencode\nq\1"
            + b"h\1h\0R" * 50_000
            + b"."
        ),
        refused=False,
    ),
}
