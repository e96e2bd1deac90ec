"""Tensors in columns: the same totals and findings as one value for each, and the same names."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making.by_hand import layer, model, report, tensor, without
from rnninspect.cells import Role
from rnninspect.contract import fault_in
from rnninspect.model import Purpose, SavedModel, StoredTensor
from rnninspect.source.totals import DeclaredTotals
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.kinds import chosen, kinds_of

OTHERS = (
    tensor("block.weight", (5, 7)),
    tensor("block.mean", (7,))._replace(trained=False),
    tensor("block.scale", (3, 3), "float16")._replace(bytes=18, purpose=Purpose.QUANTISATION),
    tensor("adam.step", (2,))._replace(purpose=Purpose.OPTIMIZER),
    tensor("ema.weight", (5, 7))._replace(purpose=Purpose.COPY),
    tensor("empty", (0, 4)),
    tensor("block.counter", (), "int64")._replace(bytes=8, trained=False),
)
NOT_PLAIN = (
    tensor("tied", (2, 2))._replace(identity="block.weight"),
    tensor("short", (2, 2))._replace(needed_bytes=16, held_bytes=3),
    tensor("negative", (-1, 2))._replace(bytes=0),
    tensor("packed", (2, 2), "uint8")._replace(bytes=4, elements=8),
)
SAVED = model(layer(), others=(*OTHERS, *NOT_PLAIN))


def in_columns(saved: SavedModel) -> SavedModel:
    """The model with its tensors in columns, of which those that must be are asked for."""
    tensors = tuple(saved.tensors)
    columns = TensorColumns.of(tensors)
    used = {each.identity for made in saved.layers for o in made.operands for each in o.tensors}
    used.update(each.identity for each in NOT_PLAIN)
    for at, one in enumerate(tensors):
        if one.identity in used:
            assert columns[at] is one
    return saved._replace(tensors=columns)


@pytest.mark.parametrize(
    "saved",
    [SAVED, model(layer(), others=OTHERS), model(without(layer(), Role.BIAS)), model()],
    ids=["all", "plain", "a layer", "none"],
)
def test_a_model_in_columns_has_the_report_of_one_value_for_each(saved: SavedModel) -> None:
    assert report(in_columns(saved)) == report(saved)


@given(
    st.none() | st.integers(0, 200), st.none() | st.integers(0, 400), st.sampled_from([SAVED, None])
)
def test_declared_totals_are_compared_in_the_same_way(
    elements: int | None, size: int | None, saved: SavedModel | None
) -> None:
    some = saved or model(layer(), others=OTHERS[:2])
    declaring = some._replace(declared_totals=DeclaredTotals(elements, size, 1_000))
    assert report(in_columns(declaring)).findings == report(declaring).findings


def test_every_total_that_a_writer_may_mean_is_known_in_columns() -> None:
    saved = model(layer(), others=(*OTHERS[:2], tensor("gamma", (9,))))
    for number in range(200):
        declaring = saved._replace(declared_totals=DeclaredTotals(number, None, 1_000))
        assert report(in_columns(declaring)).findings == report(declaring).findings


def test_a_tensor_is_made_once_and_only_when_it_is_asked_for() -> None:
    asked: list[int] = []

    def make(at: int) -> StoredTensor:
        asked.append(at)
        return tensor(str(at), (2,))

    columns = TensorColumns(["0", "1", "2"], [(2,)] * 3, ["float32"] * 3, [8] * 3, make)
    assert columns.sums(Purpose.PARAMETER).elements == 6
    assert asked == []
    assert columns[-1] is columns[2]
    assert asked == [2]
    assert columns.single() == [columns[2]]
    assert columns.sums(Purpose.PARAMETER).tensors == 2
    assert [one.name for one in columns] == ["0", "1", "2"]
    assert columns == TensorColumns(["0", "1", "2"], [(2,)] * 3, ["float32"] * 3, [8] * 3, make)
    with pytest.raises(IndexError):
        columns[3]


def test_the_contract_holds_columns_to_their_tensors() -> None:
    assert fault_in(in_columns(SAVED)) is None
    wrong = in_columns(SAVED)
    assert isinstance(wrong.tensors, TensorColumns)
    wrong.tensors.sizes = [0] * len(wrong.tensors)
    assert "unlike its columns" in str(fault_in(wrong))
    wrong.tensors.sizes = []
    assert "not equally long" in str(fault_in(wrong))
    lone = TensorColumns(
        ["tied"], [(2,)], ["float32"], [8], lambda _: tensor("tied", (2,))._replace(elements=9)
    )
    assert "is not plain" in str(fault_in(model()._replace(tensors=lone)))
    other = TensorColumns(["a"], [(2,)], ["float32"], [8], lambda _: OTHERS[3]._replace(name="a"))
    assert "another purpose" in str(fault_in(model()._replace(tensors=other)))


@given(st.lists(st.text(alphabet="a.h9\n_0", max_size=6), max_size=20))
def test_the_chosen_names_are_those_that_a_look_at_each_would_choose(names: list[str]) -> None:
    wanted = [at for at, name in enumerate(names) if "h" in name or name.endswith("_")]
    assert chosen(names, lambda kind: "h" in kind or kind.endswith("_")) == wanted


def test_names_that_differ_in_digits_are_asked_about_once() -> None:
    asked: list[str] = []
    names = [f"layers.{at}.fc{at % 3}.weight" for at in range(10, 99)] * 300
    assert chosen(names, lambda kind: bool(asked.append(kind))) == []  # type: ignore[func-returns-value]
    assert asked == ["layers.00.fc0.weight"]
    assert kinds_of(["a1", "b"]) == ["a0", "b"]
