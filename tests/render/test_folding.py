"""Rows of equal layers, folded into one."""

from __future__ import annotations

from making.by_hand import layer, model, report
from making.reports import text_of
from rnninspect.cells import Sizes
from rnninspect.render.report.columns import RowKind, rows_of
from rnninspect.render.report.folding import fold
from rnninspect.render.view import View


def test_many_equal_layers_are_one_row() -> None:
    made = report(model(*(layer(name=f"blocks.{at}.rnn") for at in range(12))))
    table = text_of("table", [made], View(200))
    assert "blocks.0…11.rnn × 12" in table
    assert "blocks.3.rnn " not in table.split("note")[0]
    assert "12 × (4(nm + n² + 2n))" in table


def test_few_equal_layers_are_shown() -> None:
    made = report(model(*(layer(name=f"blocks.{at}.rnn") for at in range(3))))
    table = text_of("table", [made], View(200))
    assert all(f"blocks.{at}.rnn " in table for at in range(3))


def test_all_are_shown_on_request() -> None:
    made = report(model(*(layer(name=f"blocks.{at}.rnn") for at in range(12))))
    assert "blocks.11.rnn" in text_of("table", [made], View(200, unfold=True))


def test_layers_of_other_sizes_are_apart() -> None:
    layers = [layer(name=f"blocks.{at}.rnn") for at in range(5)]
    other = layer(name="blocks.5.rnn", sizes=Sizes(7, 2))
    rows = fold(list(rows_of(report(model(*layers, other)))))
    names = [row.values["layer"] for row in rows if row.kind is RowKind.LAYER]
    assert names == ["blocks.0…4.rnn × 5", "blocks.5.rnn"]


def test_what_is_folded_adds_up() -> None:
    made = report(model(*(layer(name=f"blocks.{at}.rnn") for at in range(9))))
    rows = [row for row in fold(list(rows_of(made))) if row.kind is not RowKind.SUBTOTAL]
    stored = [row.values["stored"] for row in rows]
    *parts, total = [value for value in stored if isinstance(value, int)]
    assert sum(parts) == total
