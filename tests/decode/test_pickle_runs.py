"""Runs of opcodes give what the interpreter gives opcode by opcode, errors included."""

from __future__ import annotations

import random
import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnninspect.decode.pickles import runs
from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.values import Global, Instance, Mapping
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.views import Storage, TensorView

MANY = 60  # tensors: those after the thirty-second have memo places of four bytes


def number(value: int) -> bytes:
    if value < 256:
        return b"K" + bytes([value])
    return b"M" + struct.pack("<H", value) if value < 65_536 else b"J" + struct.pack("<i", value)


def text(value: str) -> bytes:
    return b"X" + struct.pack("<I", len(value.encode())) + value.encode()


def row(values: tuple[int, ...]) -> bytes:
    items = b"".join(map(number, values))
    return b"(" + items + b"t" if len(values) > 3 else items + bytes([0x84 + len(values)])


class Pickled:
    """A state dict as `torch.save` pickles it: each object is memoised in the order of its end."""

    def __init__(self) -> None:
        self.places: dict[bytes, int] = {}
        self.put_so_far = 0

    def put(self, data: bytes) -> bytes:
        place, self.put_so_far = self.put_so_far, self.put_so_far + 1
        if place < 256:
            return data + b"q" + bytes([place])
        return data + b"r" + struct.pack("<I", place)

    def once(self, data: bytes) -> bytes:
        if data in self.places:
            return b"h" + bytes([self.places[data]])
        self.places[data] = self.put_so_far
        return self.put(data)

    def tensor(self, name: str, key: str, shape: tuple[int, ...]) -> bytes:
        start = self.put(text(name)) + self.once(b"ctorch._utils\n_rebuild_tensor_v2\n") + b"(("
        start += self.once(text("storage")) + self.once(b"ctorch\nFloatStorage\n")
        start += self.put(text(key)) + self.once(text("cpu")) + number(len(name) * 100)
        start = self.put(start + b"t") + b"Q" + number(len(name) * 7)
        start = self.put(start + row(shape))
        start = self.put(start + row(shape[::-1])) + b"\x89"
        start = self.put(start + self.once(b"ccollections\nOrderedDict\n") + b")R")
        return self.put(self.put(start + b"t") + b"R")

    def state_dict(self, shapes: list[tuple[int, ...]]) -> bytes:
        head = b"\x80\x02" + self.put(b"}") + b"("
        tensors = [self.tensor(f"layer.{n}.wé", str(n), shape) for n, shape in enumerate(shapes)]
        return head + b"".join(tensors) + b"u."


SHAPES = [
    *((3,) * rank for rank in range(1, 9)),
    (300, 2),
    (70_000, 1, 9),
    (2**31 - 1, 255, 256, 65_535),
]
ORDINARY = Pickled().state_dict([SHAPES[n % len(SHAPES)] for n in range(MANY)])


def plain(value: object) -> object:
    """A value that compares and shows all that it has."""
    if isinstance(value, Mapping | Instance | Global | TensorView | Storage):
        kept = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
        names = [*kept, *getattr(value, "__dict__", ())]
        return type(value).__name__, {name: plain(getattr(value, name)) for name in names}
    if isinstance(value, list | tuple):
        return type(value), [plain(item) for item in value]
    return value


def outcome(data: bytes) -> tuple[object, ...]:
    calls = TorchCalls(holding_source("pickle", data, Limits()))
    try:
        value = plain(load_from(calls.source, calls))
    except UnreadableFile as error:
        value = str(error)
    storages = {key: plain(storage) for key, storage in calls.storages.items()}
    return value, storages, list(calls.foreign), list(calls.clashes)


def both(data: bytes, monkeypatch: pytest.MonkeyPatch) -> tuple[tuple[object, ...], ...]:
    quick = outcome(data)
    with monkeypatch.context() as patched:
        patched.setattr(runs, "read_runs", lambda _: False)
        return quick, outcome(data)


def test_runs_are_read_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[bool] = []
    original = runs._read

    def counting(*given: object) -> bool:
        read.append(original(*given))  # type: ignore[arg-type] # what it is given
        return read[-1]

    monkeypatch.setattr(runs, "_read", counting)
    quick, slow = both(ORDINARY, monkeypatch)
    assert quick == slow
    assert sum(read) >= MANY - 34


@given(st.integers(0, 2**32), st.integers(1, 4))
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_pickle_is_read_alike(
    monkeypatch: pytest.MonkeyPatch, seed: int, changes: int
) -> None:
    drawn, data = random.Random(seed), bytearray(ORDINARY)  # noqa: S311 - mutations
    start = ORDINARY.index(b"layer.40.")
    for _ in range(changes):
        place = drawn.randrange(start, len(data) if drawn.random() < 0.3 else start + 400)
        data[place] = drawn.choice([drawn.randrange(256), *b"hrqtKMJRQX()\x85\x86\x87\x89"])
    quick, slow = both(bytes(data), monkeypatch)
    assert quick == slow


@pytest.mark.parametrize("length", [1, 3, 17, 40, 77])
def test_a_truncated_pickle_is_read_alike(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow = both(ORDINARY[: ORDINARY.index(b"layer.50.") + length], monkeypatch)
    assert quick == slow


def test_a_run_over_the_end_of_what_is_buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    data = Pickled().state_dict([(number, 4) for number in range(1, 6_000)])
    assert len(data) > 2 * 2**18
    quick, slow = both(data, monkeypatch)
    assert quick == slow


@pytest.mark.slow
def test_the_limits_leave_room_for_a_hundred_thousand_tensors() -> None:
    calls = TorchCalls(holding_source("pickle", Pickled().state_dict([(8, 4)] * 100_000), Limits()))
    value = load_from(calls.source, calls)
    assert isinstance(value, Mapping)
    assert len(value.pairs) == 200_000
    assert len(calls.storages) == 100_000
