"""Faults in the fields of structures: members of a zip, opcodes of a pickle, protobuf messages."""

from __future__ import annotations

import io
import pickletools
import random
import warnings
import zipfile

from making.tensorflow.bundles import varint

from .faults import MOST_BYTES, NUMBERS, mutate_bytes, mutate_json

OPCODES = (
    *(b".", b"(", b"0", b"1", b"2", b"a", b"b", b"d", b"e", b"l", b"o", b"p0\n", b"g0\n", b"q\x00"),
    *(b"s", b"t", b"u", b"R", b"Q", b"]", b"}", b")", b"N", b"\x81", b"\x85", b"\x86", b"\x87"),
    *(b"\x88", b"\x89", b"\x8f", b"\x90", b"\x91", b"\x92", b"\x93", b"\x94", b"h\x00", b"h\x01"),
    *(b"j\xff\xff\xff\x7f", b"r\xff\xff\xff\x7f", b"K\x02", b"J\xff\xff\xff\xff", b"cos\nsystem\n"),
    *(b"ctorch._utils\n_rebuild_tensor_v2\n", b"ccollections\nOrderedDict\n", b"I-1\n", b"L9L\n"),
    *(b"X\x01\x00\x00\x00a", b"\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f", b"G" + b"\x7f" * 8),
    *(b"\x95" + b"\xff" * 8, b"\x97", b"\x98", b"P1\n", b"\x80\x02", b"ctorch\nSize\n"),
)
Field = tuple[int, int, "int | bytes | list[Field]"]
VARINT, FIXED64, LENGTH, FIXED32 = 0, 1, 2, 5
FIXED = {FIXED64: 8, FIXED32: 4}


def mutate_pickle(data: bytes, chance: random.Random) -> bytes:
    """Drop, double, move, insert or spoil one opcode of many."""
    parts = _opcodes(data)
    if len(parts) < 2:
        return mutate_bytes(data, chance)
    for _ in range(chance.choice((1, 1, 2, 5))):
        at, other = chance.randrange(len(parts)), chance.randrange(len(parts))
        end = at + chance.choice((1, 1, 3, 10))
        match chance.randrange(6):
            case 0:
                del parts[at : min(end, at + len(parts) - 1)]
            case 1:
                parts[other:other] = parts[at:end]
            case 2:
                parts[at], parts[other] = parts[other], parts[at]
            case 3:
                parts.insert(at, chance.choice(OPCODES))
            case 4:
                parts[at] = chance.choice(OPCODES)
            case _:
                parts[at] = mutate_bytes(parts[at], chance)
    return b"".join(parts)[:MOST_BYTES]


def _opcodes(data: bytes) -> list[bytes]:
    """The opcodes with their arguments; an undecodable rest is the last part."""
    starts = []
    try:
        for _, _, place in pickletools.genops(data):
            starts.append(place or 0)
    except Exception:  # noqa: BLE001 - pickletools raises many types
        starts.append(starts[-1] + 1 if starts else 0)
    stops = [*starts[1:], len(data)]
    return [data[start:stop] for start, stop in zip(starts, stops, strict=True)]


def mutate_zip(data: bytes, chance: random.Random) -> bytes:
    """Spoil one member after its kind, or leave out, double or rename one; or spoil the zip."""
    if chance.random() < 0.15:
        return mutate_bytes(data, chance)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [(name, archive.read(name)) for name in archive.namelist()]
    except Exception:  # noqa: BLE001 - zipfile raises many types for malformed files
        return mutate_bytes(data, chance)
    if not members:
        return mutate_bytes(data, chance)
    at = chance.randrange(len(members))
    name, content = members[at]
    match chance.randrange(12):
        case 0:
            del members[at]
        case 1:
            members.append((name, chance.choice(members)[1]))
        case 2:
            members[at] = (mutate_bytes(name.encode(), chance).decode("utf-8", "replace"), content)
        case _:
            members[at] = (name, _mutate_member(name, content, chance))
    return _zipped(members)


def _mutate_member(name: str, content: bytes, chance: random.Random) -> bytes:
    if name.endswith(".json"):
        return mutate_json(content, chance)
    return (mutate_pickle if name.endswith(".pkl") else mutate_bytes)(content, chance)


def _zipped(members: list[tuple[str, bytes]]) -> bytes:
    whole = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(whole, "w") as archive:
        warnings.simplefilter("ignore")  # names that are there twice are on purpose
        for name, content in members:
            archive.writestr(zipfile.ZipInfo(name or "x"), content)
    return whole.getvalue()[:MOST_BYTES]


def mutate_protobuf(data: bytes, chance: random.Random) -> bytes:
    """Spoil one field somewhere in the tree of messages, with all lengths set right around it."""
    fields = _fields(data, 12)
    if not fields or chance.random() < 0.15:
        return mutate_bytes(data, chance)
    for _ in range(chance.choice((1, 1, 2, 4))):
        _spoil(fields, chance)
    return _encoded(fields)[:MOST_BYTES]


def _spoil(fields: list[Field], chance: random.Random) -> None:
    at = chance.randrange(len(fields))
    number, kind, value = fields[at]
    if isinstance(value, list) and value and chance.random() < 0.8:
        _spoil(value, chance)
        return
    match chance.randrange(6):
        case 0 if len(fields) > 1:
            del fields[at]
        case 1:
            fields[at:at] = [fields[at]] * chance.choice((1, 2, 30))
        case 2:
            fields.append(fields[at])
        case 3:
            fields[at] = (chance.randrange(1, 26), kind, value)
        case 4:
            fields[at] = (number, VARINT, chance.choice(NUMBERS))
        case _:
            plain = _encoded(value) if isinstance(value, list) else value
            if isinstance(plain, int):
                fields[at] = (number, kind, chance.choice(NUMBERS))
            else:
                fields[at] = (number, LENGTH, mutate_bytes(plain, chance))


def _fields(data: bytes, depth: int) -> list[Field]:
    """The fields of a message, nested messages as lists; empty if it is malformed."""
    fields: list[Field] = []
    at = 0
    while at < len(data):
        tag, at = _varint(data, at)
        number, kind = tag >> 3, tag & 7
        value: int | bytes | list[Field]
        if not number or kind not in (VARINT, LENGTH, *FIXED) or at > len(data):
            return []
        if kind == VARINT:
            value, at = _varint(data, at)
        else:
            length, at = (FIXED[kind], at) if kind in FIXED else _varint(data, at)
            value, at = data[at : at + length], at + length
            if at > len(data):
                return []
            if kind == LENGTH and depth:
                value = _fields(value, depth - 1) or value
        fields.append((number, kind, value))
    return fields


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """A varint and the offset after it, which is past the end if it is truncated."""
    value = shift = 0
    while at < len(data) and shift < 70:
        value |= (data[at] & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 0x80:
            return value, at
    return value, len(data) + 1


def _encoded(fields: list[Field]) -> bytes:
    out = bytearray()
    for number, kind, value in fields:
        out += varint(number << 3 | kind)
        if isinstance(value, int):
            out += value.to_bytes(8, "little")[: FIXED[kind]] if kind in FIXED else varint(value)
            continue
        content = _encoded(value) if isinstance(value, list) else value
        out += (varint(len(content)) if kind == LENGTH else b"") + content
    return bytes(out)
