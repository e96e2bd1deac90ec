"""The intact and broken samples of ncnn, written by hand: its package reads networks alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.ncnn_files import Net, binary, lstm, rnn, small
from makers.records import Broken, Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path

_MADE_WITH = "by hand, after ncnn's own loaders"


def _companions(path: Path) -> tuple[str, ...]:
    return (f"{path.parent.name}/{path.name.partition('.')[0]}.bin",)


def _small(path: Path) -> Truth:
    """Layers of other kinds come before the recurrent ones, and after them."""
    small().save(path)
    layers = (
        Layer("lstm", "LSTM", 4, 2, 2 * 4 * (2 * 4 + 2 * 2 + 2), directions=2),
        Layer("gru", "CudnnGRU", 4, 2, 3 * (2 * 4 + 2 * 2 + 2) + 2, bias_vectors=2),
    )
    others = 3 * 4 * 3 + 4 + 2 * 3 + 3
    total = sum(layer.expected for layer in layers) + others
    return Truth(layers, total, companions=_companions(path))


def _quantised(path: Path) -> Truth:
    """An LSTM with a projection in int8, with the scales of rows."""
    lstm(Net(), 3, 4, outputs=2, tag=0x000D4B38).save(path)
    count = 4 * (4 * 3 + 4 * 2 + 4) + 2 * 4
    layer = Layer("lstm", "LSTM", 3, 4, count, projection_size=2)
    return Truth((layer,), count, {"quantisation": 2 * 16}, companions=_companions(path))


def _binary(path: Path) -> Truth:
    path.write_bytes(binary())
    path.with_name("numbered.bin").write_bytes(rnn(Net(), 3, 2).data)
    layer = Layer("RNN_1", "RNN", 3, 2, 2 * 3 + 2 * 2 + 2)
    return Truth((layer,), 12, companions=_companions(path))


def _short(base: Path, path: Path) -> None:
    path.write_text(base.read_text())
    path.with_suffix(".bin").write_bytes(base.with_suffix(".bin").read_bytes()[:-8])


INTACT = (
    Intact("ncnn/small.param", _MADE_WITH, _small),
    Intact("ncnn/int8.param", _MADE_WITH, _quantised),
    Intact("ncnn/numbered.param.bin", _MADE_WITH, _binary),
)
BROKEN = (
    Broken(
        "broken/short_weights.param",
        "ncnn/small.param",
        "the file of weights is cut",
        "R201",
        _short,
        tensor="fc/bias",
        companions=("broken/short_weights.bin",),
    ),
)
