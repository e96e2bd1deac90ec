"""The models whose growth is measured are what they are said to be."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.growth import attention, measured, unrolled
from benchmark.measure import exponent
from rnninspect import inspect_file


def test_the_unrolled_steps_are_recognised(tmp_path: Path) -> None:
    path = tmp_path / "steps.onnx"
    path.write_bytes(unrolled(25).SerializeToString())
    (counted,) = inspect_file(path).layers
    assert counted.layer.kind == "LSTM (unrolled, 25 steps)"
    assert counted.expected == counted.stored


def test_the_layers_of_attention_have_no_step(tmp_path: Path) -> None:
    path = tmp_path / "nodes.onnx"
    path.write_bytes(attention(200).SerializeToString())
    report = inspect_file(path)
    assert (report.layers, report.skipped, report.possible) == ((), (), ())


def test_each_count_is_measured() -> None:
    ((count, seconds, peak),) = measured(unrolled, (2,), runs=1)
    assert count == 2
    assert seconds > 0
    assert peak > 0


@pytest.mark.parametrize("power", [1, 2])
def test_the_exponent_is_the_power(power: int) -> None:
    points = [(count, 3.0 * count**power) for count in (10, 20, 40)]
    assert exponent(points) == pytest.approx(power)
