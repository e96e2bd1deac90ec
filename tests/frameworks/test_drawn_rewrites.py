"""Drawn steps written differently: the same numbers by ONNX Runtime, the same layer in reports."""

from __future__ import annotations

import os
import random
from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest

from making.onnx.rewriting import REWRITES
from making.onnx.steps import DrawnStep
from making.onnx.wrapping import stored_outside
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Any

    from numpy.typing import NDArray

    Fed = dict[str, NDArray[Any]]

pytestmark = pytest.mark.frameworks

FORMS = ("one step", "unrolled", "loop", "scan")
MASKS = ("none", "where", "product", "difference")
WAYS = ("as it is", "outside", "ORT_ENABLE_BASIC", "ORT_ENABLE_EXTENDED", "ORT_ENABLE_ALL")
DRAWS = int(os.environ.get("RNNINSPECT_EXAMPLES", "100"))
PORTION = 50


@pytest.mark.parametrize("first", range(0, DRAWS, PORTION))
def test_a_step_that_is_written_differently_is_recognised(tmp_path: Path, first: int) -> None:
    for seed in range(first, min(first + PORTION, DRAWS)):
        _check(tmp_path / "m.onnx", seed)


def _check(path: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311 - draws of a test
    step, form = DrawnStep(seed), draw.choice(FORMS)
    if step.cell == "RNN" and form == "one step":
        form = "unrolled"  # alone it is not more than a layer over two inputs
    if form in ("unrolled", "loop"):
        step.mask = draw.choice(MASKS)
    model = step.model(form, draw.randint(2, 9))
    expected = _outputs(model, _fed(model, seed))
    names = draw.sample(sorted(REWRITES), draw.randint(1, 4))
    for name in names:
        REWRITES[name](model, draw)
    fed = _fed(model, seed)
    assert np.allclose(_outputs(model, fed), expected, atol=1e-4), f"seed {seed}: {names}"
    # The optimiser stores an int8 matrix once for each use, and fails where its scale is a node's.
    names.append(_save(path, model, draw.choice(WAYS[:2] if "int8" in names else WAYS)))
    found = [
        (each.layer.cell, each.layer.sizes.input_size, each.layer.sizes.hidden_size)
        for each in inspect_file(path).layers
    ]
    assert found == [(step.cell, *step.sizes)], f"seed {seed}: {form}, mask {step.mask}, {names}"


def _fed(model: onnx.ModelProto, seed: int) -> Fed:
    numbers = np.random.default_rng(seed)
    shapes = {
        given.name: [axis.dim_value for axis in given.type.tensor_type.shape.dim]
        for given in model.graph.input
    }
    taken: dict[str, NDArray[Any]] = {"go_on": np.ones((), np.bool_)}
    if "mask" in shapes:
        taken["mask"] = numbers.integers(0, 2, shapes["mask"]).astype(np.float32)
    return {
        name: taken[name] if name in taken else numbers.standard_normal(shape).astype(np.float32)
        for name, shape in shapes.items()
    }


def _outputs(model: onnx.ModelProto, fed: Fed) -> NDArray[np.float32]:
    import onnxruntime

    options = onnxruntime.SessionOptions()  # whose optimiser would round activations to int8
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    first: NDArray[np.float32] = session.run(["h_end"], fed)[0]
    return first


def _save(path: Path, model: onnx.ModelProto, way: str) -> str:
    """Write the model as it is, with weights beside it, or as ONNX Runtime optimises it."""
    import onnxruntime

    if way == "as it is":
        path.write_bytes(model.SerializeToString())
    elif way == "outside":
        stored_outside(path, model)
    else:
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = getattr(onnxruntime.GraphOptimizationLevel, way)
        options.optimized_model_filepath = str(path)
        options.log_severity_level = 4
        onnxruntime.InferenceSession(
            model.SerializeToString(), options, providers=["CPUExecutionProvider"]
        )
    return way
