"""State dicts as `torch.save` pickles them: values are memoised, pairs are put in by groups."""

from __future__ import annotations

import io
import math
import random
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

OPCODES = b"hjrqtuKMJRQXN()\x85\x86\x87\x88\x89"  # that such pickles have
WIDTHS = {"FloatStorage": 4, "HalfStorage": 2, "LongStorage": 8, "BoolStorage": 1}


def number(value: int) -> bytes:
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if 0 <= value < 65_536:
        return b"M" + struct.pack("<H", value)
    return b"J" + struct.pack("<i", value)


def text(value: str) -> bytes:
    data = value.encode("utf-8", "surrogateescape")
    return b"X" + struct.pack("<I", len(data)) + data


def row(values: tuple[int, ...]) -> bytes:
    items = b"".join(map(number, values))
    if len(values) > 3:
        return b"(" + items + b"t"
    return items + bytes([0x84 + len(values)]) if values else b")"


@dataclass(frozen=True, slots=True)
class Tensor:
    """What is pickled; strides and count are those of a plain tensor unless they are given.

    `trained` is that of a parameter, None of a tensor that is in none.
    """

    key: str
    shape: tuple[int, ...] = (2, 3)
    strides: tuple[int, ...] | None = None
    count: int | None = None
    offset: int = 0
    kind: str = "FloatStorage"
    trained: bool | None = None

    @property
    def steps(self) -> tuple[int, ...]:
        plain = tuple(math.prod(self.shape[at + 1 :]) for at in range(len(self.shape)))
        return plain if self.strides is None else self.strides

    @property
    def elements(self) -> int:
        return math.prod(self.shape) if self.count is None else self.count


Pairs = Sequence[tuple[str, Tensor | bytes]]


class Pickled:
    """The opcodes of values: each object is memoised in the order of its end."""

    def __init__(self, *, legacy: bool = False) -> None:
        self.places: dict[bytes, int] = {}
        self.put_so_far = 0
        self.end = b"Nt" if legacy else b"t"

    def put(self, data: bytes) -> bytes:
        place, self.put_so_far = self.put_so_far, self.put_so_far + 1
        if place < 256:
            return data + b"q" + bytes([place])
        return data + b"r" + struct.pack("<I", place)

    def once(self, data: bytes) -> bytes:
        if data in self.places:
            place = self.places[data]
            return b"h" + bytes([place]) if place < 256 else b"j" + struct.pack("<I", place)
        self.places[data] = self.put_so_far
        return self.put(data)

    def named(self, name: str, tensor: Tensor) -> bytes:
        return self.put(text(name)) + self.rebuilt(tensor)

    def rebuilt(self, tensor: Tensor) -> bytes:
        if tensor.trained is None:
            return self.unwrapped(tensor)
        start = self.once(b"ctorch._utils\n_rebuild_parameter\n") + self.unwrapped(tensor)
        start += b"\x88" if tensor.trained else b"\x89"
        start = self.put(start + self.once(b"ccollections\nOrderedDict\n") + b")R")
        return self.put(self.put(start + b"\x87") + b"R")

    def unwrapped(self, tensor: Tensor) -> bytes:
        start = self.once(b"ctorch._utils\n_rebuild_tensor_v2\n") + b"(("
        start += self.once(text("storage")) + self.once(f"ctorch\n{tensor.kind}\n".encode())
        start += self.put(text(tensor.key)) + self.once(text("cpu")) + number(tensor.elements)
        start = self.put(start + self.end) + b"Q" + number(tensor.offset)
        for values in (tensor.shape, tensor.steps):
            start = self.put(start + row(values)) if values else start + row(values)
        start += b"\x89" + self.once(b"ccollections\nOrderedDict\n") + b")R"
        return self.put(self.put(self.put(start) + b"t") + b"R")

    def pair(self, name: str, value: Tensor | bytes) -> bytes:
        return self.named(name, value) if isinstance(value, Tensor) else text(name) + value

    def grouped(self, pairs: Iterable[tuple[str, Tensor | bytes]], group: int) -> bytes:
        """A dict to which pairs are added by groups; bytes are opcodes."""
        parts, listed = [self.put(b"}")], list(pairs)
        for at in range(0, len(listed), group):
            parts.append(b"(")
            parts += [self.pair(name, value) for name, value in listed[at : at + group]]
            parts.append(b"u")
        return b"".join(parts)

    def numbered(self, states: Iterable[tuple[int, Pairs]], group: int) -> bytes:
        """A dict of dicts, whose names are memoised once, added by groups: as of an optimizer."""
        parts, listed = [self.put(b"}")], list(states)
        for at in range(0, len(listed), group):
            parts.append(b"(")
            for key, pairs in listed[at : at + group]:
                parts.append(number(key) + self.put(b"}") + (b"" if len(pairs) == 1 else b"("))
                for name, value in pairs:
                    made = self.rebuilt(value) if isinstance(value, Tensor) else value
                    parts.append(self.once(text(name)) + made)
                parts.append(b"s" if len(pairs) == 1 else b"u")
            parts.append(b"u")
        return b"".join(parts)

    def dict_of(self, values: Mapping[str, bytes]) -> bytes:
        return b"}(" + b"".join(text(key) + value for key, value in values.items()) + b"u"


def saved(pickle: bytes, sizes: Mapping[str, int]) -> bytes:
    """An archive with a pickle, and storages of so many bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("net/data.pkl", b"\x80\x02" + pickle + b".")
        for key, size in sizes.items():
            archive.writestr(f"net/data/{key}", bytes(size))
        archive.writestr("net/version", b"3\n")
    return file.getvalue()


def sizes_of(tensors: Iterable[Tensor | bytes]) -> dict[str, int]:
    """The bytes that the storages of tensors need."""
    found = [tensor for tensor in tensors if isinstance(tensor, Tensor)]
    return {each.key: max(0, each.elements) * WIDTHS.get(each.kind, 1) for each in found}


def mutated(data: bytes, first: bytes, seed: int, changes: int, more: bytes = b"") -> bytes:
    """A pickle with some bytes changed from where it has the first ones on, and sometimes cut.

    They are often near that place, and changed to opcodes, of which there may be more.
    """
    start = data.index(first)
    drawn, changed = random.Random(seed), bytearray(data)  # noqa: S311 - the same in each run
    for _ in range(changes):
        place = drawn.randrange(start, len(data) if drawn.random() < 0.5 else start + 400)
        changed[place] = drawn.choice([drawn.randrange(256), *OPCODES, *more])
    if drawn.random() < 0.2:
        del changed[drawn.randrange(start, len(changed)) :]
    return bytes(changed)
