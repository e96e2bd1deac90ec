"""Dicts of an optimizer that are read as tables give what the interpreter gives."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making.torch.pickled_dicts import Pairs, Pickled, Tensor, mutated, number, text
from rnninspect.decode.pickles import states
from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.states import StateTable
from rnninspect.decode.pickles.values import Mapping
from rnninspect.errors import RefusedFile
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_torch.tensors.calls import TorchCalls

from .test_pickle_tables import both

GROUP = 40  # of so many dicts the first have places of one byte in the memo
SHAPES = [(2, 3), (), (7,), (300, 2), (1, 1)]


def state(at: int) -> Pairs:
    """What Adam keeps for a parameter."""
    shape = SHAPES[at % len(SHAPES)]
    return [
        ("step", Tensor(str(3 * at), ())),
        ("exp_avg", Tensor(str(3 * at + 1), shape)),
        ("exp_avg_sq", Tensor(str(3 * at + 2), shape)),
    ]


STATES = [(at, state(at)) for at in range(4 * GROUP)]


@pytest.fixture(autouse=True)
def _read_small_groups_as_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(states, "LEAST", 0)


def pickled(
    changes: dict[int, tuple[int, Pairs]], *, legacy: bool = False, more: bytes = b""
) -> bytes:
    listed = [changes.get(at, known) for at, known in enumerate(STATES)]
    return b"\x80\x02" + Pickled(legacy=legacy).numbered(listed, GROUP) + more + b"."


def tables_of(data: bytes) -> list[StateTable]:
    calls = TorchCalls(holding_source("pickle", data, Limits()))
    value = load_from(calls.source, calls)
    assert isinstance(value, Mapping)
    return [table for _, table in value.tables or () if isinstance(table, StateTable)]


@pytest.mark.parametrize("legacy", [False, True])
def test_groups_are_tables_from_their_second_dict_on(
    legacy: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pickled({}, legacy=legacy)
    tables = tables_of(data)
    assert [table.numbers for table in tables[1:]] == [
        range(start + 1, start + GROUP) for start in (40, 80, 120)
    ]
    assert {tuple(table.names[:3]) for table in tables} == {("step", "exp_avg", "exp_avg_sq")}
    quick, slow = both(data, monkeypatch)
    assert quick == slow


@pytest.mark.parametrize("every", [1, 2, 3])
def test_dicts_of_one_value(every: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """As SGD has them: a single pair is put in without a MARK."""
    changes = {at: (at, state(at)[1:2]) for at in range(0, len(STATES), every)}
    data = pickled(changes)
    assert len(tables_of(data)) == 4
    quick, slow = both(data, monkeypatch)
    assert quick == slow
    for old, new in ((b"su", b"uu"), (b"s", b"u"), (b"u", b"s"), (b"(h", b"h"), (b"(j", b"j")):
        place = data.find(old, data.index(number(90) + b"}"))
        if place < 0:
            continue
        quick, slow = both(data[:place] + new + data[place + len(old) :], monkeypatch)
        assert quick == slow


def with_value(name: str, value: Tensor | bytes) -> tuple[int, Pairs]:
    pairs = dict(state(90))
    pairs[name] = value
    return 90, list(pairs.items())


# What leaves its group to the interpreter.
UNUSUAL: dict[str, tuple[int, Pairs]] = {
    "a step that is a number": with_value("step", number(7)),
    "no moment": with_value("exp_avg", b"N"),
    "a part of a storage": with_value("exp_avg", Tensor("271", (2, 3), offset=1)),
    "elements left": with_value("exp_avg", Tensor("271", (2, 3), count=7)),
    "a storage of before": with_value("exp_avg", Tensor("4", SHAPES[1])),
    "a storage of the group": with_value("exp_avg", Tensor("274", SHAPES[1])),
    "no values": (90, []),
    "a new name": with_value("max_exp_avg_sq", Tensor("900")),
    "a name twice": (90, [*state(90), ("step", Tensor("900"))]),
}


@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_leaves_its_group_to_the_interpreter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pickled({90: UNUSUAL[name]})
    assert len(tables_of(data)) == len(tables_of(pickled({}))) - 1
    quick, slow = both(data, monkeypatch)
    assert quick == slow


ALIKE: dict[str, tuple[int, Pairs]] = {
    "fewer values": (90, state(90)[1:]),
    "another order": (90, state(90)[::-1]),
    "a number twice": (50, state(90)),
    "a negative number": (-90, state(90)),
}


@pytest.mark.parametrize("name", ALIKE)
def test_dicts_that_are_alike_but_for_names_and_numbers(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = both(pickled({90: ALIKE[name]}), monkeypatch)
    assert quick == slow


# The memo of the first tables: dicts, names, and values of three arrays each.
@pytest.mark.parametrize("place", range(700, 730))
def test_a_memoised_value_of_a_table(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recalled = b"j" + struct.pack("<I", place)
    more = b"(" + number(900) + recalled + number(901) + recalled + b"u"
    quick, slow = both(pickled({}, more=more), monkeypatch)
    assert quick == slow


def test_a_dict_of_a_table_that_is_changed_later(monkeypatch: pytest.MonkeyPatch) -> None:
    change = b"}(" + text("a") + number(3) + b"u0"
    for place in range(700, 730):
        recalled = b"j" + struct.pack("<I", place)
        more = recalled + b"(" + text("new") + number(3) + b"u0" + change
        quick, slow = both(pickled({}, more=more), monkeypatch)
        assert quick == slow


@pytest.mark.parametrize("before", [b"N", b"(N", text("a") + b"N", b"}(" + number(3)])
def test_other_values_before_the_dicts(before: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pickled({})
    start = data.index(b"u" + number(60)) + 1
    quick, slow = both(data[:start] + before + data[start:], monkeypatch)
    assert quick == slow


@given(st.integers(0, 2**32), st.integers(1, 4), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_pickle_is_read_alike(
    monkeypatch: pytest.MonkeyPatch, seed: int, changes: int, legacy: bool
) -> None:
    changed = mutated(pickled({}, legacy=legacy), b"K\x29}", seed, changes, b"s}")
    quick, slow = both(changed, monkeypatch)
    if not any("exceeds the number of opcodes" in str(each[0]) for each in (quick, slow)):
        assert quick == slow  # opcodes are counted some at a time, by each way at other places


def test_a_row_counts_less_than_its_opcodes() -> None:
    listed = [(at, state(at)) for at in range(7_000)]
    data = b"\x80\x02" + Pickled().numbered(listed, 1_000) + b"."
    for opcodes, refused in ((200_000, False), (199_999, True)):
        calls = TorchCalls(holding_source("pickle", data, Limits(opcodes=opcodes)))
        if refused:  # the limit is compared with what is on the stack, which has no tables
            with pytest.raises(RefusedFile, match=f"opcodes={opcodes}"):
                load_from(calls.source, calls)
        else:
            value = load_from(calls.source, calls)
            assert isinstance(value, Mapping)
            with pytest.raises(RefusedFile, match="opcodes=200000"):  # all that runs cost
                _ = value.pairs


def test_groups_over_the_end_of_what_is_buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = [(at, state(at)) for at in range(4_000)]
    data = b"\x80\x02" + Pickled().numbered(listed, 1_000) + b"."
    assert len(data) > 3 * 2**18
    assert [len(table.numbers) for table in tables_of(data)[1:]] == [999] * 3
    quick, slow = both(data, monkeypatch)
    assert quick == slow


def test_dicts_that_are_no_table_take_time_in_proportion() -> None:
    """What is looked at in vain is not looked at again from each dict."""
    odd: list[tuple[int, Pairs]] = [(at, [("step", number(1))]) for at in range(20_000)]
    data = b"\x80\x02" + Pickled().numbered([*STATES[:GROUP], *odd], 30_000) + b"."
    sections: list[int] = []
    original = states._section

    def counting(machine: object) -> bytes:
        found = original(machine)  # type: ignore[arg-type] # what it is given
        sections.append(machine.stated)  # type: ignore[attr-defined] # as above
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(states, "_section", counting)
        assert not tables_of(data)
    assert 0 < len(sections) < 5
    assert sections == sorted(set(sections))
