"""Layers by the names of initializers: kept, renamed, transposed, in other files."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.mamba import MAMBA as BLOCK
from making.mamba import Shapes
from rnninspect.inspection import inspect_file
from rnninspect.report import Report

PATH = "backbone.layers.0.mixer."
MAMBA = {PATH + name: shape for name, shape in BLOCK.items()}


def _saved(shapes: Shapes, path: Path, **how: object) -> Report:
    """The report of a model that sums up its initializers, each once."""
    values = [
        numpy_helper.from_array(np.full(shape, at, np.float32), name)
        for at, (name, shape) in enumerate(shapes.items())
    ]
    nodes = [
        helper.make_node("ReduceSum", [name], [f"sum_{at}"], keepdims=0)
        for at, name in enumerate(shapes)
    ]
    nodes.append(helper.make_node("Sum", [f"sum_{at}" for at in range(len(shapes))], ["y"]))
    output = helper.make_tensor_value_info("y", TensorProto.FLOAT, [])
    onnx.save(helper.make_model(helper.make_graph(nodes, "g", [], [output], values)), path, **how)
    return inspect_file(path)


def _serious(report: Report) -> list[str]:
    return [f.rule for f in report.findings if f.level.value != "note"]


@pytest.mark.parametrize("outside", [False, True])
def test_a_layer_whose_weights_kept_their_names(outside: bool, tmp_path: Path) -> None:
    how = {"save_as_external_data": True, "location": "data", "size_threshold": 0}
    report = _saved(
        {**MAMBA, "head.weight": (9, 24)}, tmp_path / "m.onnx", **how if outside else {}
    )
    (counted,) = report.layers
    assert (counted.layer.name, counted.layer.cell) == (PATH[:-1], "Mamba")
    assert counted.expected == counted.stored == 5088
    assert report.totals.other == 9 * 24
    assert _serious(report) == []


def test_weights_that_were_renamed_are_not_missing(tmp_path: Path) -> None:
    renamed = {
        f"onnx::MatMul_{at}" if "proj.weight" in name else name: shape
        for at, (name, shape) in enumerate(MAMBA.items())
    }
    report = _saved(renamed, tmp_path / "m.onnx")
    assert report.layers == ()
    assert _serious(report) == []
    (note,) = report.possible
    assert note.detail.startswith(f"{PATH[:-1]}: a module with {PATH}A_log, {PATH}D,")
    assert {tensor.name for tensor in note.tensors} == MAMBA.keys() & renamed.keys()


def test_a_weight_that_was_transposed_is_not_wrong(tmp_path: Path) -> None:
    name = PATH + "in_proj.weight"
    report = _saved({**MAMBA, name: MAMBA[name][::-1]}, tmp_path / "m.onnx")
    assert report.layers == ()
    assert _serious(report) == []
    assert len(report.possible) == 1


def test_a_weight_of_another_shape_is_found(tmp_path: Path) -> None:
    report = _saved({**MAMBA, PATH + "x_proj.weight": (18, 48)}, tmp_path / "m.onnx")
    assert _serious(report) == ["R101"]
