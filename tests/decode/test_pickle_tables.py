"""Groups of runs that are read as tables give what the interpreter gives opcode by opcode."""

from __future__ import annotations

import struct

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making.torch.pickled_dicts import Pickled, Tensor, mutated, number, text
from rnninspect.decode.pickles import groups, runs, states
from rnninspect.decode.pickles.interpreter import load_from
from rnninspect.decode.pickles.table import Table
from rnninspect.decode.pickles.values import Mapping
from rnninspect.errors import RefusedFile, RnnInspectError
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_torch.tensors.calls import TorchCalls

from .test_pickle_runs import plain

GROUP = 40  # of so many tensors the first have places of one byte in the memo
NAMES = [f"layer.{n}.weight" for n in range(4 * GROUP)]
SHAPES = [(2, 3), (), (7,), (300, 2), (1, 1), (70_000, 1, 9), (3,) * 8]
KINDS = ["FloatStorage", "LongStorage", "BFloat16Storage"]
TENSORS = [
    Tensor(str(n), SHAPES[n % len(SHAPES)], kind=KINDS[n % 5 % 3]) for n in range(len(NAMES))
]


@pytest.fixture(autouse=True)
def _read_small_groups_as_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(groups, "LEAST", 0)


def pickled(
    changes: dict[int, Tensor | bytes], *, legacy: bool = False, more: bytes = b""
) -> bytes:
    values = {n: changes.get(n, tensor) for n, tensor in enumerate(TENSORS)}
    pairs = [(name, values[n]) for n, name in enumerate(NAMES)]
    return b"\x80\x02" + Pickled(legacy=legacy).grouped(pairs, GROUP) + more + b"."


def outcome(data: bytes, limits: Limits) -> tuple[object, ...]:
    calls = TorchCalls(holding_source("pickle", data, limits))
    try:
        value = plain_of(load_from(calls.source, calls))
    except RnnInspectError as error:
        return (str(error),)
    keys = {*calls.storages, *map(str, range(1_000))}  # those of tables are mostly numbers
    declared = {key: calls.storages.get(key) or calls.in_tables(key) for key in sorted(keys)}
    storages = {key: plain(storage) for key, storage in declared.items() if storage}
    return value, storages, list(calls.foreign), list(calls.clashes), calls.has_storages


def plain_of(value: object) -> object:
    waiting, seen = [value], set()
    while waiting:
        each = waiting.pop()
        if isinstance(each, Mapping) and id(each) not in seen:
            seen.add(id(each))
            waiting += each.pairs  # those of tables are made
    return plain(value)


def both(
    data: bytes, monkeypatch: pytest.MonkeyPatch, limits: Limits | None = None
) -> tuple[tuple[object, ...], ...]:
    quick = outcome(data, limits or Limits())
    with monkeypatch.context() as patched:
        patched.setattr(runs, "read_runs", lambda _: False)
        patched.setattr(groups, "read_table", lambda _: False)
        patched.setattr(states, "read_states", lambda _: None)
        return quick, outcome(data, limits or Limits())


def tables_of(data: bytes) -> int:
    return len(tables(data))


def rows_of(data: bytes) -> int:
    return sum(map(len, tables(data)))


def tables(data: bytes) -> list[Table]:
    calls = TorchCalls(holding_source("pickle", data, Limits()))
    try:
        value = load_from(calls.source, calls)
    except RnnInspectError:
        return []
    found = value.tables if isinstance(value, Mapping) else None
    return [table for _, table in found or () if isinstance(table, Table)]


@pytest.mark.parametrize("legacy", [False, True])
def test_all_groups_are_tables(legacy: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    data = pickled({}, legacy=legacy)
    assert tables_of(data) == len(NAMES) // GROUP  # the first from where places have four bytes
    quick, slow = both(data, monkeypatch)
    assert quick == slow


# What is left to the interpreter, with a few rows beside it.
UNUSUAL: dict[str, Tensor | bytes] = {
    "an offset": Tensor("90", offset=1),
    "strides": Tensor("90", (2, 3), (1, 2)),
    "elements left": Tensor("90", (2, 3), count=7),
    "a negative axis": Tensor("90", (-2, -3), count=6),
    "no elements": Tensor("90", (0, 3)),
    "a number": number(5),
    "none": b"N",
    "a storage of before": Tensor("3", SHAPES[3]),
    "another length of a storage of before": Tensor("3", (9,)),
    "a storage of the group": Tensor("91", SHAPES[0]),
    "again": b"j" + struct.pack("<I", 300),
}


@pytest.mark.parametrize("places", [(90,), (80,), (119,), (90, 91, 93), (80, 100, 119)], ids=str)
@pytest.mark.parametrize("name", UNUSUAL)
def test_an_unusual_value_alone_is_left_to_the_interpreter(
    name: str, places: tuple[int, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pickled(dict.fromkeys(places, UNUSUAL[name]))
    assert rows_of(data) > rows_of(pickled({})) - 13 * len(places)
    quick, slow = both(data, monkeypatch)
    assert quick == slow


# What takes from the stack, or might: a group with any of it is left to the interpreter. So is one
# with the first name of a type, which is memoised there.
NO_PAIRS: dict[str, Tensor | bytes] = {
    "a type of less than bytes": Tensor("90", kind="QUInt4x2Storage"),
    "an untyped storage": Tensor("90", kind="UntypedStorage"),
    "no number": Tensor("0" * 21),
    "a dict": b"}",
    "a tuple": number(1) + number(2) + b"\x86",
    "nothing": b"N0",
    "a name more": b"NN",
    "what is below": b"0\x85",
    "a mark": b"(",
}


@pytest.mark.parametrize("name", NO_PAIRS)
def test_a_group_with_other_opcodes_is_left_to_the_interpreter(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pickled({90: NO_PAIRS[name]})
    assert rows_of(data) <= rows_of(pickled({})) - GROUP
    quick, slow = both(data, monkeypatch)
    assert quick == slow


def test_a_group_in_which_all_is_unusual(monkeypatch: pytest.MonkeyPatch) -> None:
    changes: dict[int, Tensor | bytes]
    changes = {n: Tensor(str(n), (2, 3), (1, 2)) for n in range(80, 120)}
    data = pickled(changes)
    assert rows_of(data) == rows_of(pickled({})) - GROUP
    quick, slow = both(data, monkeypatch)
    assert quick == slow


@pytest.mark.parametrize("later", [Tensor("50"), Tensor("50", (9,)), Tensor("050"), Tensor("5x")])
def test_a_storage_of_a_table_that_comes_again(
    later: Tensor, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick, slow = both(pickled({150: later}), monkeypatch)
    assert quick == slow


def test_keys_that_are_not_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    changes = {n: Tensor(str(1_000 - n)) for n in range(40, 120)}
    data = pickled({**changes, 130: Tensor("950")})
    assert tables_of(data) == 4
    quick, slow = both(data, monkeypatch)
    assert quick == slow


# The memo of the first table: 64 rows have been put, with eight values but for those of no axes.
@pytest.mark.parametrize("place", range(300, 340))
def test_a_memoised_value_of_a_table(place: int, monkeypatch: pytest.MonkeyPatch) -> None:
    recalled = b"j" + struct.pack("<I", place)
    more = b"(" + text("again") + recalled + text("other") + recalled + b"u"
    quick, slow = both(pickled({}, more=more), monkeypatch)
    assert quick == slow


def test_what_is_put_in_the_place_of_a_memoised_value(monkeypatch: pytest.MonkeyPatch) -> None:
    again = struct.pack("<I", 320)
    more = b"(" + text("new") + b"r" + again + b"j" + again + text("x") + b"j" + again + b"u"
    more += b"(" + text("old") + b"j" + struct.pack("<I", 321) + text("y") + b"j" + again + b"u"
    quick, slow = both(pickled({}, more=more), monkeypatch)
    assert quick == slow


@pytest.mark.parametrize("before", [b"N", b"(", b"(N", text("a") + b"N", b"}(" + text("b")])
def test_other_values_before_the_rest_of_a_group(
    before: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = pickled({})
    start = data.index(text("layer.35.weight"))
    quick, slow = both(data[:start] + before + data[start:], monkeypatch)
    assert quick == slow


@given(st.integers(0, 2**32), st.integers(1, 4), st.booleans())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_changed_pickle_is_read_alike(
    monkeypatch: pytest.MonkeyPatch, seed: int, changes: int, legacy: bool
) -> None:
    changed = mutated(pickled({}, legacy=legacy), b"layer.30.", seed, changes)
    quick, slow = both(changed, monkeypatch)
    assert quick == slow


def read(data: bytes, **bounds: int) -> object:
    calls = TorchCalls(holding_source("pickle", data, Limits(**bounds)))
    return load_from(calls.source, calls)


def test_a_row_counts_less_than_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(f"layer.{n}.weight", Tensor(str(n))) for n in range(20_000)]
    data = b"\x80\x02" + Pickled().grouped(pairs, 1_000) + b"."
    assert read(data, opcodes=200_000, steps=100_000)
    for limit, bound in (("opcodes", 199_999), ("steps", 40_000)):
        with pytest.raises(RefusedFile, match=f"{limit}={bound}"):
            read(data, **{limit: bound})
    values = read(data, opcodes=200_000)
    assert isinstance(values, Mapping)
    with pytest.raises(RefusedFile, match="opcodes=200000"):  # all that a run costs
        _ = values.pairs
    monkeypatch.setattr(groups, "read_table", lambda _: False)
    for limit, bound in (("opcodes", 200_000), ("steps", 100_000)):
        with pytest.raises(RefusedFile, match=f"{limit}={bound}"):
            read(data, **{limit: bound})


def test_groups_over_the_end_of_what_is_buffered(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(f"layer.{n}.weight", Tensor(str(n))) for n in range(8_000)]
    data = b"\x80\x02" + Pickled().grouped(pairs, 1_000) + b"."
    assert len(data) > 3 * 2**18
    assert tables_of(data) == 8
    quick, slow = both(data, monkeypatch)
    assert quick == slow


def test_groups_that_are_no_tables_take_time_in_proportion() -> None:
    """What is looked at in vain is not looked at again from each of its names."""
    run = Pickled().grouped([("n", Tensor("1"))], 1)
    start = b"\x80\x02" + Pickled().grouped([(f"n{n}", Tensor(str(n))) for n in range(40)], 40)
    data = start + b"(" + (text("x") + b"}(") * 20_000 + run + b"."
    calls = TorchCalls(holding_source("pickle", data, Limits()))
    sections: list[int] = []
    original = groups._section

    def counting(machine: object) -> bytes:
        found = original(machine)  # type: ignore[arg-type] # what it is given
        sections.append(len(found))
        return found

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(groups, "_section", counting)
        load_from(calls.source, calls)
    assert sum(sections) < 2 * len(data)
