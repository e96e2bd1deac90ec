"""Weights that an If, a Where or a Gather chooses: alternatives of one layer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, body, graph, node, save, value, weights
from making.onnx.results import counts, only, read, report
from rnninspect.render.report.columns import rows_of

if TYPE_CHECKING:
    from pathlib import Path


SHAPE = Shape("LSTM", 3, 2)
TRUE = numpy_helper.from_array(np.array(1, np.bool_), "true")


def test_a_weight_that_is_one_of_two(tmp_path: Path) -> None:
    kernels = [
        numpy_helper.from_array(np.ones((1, 8, 3), np.float32), name) for name in ("one", "two")
    ]
    then, other = (
        body([helper.make_node("Identity", [name], [f"k_{name}"])], (), (), [value(f"k_{name}")])
        for name in ("one", "two")
    )
    chosen = helper.make_node("If", ["true"], ["W"], then_branch=then, else_branch=other)
    whole = graph([chosen, node(SHAPE)], [*kernels, *weights(SHAPE)[1:], TRUE])
    path = save(tmp_path, whole)
    assert {tensor.name for tensor in only(read(path)).operands[0].tensors} == {"one", "two"}
    assert counts(report(path)) == [("layer", 56, 56)]
    of = report(path)
    assert of.totals.parameters == 56 + 24
    assert [(finding.rule, finding.message) for finding in of.findings] == [
        ("R407", "chosen at run time from 2 stored tensors: two, one")
    ]
    listed = [(row.values["layer"], row.values["stored"]) for row in rows_of(of)]
    assert listed[1:] == [("(alternatives)", 24), ("(everything else)", 0), ("(total)", 80)]


@pytest.mark.parametrize(
    ("condition", "other", "rule"),
    [
        ([], [1, 8, 3], "R407"),
        ([1], [1, 8, 3], "R407"),
        ([8, 1], [1, 8, 3], "R406"),
        ([], [], "R406"),
    ],
)
def test_a_weight_chosen_by_where(
    tmp_path: Path, condition: list[int], other: list[int], rule: str
) -> None:
    """A scalar condition chooses a tensor as If does; a mask mixes both."""
    kernels = [
        numpy_helper.from_array(np.ones(shape, np.float32), name)
        for name, shape in (("one", [1, 8, 3]), ("two", other))
    ]
    chosen = helper.make_node("Where", ["which", "one", "two"], ["W"])
    which = value("which", *condition, element=TensorProto.BOOL)
    whole = graph(
        [chosen, node(SHAPE)], [*kernels, *weights(SHAPE)[1:]], [value("X", 1, 1, 3), which]
    )
    of = report(save(tmp_path, whole))
    assert [finding.rule for finding in of.findings] == [rule]
    if rule == "R407":
        assert counts(of) == [("layer", 56, 56)]
        assert of.findings[0].message == "chosen at run time from 2 stored tensors: one, two"


def test_a_weight_gathered_from_a_stack(tmp_path: Path) -> None:
    bank = numpy_helper.from_array(np.ones((3, 1, 8, 3), np.float32), "bank")
    picked = helper.make_node("Gather", ["bank", "which"], ["W"])
    which = value("which", element=TensorProto.INT64)
    whole = graph([picked, node(SHAPE)], [bank, *weights(SHAPE)[1:]], [value("X", 1, 1, 3), which])
    of = report(save(tmp_path, whole))
    assert counts(of) == [("layer", 56, 56)]
    assert of.totals.parameters == 56 + 2 * 24
    (found,) = of.findings
    assert (found.rule, found.message) == ("R407", "a part of bank, chosen at run time")
    assert ("(alternatives)", 48) in [
        (row.values["layer"], row.values["stored"]) for row in rows_of(of)
    ]
