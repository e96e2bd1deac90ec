"""Parameters by the names that searches read."""

from __future__ import annotations

from making.by_hand import tensor
from rnninspect.model import Purpose
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.entries import Entries

TENSORS = (
    tensor("a/w", (2, 3)),
    tensor("step", (1,))._replace(purpose=Purpose.STATE),
    tensor("b/w", (4,)),
    tensor("a/w", (5,)),
)
COLUMNS = TensorColumns.of(TENSORS)


def test_of_two_with_one_name_the_last_is_there_in_the_first_place() -> None:
    for tensors in (TENSORS, COLUMNS):
        entries = Entries(tensors, lambda name: name.replace("/", "."))
        assert [(one.name, one.shape) for one in entries] == [("a.w", (5,)), ("b.w", (4,))]
        assert (entries.names, entries.own_names) == (["a.w", "b.w"], ["a/w", "b/w"])
        assert [one.tensor for one in entries] == [TENSORS[3], TENSORS[2]]


def test_the_rest_has_the_same_objects() -> None:
    entries = Entries(TENSORS)
    rest = entries.without({"a/w"})
    assert list(rest) == [entries[1]]
    assert rest[0] is entries[1]
