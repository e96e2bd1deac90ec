"""The notebook of the documentation, run from its first cell to its last."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

DOCS = Path(__file__).parents[2] / "docs"
SECONDS = 120


def test_it_runs_and_shows_what_it_says() -> None:
    notebook = nbformat.read(DOCS / "notebook.ipynb", as_version=4)
    nbformat.validate(notebook)
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)  # stored without
    client = NotebookClient(notebook, timeout=SECONDS, resources={"metadata": {"path": str(DOCS)}})
    client.execute()
    kinds = [next(iter(cell.outputs)).get("data", {"text/plain": ""}).keys() for cell in cells]
    drawn = [number for number, kind in enumerate(kinds) if "text/html" in kind]
    assert len(drawn) >= 5  # reports, a comparison, an audit, a frame
    assert all(len(cell.outputs) == 1 for cell in cells)
    faulty = next(cell for cell in cells if cell.source.startswith("faulty ="))
    assert "R101" in faulty.outputs[0]["data"]["text/html"]
    assert faulty.outputs[0]["data"]["text/plain"].startswith("<Report ")


def test_a_cell_that_fails_fails_the_run() -> None:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1 / 0")])
    with pytest.raises(Exception, match="ZeroDivisionError"):
        NotebookClient(notebook, timeout=SECONDS).execute()
