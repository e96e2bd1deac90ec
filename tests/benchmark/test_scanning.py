"""The benchmark of scans runs, and no engine loses a row or counts one twice."""

from __future__ import annotations

import pytest

from benchmark.scanning import ENGINES, main
from benchmark.scanning_figure import FIGURE, PAGE, drawn

# A scan that it measures writes Parquet.
pytestmark = [pytest.mark.frameworks, pytest.mark.slow]


def test_each_engine_has_a_row(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--files", "60", "--rounds", "1"])
    lines = capsys.readouterr().out.splitlines()
    _, _, *rows = (line for line in lines if line.startswith("|"))
    cells = [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]
    assert [(row[0], row[1]) for row in cells] == [("60", name) for name in ENGINES]
    assert all(row[-2:] == ["0", "0"] for row in cells)
    assert all(float(row[3]) > 0 for row in cells)


def test_the_figure_of_the_page_is_fresh() -> None:
    assert FIGURE.read_text(encoding="utf-8") == drawn(PAGE.read_text(encoding="utf-8"))
