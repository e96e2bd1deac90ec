"""ConvLSTM and ConvGRU written by hand, as torch exports them; other convolutions are no cells."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import pytest
import torch
from torch import nn

from making.convolved_steps import (
    INPUTS,
    SIDE,
    UNITS,
    ConvGRU,
    ConvLSTM,
    Depthwise,
    Fusion,
    Refinement,
    SeparateLSTM,
    UNet,
    Unrolled,
)
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rnninspect.report import Report

pytestmark = pytest.mark.frameworks


def exported(path: Path, net: nn.Module, *shapes: tuple[int, ...]) -> Report:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        inputs = tuple(torch.randn(shape) for shape in shapes)
        torch.onnx.export(net.eval(), inputs, str(path), dynamo=False, opset_version=17)
    return inspect_file(path)


CELLS: dict[str, tuple[Callable[[], nn.Module], int, int]] = {
    "ConvLSTM2D": (ConvLSTM, 2, 2),
    "ConvLSTM2D, peepholes": (lambda: ConvLSTM(peepholes=True), 2, 2),
    "ConvLSTM2D, two convolutions": (SeparateLSTM, 2, 2),
    "ConvLSTM1D": (lambda: ConvLSTM(1, 5), 1, 2),
    "ConvLSTM3D": (lambda: ConvLSTM(3), 3, 2),
    "ConvGRU2D": (ConvGRU, 2, 1),
    "ConvGRU1D": (lambda: ConvGRU(1), 1, 1),
}


@pytest.mark.parametrize("steps", [0, 4])
@pytest.mark.parametrize("kind", CELLS)
def test_a_cell_that_convolves_is_recognised(tmp_path: Path, kind: str, steps: int) -> None:
    make, axes, states = CELLS[kind]
    cell, space = make(), (SIDE,) * axes
    if steps:
        report = exported(tmp_path / "m.onnx", Unrolled(cell), (2, steps, INPUTS, *space))
    else:
        given = [(2, INPUTS, *space), *[(2, UNITS, *space)] * states]
        report = exported(tmp_path / "m.onnx", cell, *given)
    (counted,) = report.layers
    layer, sizes = counted.layer, counted.layer.sizes
    how = f"unrolled, {steps} steps" if steps else "one step"
    assert layer.kind == f"{kind.partition(',')[0]} ({how})"
    assert (sizes.input_size, sizes.hidden_size) == (INPUTS, UNITS)
    assert sizes.kernel_size == ((5,) if kind == "ConvLSTM1D" else (3,) * axes)
    stored = sum(weight.numel() for weight in cell.parameters())
    assert counted.stored == stored
    assert counted.expected - stored == len(counted.cell.gates) * UNITS  # one bias for both
    assert not report.skipped
    assert not [finding for finding in report.findings if finding.level == "error"]


IMAGE = (2, 4, 8, 8)
OTHERS: dict[str, tuple[Callable[[], nn.Module], tuple[tuple[int, ...], ...]]] = {
    "u-net": (UNet, (IMAGE,)),
    "fusion": (Fusion, (IMAGE, IMAGE)),
    "depthwise": (Depthwise, (IMAGE,)),
    "refinement": (Refinement, (IMAGE, IMAGE)),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_convolutions_are_no_cells(tmp_path: Path, kind: str) -> None:
    make, shapes = OTHERS[kind]
    report = exported(tmp_path / "m.onnx", make(), *shapes)
    assert (report.layers, report.skipped, report.possible) == ((), (), ())
