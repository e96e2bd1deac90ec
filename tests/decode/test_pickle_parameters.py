"""Groups of parameters that are read as tables give what the interpreter gives."""

from __future__ import annotations

import struct
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making.torch.pickled_dicts import Pickled, mutated, text
from rnninspect_torch.tensors.views import TensorView

from .test_pickle_tables import (
    GROUP,
    NAMES,
    TENSORS,
    _read_small_groups_as_tables,
    both,
    read,
    tables_of,
)

__all__ = ["_read_small_groups_as_tables"]  # for each test here as well
WHICH = {"all": (True,), "trained or not": (True, False), "some": (None, True, None, False)}


def pickled(which: str, *, legacy: bool = False, more: bytes = b"") -> bytes:
    flags = WHICH[which]
    tensors = [replace(one, trained=flags[n % len(flags)]) for n, one in enumerate(TENSORS)]
    pairs = list(zip(NAMES, tensors, strict=True))
    return b"\x80\x02" + Pickled(legacy=legacy).grouped(pairs, GROUP) + more + b"."


@pytest.mark.parametrize("legacy", [False, True])
@pytest.mark.parametrize("which", WHICH)
def test_groups_are_tables(which: str, legacy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pickled(which, legacy=legacy)
    assert tables_of(data) == len(NAMES) // GROUP
    quick, slow = both(data, monkeypatch)
    assert quick == slow


def test_a_parameter_of_a_table_is_marked_as_one() -> None:
    value = read(pickled("some"))
    found = [value.named[name] for name in NAMES]  # type: ignore[attr-defined] # a Mapping
    assert [type(tensor) for tensor in found] == [TensorView] * len(NAMES)
    marks = [tensor.parameter for tensor in found]
    assert marks == [True if n % 2 else None for n in range(len(NAMES))]


@pytest.mark.parametrize("which", WHICH)
@pytest.mark.parametrize("place", range(500, 540))
def test_a_memoised_value(which: str, place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recalled = b"j" + struct.pack("<I", place)
    more = b"(" + text("again") + recalled + text("other") + recalled + b"u"
    quick, slow = both(pickled(which, more=more), monkeypatch)
    assert quick == slow


def test_other_calls_around_tensors_are_no_table(monkeypatch: pytest.MonkeyPatch) -> None:
    data = pickled("all")
    for name in (b"_rebuild_parametes", b"_rebuild_nested_tensor", b"_rebuild_parameter "):
        changed = data.replace(b"_rebuild_parameter\n", name + b"\n")
        assert tables_of(changed) == 0
        quick, slow = both(changed, monkeypatch)
        assert quick == slow


@pytest.mark.parametrize("at", [60, 100])
def test_a_call_without_its_arguments(at: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What starts a parameter, without what ends it; and the other way round."""
    data = pickled("all")
    start = data.index(text(f"layer.{at}.weight"))
    for part in (b"\x88h\x0a)R", b"h\x02"):
        place = data.find(part, start)
        quick, slow = both(data[:place] + data[place + len(part) :], monkeypatch)
        assert quick == slow


@given(st.integers(0, 2**32), st.integers(1, 4), st.sampled_from(sorted(WHICH)))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_pickle_is_read_alike(
    monkeypatch: pytest.MonkeyPatch, seed: int, changes: int, which: str
) -> None:
    changed = mutated(pickled(which), b"layer.30.", seed, changes)
    quick, slow = both(changed, monkeypatch)
    if not any("exceeds the number of opcodes" in str(each[0]) for each in (quick, slow)):
        assert quick == slow
