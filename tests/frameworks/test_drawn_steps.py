"""Steps drawn at random: ONNX Runtime computes the cell's numbers, the report names the cell."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from making.onnx.steps import BATCH, DrawnStep
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.frameworks

FORMS = ("one step", "unrolled", "loop", "scan")
DRAWS = int(os.environ.get("RNNINSPECT_EXAMPLES", "300"))
PORTION = 50


@pytest.mark.parametrize("first", range(0, DRAWS, PORTION))
def test_a_drawn_step_is_recognised(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PORTION, DRAWS)):
        _check(tmp_path / "m.onnx", seed)


def _check(path: Path, seed: int) -> None:
    import onnxruntime

    step, draw = DrawnStep(seed), random.Random(seed)  # noqa: S311 - draws of a test
    form, steps = draw.choice(FORMS), draw.randint(2, 9)
    if step.cell == "RNN" and form == "one step":
        form = "unrolled"  # alone it is not more than a layer over two inputs
    model = step.model(form, steps)
    path.write_bytes(model.SerializeToString())
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    fed = {
        given.name: np.random.default_rng(seed).standard_normal(given.shape).astype(np.float32)
        for given in session.get_inputs()
    }
    h = fed["h"]
    c = fed.get("c", np.zeros_like(h))
    for x in fed["xs"] if "xs" in fed else fed["x"][None]:
        assert len(x) == BATCH
        h, c = step.step(x, h, c)
    assert np.allclose(session.run(["h_end"], fed)[0], h, atol=1e-4), f"the drawn step {seed}"
    found = [
        (each.layer.cell, each.layer.sizes.input_size, each.layer.sizes.hidden_size)
        for each in inspect_file(path).layers
    ]
    assert found == [(step.cell, *step.sizes)], f"seed {seed}, {form}, {steps} steps"
