"""The summary of many models: a fold over rows, drawn in each of its formats."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from making.reports import drawn, hold
from rnninspect import inspect_row
from rnninspect.render import SCAN
from rnninspect.render.view import View
from rnninspect.render.widths import width_of
from rnninspect.rows.inspecting import unreadable_row
from rnninspect.rows.schema import MODELS, Verdict, fitting
from rnninspect.rows.summary import MOST_LARGEST, MOST_NAMED, UNKNOWN, Summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.rows.schema import Row, Value

SAMPLES = Path(__file__).parents[2] / "sample_models"


def made(path: str, **values: Value) -> Row:
    row: Row = {"path": path, "verdict": "ok", "format": "onnx", "rules": [], "parameters": 1}
    return fitting(row | values, MODELS)


MIXED = [
    made("small.onnx", recurrent=1, layer_count=1, file_bytes=100),
    made("large.pt", format="pytorch zip", parameters=10**9, recurrent=10**6, rules=["R402"]),
    made("wrong.onnx", verdict="error", rules=["R101", "R402"], fault="R101 W: stored [2]"),
    made("other.onnx", verdict="warning", rules=["R207", "R999"]),
    unreadable_row("bad|\x1b\nname", "truncated at <offset> 7").model,
]


@pytest.mark.parametrize("output", SCAN)
def test_each_format(output: str, pytestconfig: pytest.Config) -> None:
    hold(f"scan.{output}", drawn(SCAN, output, Summary(MIXED), View()), pytestconfig)


@pytest.mark.parametrize("output", SCAN)
def test_nothing_is_a_summary_too(output: str) -> None:
    text = drawn(SCAN, output, Summary(), View())
    assert "0 models" in text or json.loads(text)["total"]["models"] == 0


@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_table_by_format_fits_and_names_the_columns_that_do_not(width: int) -> None:
    every = [*MIXED, made("long.x", format="a format with a very long name", parameters=10**12)]
    _, table, *more = drawn(SCAN, "table", Summary(every), View(width)).split("\n\n")
    assert max(map(width_of, table.splitlines())) <= width
    heads = table.splitlines()[0].split()
    said = " ".join(more[0].split()) if more[0].startswith("not shown") else ""
    for head in ("Recurrent", "Layers", "Bytes", "Parameters"):
        assert (head in heads) != (head in said)
    assert ("COLUMNS=" in said) == (width < 100)


def test_the_order_of_rows_makes_no_difference() -> None:
    rows = [
        made(f"{number}.onnx", verdict=verdict, parameters=number % 7, fault="R101")
        for number, verdict in enumerate(list(Verdict) * 20)
    ]
    first = drawn(SCAN, "json", Summary(rows), View())
    random.Random(18).shuffle(rows)  # noqa: S311 - not a secret
    assert drawn(SCAN, "json", Summary(rows), View()) == first


def test_a_summary_does_not_grow() -> None:
    rows = [made(f"{number}", verdict="error", fault="R101") for number in range(1_000)]
    summary = Summary(rows)
    assert len(summary.faults) == MOST_NAMED
    assert len(summary.largest) == MOST_LARGEST
    assert "and 990 more" in drawn(SCAN, "table", summary, View())


def test_the_summary_of_samples_adds_up() -> None:
    rows = [inspect_row(path).model for path in sorted(SAMPLES.rglob("*.onnx"))]
    summary = Summary([*rows, unreadable_row("nowhere", "No such file").model])
    assert summary.total.models == len(rows) + 1 == sum(p.models for p in summary.parts.values())
    for name in ("parameters", "recurrent", "file_bytes"):
        total = sum(row[name] for row in rows if isinstance(row[name], int))  # type: ignore[misc]
        assert summary.total.sums[name] == total
    assert summary.parts[UNKNOWN].verdicts == {"unreadable": 1}
