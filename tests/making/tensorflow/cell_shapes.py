"""Shapes of the variables of TensorFlow 1's cells, and reports on checkpoints of them."""

from __future__ import annotations

from pathlib import Path

from making.tensorflow.bundles import Shapes, write_by_name
from rnninspect import inspect_file
from rnninspect.report import Report


def lstm(
    scope: str, inputs: int = 8, units: int = 16, kernel: str = "kernel", bias: str = "bias"
) -> Shapes:
    return {
        f"{scope}/{kernel}": (inputs + units, 4 * units),
        f"{scope}/{bias}": (4 * units,),
    }


def gru(
    scope: str, inputs: int = 8, units: int = 16, kernel: str = "kernel", bias: str = "bias"
) -> Shapes:
    return {
        f"{scope}/gates/{kernel}": (inputs + units, 2 * units),
        f"{scope}/gates/{bias}": (2 * units,),
        f"{scope}/candidate/{kernel}": (inputs + units, units),
        f"{scope}/candidate/{bias}": (units,),
    }


def both_directions(scope: str, cell: str, inputs: int = 8) -> Shapes:
    return lstm(f"{scope}/fw/{cell}", inputs) | lstm(f"{scope}/bw/{cell}", inputs)


def report_on(folder: Path, shapes: Shapes) -> Report:
    return inspect_file(write_by_name(folder / "model.ckpt", shapes))


def layers(report: Report) -> list[tuple[str, str, int, int, int]]:
    return [
        (
            counted.layer.name,
            counted.cell.name,
            counted.layer.sizes.input_size,
            counted.layer.sizes.directions,
            counted.stored,
        )
        for counted in report.layers
    ]
