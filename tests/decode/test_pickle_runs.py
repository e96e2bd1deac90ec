"""Runs of opcodes give what the interpreter gives opcode by opcode, errors included."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making.torch.pickled_dicts import Pickled, Tensor, mutated
from rnninspect.decode.pickles import groups, runs
from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.values import Global, Instance, Mapping
from rnninspect.errors import UnreadableFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_torch.tensors.calls import TorchCalls
from rnninspect_torch.tensors.views import Storage, TensorView

MANY = 60  # tensors: those after the thirty-second have memo places of four bytes


def state_dict(shapes: list[tuple[int, ...]]) -> bytes:
    """Tensors with strides and lengths that do not follow from their shapes."""
    tensors = [
        (f"layer.{n}.wé", Tensor(str(n), shape, shape[::-1], 1_000 + n, 70 + n))
        for n, shape in enumerate(shapes)
    ]
    return b"\x80\x02" + Pickled().grouped(tensors, len(tensors)) + b"."


SHAPES = [
    *((3,) * rank for rank in range(1, 9)),
    (300, 2),
    (70_000, 1, 9),
    (2**31 - 1, 255, 256, 65_535),
]
ORDINARY = state_dict([SHAPES[n % len(SHAPES)] for n in range(MANY)])


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
        patched.setattr(groups, "read_table", lambda _: False)
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
    changed = mutated(ORDINARY, b"layer.40.", seed, changes)
    quick, slow = both(changed, monkeypatch)
    assert quick == slow


@pytest.mark.parametrize("length", [1, 3, 17, 40, 77])
def test_a_truncated_pickle_is_read_alike(length: int, monkeypatch: pytest.MonkeyPatch) -> None:
    quick, slow = both(ORDINARY[: ORDINARY.index(b"layer.50.") + length], monkeypatch)
    assert quick == slow


def test_a_run_over_the_end_of_what_is_buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    data = state_dict([(number, 4) for number in range(1, 6_000)])
    assert len(data) > 2 * 2**18
    quick, slow = both(data, monkeypatch)
    assert quick == slow


@pytest.mark.slow
def test_the_limits_leave_room_for_a_hundred_thousand_tensors() -> None:
    calls = TorchCalls(holding_source("pickle", state_dict([(8, 4)] * 100_000), Limits()))
    value = load_from(calls.source, calls)
    assert isinstance(value, Mapping)
    assert len(value.pairs) == 200_000
    assert len(calls.storages) == 100_000
