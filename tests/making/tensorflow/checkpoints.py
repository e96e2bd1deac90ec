"""An LSTM in checkpoints, and what reports say of it."""

from __future__ import annotations

from pathlib import Path

from making.tensorflow.bundles import (
    VALUE,
)
from rnninspect.report import Report

KERNEL, BIAS = "rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"
LSTM = {KERNEL: (24, 64), BIAS: (64,)}  # of 8 inputs and 16 units: 1,600 parameters
TRACKED = {f"lstm/cell/{name}{VALUE}": shape for name, shape in LSTM.items()}
DATA = "model.ckpt.data-00000-of-00001"


def errors(report: Report) -> set[tuple[str, str | None]]:
    return {(f.rule, f.tensor) for f in report.findings if f.level == "error"}


def stored(report: Report) -> list[tuple[str, int, int]]:
    return [(counted.cell.name, counted.expected, counted.stored) for counted in report.layers]


def state(folder: Path, text: str) -> None:
    (folder / "checkpoint").write_text(text)
