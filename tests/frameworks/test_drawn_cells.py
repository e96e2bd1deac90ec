"""Less common cells and masks drawn at random: computed by ONNX Runtime, named by the report."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from making.onnx.drawn_cells import DrawnCell
from making.onnx.drawn_writers import Numbers
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.frameworks

FORMS = ("one step", "unrolled", "scan")
DRAWS = int(os.environ.get("RNNINSPECT_EXAMPLES", "200"))
PORTION = 50


@pytest.mark.parametrize("first", range(0, DRAWS, PORTION))
def test_a_drawn_cell_is_recognised(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PORTION, DRAWS)):
        drawn, draw = DrawnCell(seed), random.Random(seed)  # noqa: S311 - draws of a test
        form, steps = draw.choice(FORMS), draw.randint(3, 6)
        if drawn.cell in ("minGRU", "IndRNN", "IndyLSTM"):
            form = "scan"  # without a recurrent matrix nothing says that a step is repeated
        elif drawn.mask and drawn.cell == "RNN":
            form = draw.choice(FORMS[1:])
        path = tmp_path / "m.onnx"
        _calculate(path, drawn, form, steps)
        report = inspect_file(path)
        found = [
            (
                each.layer.cell,
                each.layer.sizes.input_size,
                each.layer.sizes.hidden_size,
                each.layer.sizes.projection_size,
            )
            for each in report.layers
        ]
        expected = [(drawn.name, *drawn.sizes, drawn.projection)]
        assert found == expected, f"seed {seed}: {drawn.cell}, {drawn.mask}, {form}"


@pytest.mark.parametrize("first", range(0, DRAWS, PORTION))
def test_one_changed_operator_makes_it_no_such_cell(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PORTION, DRAWS)):
        drawn, draw = DrawnCell(seed, changed=True), random.Random(seed)  # noqa: S311 - draws
        form, steps = draw.choice(FORMS), draw.randint(3, 6)
        path = tmp_path / "m.onnx"
        _calculate(path, drawn, form, steps)
        report = inspect_file(path)
        assert report.layers == (), f"seed {seed}: {drawn.cell}, {form}"
        silent = drawn.cell in ("minGRU", "IndRNN", "IndyLSTM") or (
            drawn.cell == "RNN" and form == "one step"
        )
        assert len(report.skipped) == 1 or silent, f"seed {seed}: {drawn.cell}, {form}"


def _calculate(path: Path, drawn: DrawnCell, form: str, steps: int) -> None:
    """Write the model, and see that it computes what the step computes."""
    import onnxruntime

    path.write_bytes(drawn.model(form, steps).SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    numbers = np.random.default_rng(len(drawn.cell))
    fed = {
        given.name: numbers.standard_normal(given.shape).astype(np.float32)
        if given.type == "tensor(float)"
        else numbers.random(given.shape) < 0.5
        for given in session.get_inputs()
    }
    h, c = fed["h"], fed.get("c", fed["h"])
    given = [(fed["x"], fed.get("mask"))]
    if form != "one step":
        masks = fed.get("mask", [None] * steps)
        given = list(zip(fed["x"], masks, strict=True))
    for x, mask in given:
        h, c = drawn.step(Numbers(), x, h, c, mask)
    assert np.allclose(session.run(["h_end"], fed)[0], h, atol=1e-3), f"{drawn.cell}, {form}"
