"""docs/scanning.md: its SQL is run, its table of columns is generated."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from making.scans import scan
from rnninspect import inspect_row
from rnninspect.rows.inspecting import unreadable_row
from rnninspect.rows.schema import LAYERS, MODELS

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "scanning.md"
BLOCKS = re.findall(r"^```sql\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)
VIEWS, QUERIES = BLOCKS[0], BLOCKS[1:]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two scans: in the second one a model has grown, and others have faults."""
    folder = tmp_path_factory.mktemp("scans")
    model = folder / "model.onnx"
    samples = ROOT / "sample_models"
    shutil.copy(samples / "onnx" / "basic_lstm.onnx", model)
    scan(folder / "last_month.parquet", [inspect_row(model)])
    shutil.copy(samples / "onnx" / "dynamo_lstm.onnx", model)
    paths = [*samples.glob("onnx/*.onnx"), *samples.glob("broken/*.onnx"), model]
    rows = [*map(inspect_row, paths), unreadable_row("bad.onnx", "truncated")]
    for ending in ("parquet", "duckdb", "jsonl"):
        scan(folder / f"results.{ending}", rows)
    return folder


def answers(folder: Path, kind: str) -> list[list[tuple[Any, ...]]]:
    database = duckdb.connect(folder / "results.duckdb" if kind == "duckdb" else ":memory:")
    database.execute(f"SET file_search_path = '{folder}'")
    if kind == "parquet":
        database.execute(VIEWS)
    elif kind == "jsonl":
        database.execute(VIEWS.replace("'results.parquet'", "read_json('results.jsonl')"))
    return [database.execute(query).fetchall() for query in QUERIES]


def test_each_query_of_the_page_has_an_answer(folder: Path) -> None:
    found = answers(folder, "parquet")
    assert len(found) == 10
    assert all(found)
    faults, unreadable, heaviest, grown, *_ = found
    assert "R107" in dict(faults)[str(ROOT / "sample_models" / "broken" / "half_bias.onnx")]
    assert unreadable == [("truncated", 1, "bad.onnx")]
    assert heaviest[0][4] == max(row[4] for row in heaviest)
    new = inspect_row(folder / "model.onnx").model["parameters"]
    assert grown == [(str(folder / "model.onnx"), 17748 - 108 - 12, new)]


@pytest.mark.parametrize("kind", ["duckdb", "jsonl"])
def test_other_formats_have_the_same_answers(folder: Path, kind: str) -> None:
    same = [sorted(map(str, rows)) for rows in answers(folder, "parquet")]
    found = [sorted(map(str, rows)) for rows in answers(folder, kind)]
    for number in (0, 1, 3, 4, 6, 7, 8):  # the others are cut off among equals
        assert found[number] == same[number]


def test_the_table_of_columns_is_fresh(pytestconfig: pytest.Config) -> None:
    lines = ["| column of a model | type | what it is |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {each.kind} | {each.meaning} |" for each in MODELS]
    lines += ["", "| column of a layer | type | what it is |", "|---|---|---|"]
    lines += [f"| `{each.name}` | {each.kind} | {each.meaning} |" for each in LAYERS]
    text = PAGE.read_text()
    pattern = re.compile(r"(?<=<!-- columns -->\n\n).*?(?=## Ten)", re.DOTALL)
    fresh = pattern.sub("\n".join(lines) + "\n\n", text)
    if pytestconfig.getoption("--renew-golden"):
        PAGE.write_text(fresh)
    assert fresh == PAGE.read_text()
    assert "`own_sizes`" in fresh
