"""TensorFlow's operators that are recurrent layers by themselves, in graphs that it made."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from making.tensorflow import fused
from making.tensorflow.frozen import INPUTS, UNITS
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

pytestmark = pytest.mark.frameworks

LSTM = 4 * UNITS * (INPUTS + UNITS + 1)
GRU = 3 * UNITS * (INPUTS + UNITS + 1)
BOTH_BIASES = 4 * UNITS * (INPUTS + UNITS + 2)
OPERATORS: dict[str, tuple[Callable[[], None], list[tuple[str, int, int, int]]]] = {
    "LSTMBlockCell": (fused.lstm_cell, [("LSTM", INPUTS, 1, LSTM)]),
    "peepholes": (fused.lstm_with_peepholes, [("LSTM", INPUTS, 1, LSTM + 3 * UNITS)]),
    "BlockLSTMV2": (fused.block_lstm, [("LSTM", INPUTS, 1, LSTM + 3 * UNITS)]),
    "GRUBlockCell": (fused.gru_cell, [("GRU", INPUTS, 1, GRU)]),
    "CudnnRNN": (fused.canonical, [("LSTM", INPUTS, 1, BOTH_BIASES)]),
    "CudnnRNNV3": (
        partial(fused.cudnn, 1, "unidirectional"),
        [("LSTM", INPUTS, 1, BOTH_BIASES)],
    ),
    "CudnnRNNV3 of a GRU, both ways": (
        partial(fused.cudnn, 1, "bidirectional", "gru", 3),
        [("GRU", INPUTS, 2, fused.buffer_of(1, 2, 3))],
    ),
    "CudnnRNNV3 of three levels": (
        partial(fused.cudnn, 3, "bidirectional"),
        [
            ("LSTM", INPUTS, 2, fused.buffer_of(1, 2, 4)),
            ("LSTM", 2 * UNITS, 2, 8 * UNITS * (3 * UNITS + 2)),
            ("LSTM", 2 * UNITS, 2, 8 * UNITS * (3 * UNITS + 2)),
        ],
    ),
}


@pytest.mark.parametrize("kind", OPERATORS)
def test_an_operator_is_a_layer(tmp_path: Path, kind: str) -> None:
    build, expected = OPERATORS[kind]
    fused.write(tmp_path / "m.pb", build)
    report = inspect_file(tmp_path / "m.pb")
    found = [
        (
            counted.layer.cell,
            counted.layer.sizes.input_size,
            counted.layer.sizes.directions,
            counted.stored,
        )
        for counted in report.layers
    ]
    assert found == expected
    assert all(counted.expected == counted.stored for counted in report.layers)
    assert {counted.layer.origin for counted in report.layers} == {"declared"}
    assert {counted.layer.sizes.hidden_size for counted in report.layers} == {UNITS}
    assert {finding.rule for finding in report.findings} <= {"R208", "R406"}
    assert report.totals.parameters == sum(row[-1] for row in expected)
