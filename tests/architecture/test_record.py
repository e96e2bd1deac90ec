"""What a Record is: a named tuple with defaults, methods and properties."""

from __future__ import annotations

import pickle

import pytest

from rnninspect.record import Record


class Size(Record):
    """Rows and columns."""

    rows: int
    columns: int = 1
    names: tuple[str, ...] = ()

    @property
    def area(self) -> int:
        return self.rows * self.columns

    def turned(self) -> Size:
        return self._replace(rows=self.columns, columns=self.rows)


def test_fields_come_in_order_with_their_defaults() -> None:
    assert Size(3) == Size(rows=3, columns=1, names=())
    assert Size._fields == ("rows", "columns", "names")
    assert Size(2, 3).area == 6
    assert Size(2, 3).turned() == Size(3, 2)
    assert hash(Size(2)) == hash(Size(2))


def test_a_record_says_what_it_is_and_cannot_be_changed() -> None:
    assert repr(Size(2, 3)) == "Size(rows=2, columns=3, names=())"
    assert Size.__doc__ == "Rows and columns."
    assert Size.__module__ == __name__
    with pytest.raises(AttributeError):
        Size(2).rows = 3  # type: ignore[misc]
    with pytest.raises(TypeError):
        Size()  # type: ignore[call-arg]


def test_a_record_survives_pickling() -> None:
    assert pickle.loads(pickle.dumps(Size(2, 3, ("a",)))) == Size(2, 3, ("a",))  # noqa: S301
