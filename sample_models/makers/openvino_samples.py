"""The intact samples of OpenVINO: two that it writes itself, and one of a version that it left."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from makers.openvino_files import old_lstm
from makers.quiet_openvino import openvino
from makers.quiet_openvino import opset13 as op
from makers.records import Broken, Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path

_M, _N = 3, 2


def _drawn(*shape: int) -> np.ndarray:
    return np.random.default_rng(sum(shape)).standard_normal(shape).astype(np.float32)


def _save(results: list[openvino.Output], inputs: list[openvino.Node], path: Path) -> None:
    openvino.save_model(openvino.Model(results, inputs, "net"), path)


def _sequence(path: Path) -> Truth:
    """A GRU whose candidate has a recurrent bias, in half precision, with the conversion after."""
    x = op.parameter([1, 4, _M], np.float32, name="x")
    weights = (_drawn(1, 3 * _N, _M), _drawn(1, 3 * _N, _N), _drawn(1, 4 * _N))
    length = op.constant(np.array([4], np.int64))
    gru = op.gru_sequence(
        *(x, _drawn(1, 1, _N), length, *weights, _N, "forward"),
        linear_before_reset=True,
        name="gru",
    )
    _save([gru.output(0)], [x], path)
    count = 3 * (_N * _M + _N * _N + _N) + _N
    layer = Layer("gru", "CudnnGRU", _M, _N, count, bias_vectors=2)
    companion = str(path.with_suffix(".bin").relative_to(path.parents[1]))
    return Truth((layer,), count, {"state": _N, "constants": 1}, companions=(companion,))


def _loop(path: Path) -> Truth:
    """An LSTM cell in the body of a loop; its kernel comes from outside of the body."""
    step, h, c = (op.parameter([1, width], np.float32) for width in (_M, _N, _N))
    kernel = op.parameter([4 * _N, _M], np.float32)
    stored = (op.constant(_drawn(4 * _N, _N)), op.constant(_drawn(4 * _N)))
    cell = op.lstm_cell(step, h, c, kernel, *stored, _N, name="cell")
    results = [op.result(cell.output(at)) for at in range(2)]
    x = op.parameter([4, _M], np.float32, name="x")
    iterator = op.tensor_iterator()
    iterator.set_friendly_name("loop")
    iterator.set_body(openvino.Model(results, [step, h, c, kernel], "body"))
    iterator.set_sliced_input(step, x.output(0), 0, 1, 1, -1, 0)
    for at, state in enumerate((h, c)):
        start = op.constant(_drawn(1, _N) + at)
        iterator.set_merged_input(state, start.output(0), results[at].output(0))
    iterator.set_invariant_input(kernel, op.constant(_drawn(4 * _N, _M)).output(0))
    last = iterator.get_iter_value(results[0].output(0), -1)
    openvino.save_model(openvino.Model([last], [x], "net"), path, compress_to_fp16=False)
    count = 4 * (_N * _M + _N * _N + _N)
    companion = str(path.with_suffix(".bin").relative_to(path.parents[1]))
    layer = Layer("loop/cell", "LSTM", _M, _N, count)
    return Truth((layer,), count, {"state": 2 * _N}, companions=(companion,))


def _old(path: Path) -> Truth:
    text, data = old_lstm(_M, _N)
    path.write_text(text)
    path.with_suffix(".bin").write_bytes(data)
    count = 4 * (_N * _M + _N * _N + _N)
    companion = str(path.with_suffix(".bin").relative_to(path.parents[1]))
    return Truth((Layer("cell", "LSTM", _M, _N, count),), count, companions=(companion,))


def _narrow(base: Path, path: Path) -> None:
    """Declare one hidden unit more than the weights have."""
    path.write_text(base.read_text().replace('hidden_size="2"', 'hidden_size="3"'))
    path.with_suffix(".bin").write_bytes(base.with_suffix(".bin").read_bytes())


def _short(base: Path, path: Path) -> None:
    path.write_text(base.read_text())
    path.with_suffix(".bin").write_bytes(base.with_suffix(".bin").read_bytes()[:-6])


_MADE_WITH = "openvino"
INTACT = (
    Intact("openvino/gru.xml", _MADE_WITH, _sequence),
    Intact("openvino/loop.xml", _MADE_WITH, _loop),
    Intact("openvino/old_lstm.xml", "by hand, after the documentation of version 7", _old),
)
BROKEN = (
    Broken(
        "broken/narrow_blobs.xml",
        "openvino/old_lstm.xml",
        "the cell declares one hidden unit more than its weights have",
        "R106",
        _narrow,
        layer="cell",
        companions=("broken/narrow_blobs.bin",),
    ),
    Broken(
        "broken/short_constants.xml",
        "openvino/old_lstm.xml",
        "the file of constants is cut",
        "R201",
        _short,
        layer="cell",
        tensor="cell/biases",
        companions=("broken/short_constants.bin",),
    ),
)
