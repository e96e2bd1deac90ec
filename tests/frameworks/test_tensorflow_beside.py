"""A graph beside a checkpoint says what its layers are, whatever their variables are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.tensorflow import beside, frozen
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect import Report

pytestmark = pytest.mark.frameworks

KINDS = ["BasicLSTMCell", "GRUCell", "MultiRNNCell", "LSTMCell with peepholes"]


def described(report: Report) -> list[tuple[str, str, int, int]]:
    return [
        (each.layer.cell, str(each.layer.origin), each.expected, each.stored)
        for each in report.layers
    ]


@pytest.mark.parametrize("kind", KINDS)
def test_a_meta_graph_is_read_with_its_checkpoint(tmp_path: Path, kind: str) -> None:
    make, expected = frozen.CELLS[kind]
    meta = beside.meta_pair(tmp_path, lambda: frozen.dynamic(make))
    reports = [inspect_file(path) for path in (meta, meta.with_suffix(".index"), tmp_path)]
    for report in reports:
        assert [(cell, origin) for cell, origin, _, _ in described(report)] == [
            (cell, "recovered") for cell, _, _ in expected
        ]
        assert all(each.expected == each.stored for each in report.layers)
        assert {finding.rule for finding in report.findings} == {"R402"}
        assert report.totals == reports[0].totals
    meta.unlink()
    (report,) = [inspect_file(meta.with_suffix(".index"))]
    assert {origin for _, origin, _, _ in described(report)} == {"inferred"}


def test_variables_without_a_checkpoint_are_declared_and_not_stored(tmp_path: Path) -> None:
    meta = beside.meta_pair(tmp_path, lambda: frozen.dynamic(frozen.CELLS["GRUCell"][0]))
    meta.with_suffix(".index").unlink()
    report = inspect_file(meta)
    (layer,) = report.layers
    assert (layer.layer.cell, layer.layer.sizes.hidden_size, layer.stored) == ("GRU", 12, 0)
    assert {str(slot.fate) for slot in layer.slots} == {"input"}
    messages = [finding.message for finding in report.findings if finding.rule == "R407"]
    assert ["4 variables declared here and stored elsewhere" in each for each in messages] == [True]


@pytest.mark.parametrize("kind", KINDS)
def test_a_saved_model_of_tensorflow_1_is_read_by_its_graph(tmp_path: Path, kind: str) -> None:
    make, expected = frozen.CELLS[kind]
    beside.saved_model(tmp_path / "m", lambda: frozen.dynamic(make))
    report = inspect_file(tmp_path / "m")
    assert [cell for cell, *_ in described(report)] == [cell for cell, _, _ in expected]
    assert {origin for _, origin, _, _ in described(report)} == {"recovered"}
    assert {finding.rule for finding in report.findings} == {"R402"}


def test_where_names_and_graph_differ_the_graph_wins(tmp_path: Path) -> None:
    meta = beside.meta_pair(tmp_path, beside.renamed)
    report = inspect_file(meta)
    (layer,) = report.layers
    sizes = layer.layer.sizes
    assert (layer.layer.cell, sizes.input_size, sizes.hidden_size) == ("LSTM", 7, 12)
    assert layer.expected == layer.stored
    (note,) = [finding for finding in report.findings if finding.rule == "R407"]
    assert "looks like GRU of 3 inputs and 16 units by its variables' names" in note.message
    assert "by the graph it is LSTM of 7 inputs and 12 units" in note.message
