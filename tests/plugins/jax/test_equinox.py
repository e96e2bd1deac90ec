"""Leaves of Equinox, written as `tree_serialise_leaves` does: with numpy, one after the other."""

from __future__ import annotations

import io
import json
from pathlib import Path

import numpy as np
import pytest

from rnninspect import inspect_file
from rnninspect.errors import UnknownFormat, UnreadableFile

M, N = 6, 5
# The fields of equinox.nn.GRUCell and LSTMCell that are arrays, in their order.
GRU = [(3 * N, M), (3 * N, N), (3 * N,), (N,)]
LSTM = [(4 * N, M), (4 * N, N), (4 * N,)]
LINEAR = [(2, N), (2,)]


def leaves(*shapes: tuple[int, ...], dtype: str = "float32") -> bytes:
    held = io.BytesIO()
    for shape in shapes:
        np.save(held, np.ones(shape, dtype))
    return held.getvalue()


@pytest.mark.parametrize("line", [b"", json.dumps({"size": 5}).encode() + b"\n"])
@pytest.mark.parametrize(
    ("cell", "words"), [(GRU, "a GRU"), (LSTM, "an LSTM"), (LSTM[:2], "an LSTM")]
)
def test_a_cell_is_possible_by_its_shapes(
    cell: list[tuple[int, ...]], words: str, line: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "model.eqx"
    path.write_bytes(line + leaves(*LINEAR, *cell, *LINEAR))
    report = inspect_file(path)
    assert report.format == "equinox leaves"
    assert report.totals.parameters == sum(int(np.prod(shape)) for shape in (*cell, *2 * LINEAR))
    (found,) = [each.message for each in report.findings if each.rule == "R405"]
    last = len(LINEAR) + len(cell) - 1
    assert f"arrays 2 to {last} have the shapes of {words} of Equinox with input size 6" in found


def test_a_network_without_such_a_run_has_no_layer(tmp_path: Path) -> None:
    (tmp_path / "mlp.eqx").write_bytes(leaves((20, 6), (20,), (5, 20), (5,), (), ()))
    report = inspect_file(tmp_path / "mlp.eqx")
    assert (report.layers, report.totals.parameters) == ((), 247)
    assert not [each for each in report.findings if each.rule == "R405"]


def test_elements_that_are_missing_are_a_finding(tmp_path: Path) -> None:
    (tmp_path / "cut.eqx").write_bytes(leaves(*LSTM)[:-3])
    found = [each for each in inspect_file(tmp_path / "cut.eqx").findings if each.level == "error"]
    assert [(each.rule, each.tensor) for each in found] == [("R201", "2")]


@pytest.mark.parametrize(
    ("more", "reason"),
    [(b"x", "array 3 at offset .*: not a NumPy array"), (leaves((1,))[:50], "truncated header")],
)
def test_other_bytes_after_an_array_are_refused(tmp_path: Path, more: bytes, reason: str) -> None:
    (tmp_path / "more.eqx").write_bytes(leaves(*LSTM) + more)
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(tmp_path / "more.eqx")


def test_one_array_is_a_file_of_numpy(tmp_path: Path) -> None:
    (tmp_path / "one.npy").write_bytes(leaves((3, 4)))
    with pytest.raises(UnknownFormat, match=r"a NumPy array \(\.npy\), not a model"):
        inspect_file(tmp_path / "one.npy")
