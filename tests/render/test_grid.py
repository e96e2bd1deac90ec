"""A table for a terminal is laid out as tabulate lays out its simple table."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import tabulate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import draw
from rnninspect.render.widths import width_of

LETTERS = st.sampled_from("ab 9.-_編碼ﾊ한e\u0301🚀…²")
WORDS = st.text(LETTERS, max_size=8).map(lambda text: for_terminal(text.strip()))


@st.composite
def grids(draw_one: st.DrawFn) -> tuple[list[str], list[list[object]]]:
    """Heads, and lines of texts and numbers; each column is of one of them."""
    columns = draw_one(st.lists(st.booleans(), min_size=2, max_size=5))
    heads = draw_one(st.lists(WORDS.filter(bool), min_size=len(columns), max_size=len(columns)))
    kinds = [st.integers(-(10**9), 10**9) if number else WORDS for number in columns]
    lines = draw_one(st.lists(st.tuples(*kinds).map(list), min_size=1, max_size=6))
    return heads, lines


@given(grids())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_is_drawn_as_by_tabulate(
    monkeypatch: pytest.MonkeyPatch, grid: tuple[list[str], list[list[object]]]
) -> None:
    heads, lines = grid
    monkeypatch.setattr(tabulate, "WIDE_CHARS_MODE", True)
    monkeypatch.setattr(tabulate, "MIN_PADDING", 0)  # it gives heads two more columns
    monkeypatch.setattr(tabulate, "wcwidth", SimpleNamespace(wcswidth=width_of))
    texts = [
        [f"{value:,}" if isinstance(value, int) else value for value in line] for line in lines
    ]
    theirs = tabulate.tabulate(
        texts,
        headers=heads,
        tablefmt="simple",
        disable_numparse=True,
        colalign=["right" if isinstance(value, int) else "left" for value in lines[0]],
    )
    assert draw(heads, lines).split("\n") == [line.rstrip() for line in theirs.split("\n")]  # type: ignore[arg-type] # values of a table
