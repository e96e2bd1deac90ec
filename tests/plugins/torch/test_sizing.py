"""Sizes inferred from shapes: of every stack, and of stacks with a damaged or missing tensor."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from making.torch.pickles import (
    lstm,
    read,
    saved,
)
from making.torch.shapes import GATES, Shapes, errors, stack
from rnninspect.model import Fact
from rnninspect.plugin import Role
from rnninspect_torch.layers.sizing import infer
from rnninspect_torch.networks.weights import Position


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    cell=st.sampled_from(sorted(GATES)),
    sizes=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 3), st.integers(1, 2)),
    bias=st.booleans(),
    share=st.sampled_from([0.0, 0.3, 0.7]),
)
def test_each_stack_of_torch_is_inferred_from_shapes(
    cell: str,
    sizes: tuple[int, int, int, int],
    bias: bool,
    share: float,
) -> None:
    inputs, hidden, levels, directions = sizes
    projection = int(hidden * share) if cell == "LSTM" else 0
    shapes = stack(
        GATES[cell],
        inputs,
        hidden,
        levels=levels,
        directions=directions,
        bias=bias,
        projection=projection,
    )
    spec = infer(_positions(shapes), None)
    assert spec is not None
    assert (spec.cell, spec.hidden, spec.directions) == (cell, hidden, directions)
    assert spec.projection == (projection or None)
    fed = directions * (projection or hidden)
    assert spec.inputs == (inputs, *[fed] * (levels - 1))
    assert spec.ambiguity == ""


def _positions(shapes: Shapes) -> dict[Position, tuple[int, ...]]:
    roles = {
        "weight_ih": Role.KERNEL,
        "weight_hh": Role.RECURRENT_KERNEL,
        "bias_ih": Role.BIAS,
        "bias_hh": Role.RECURRENT_BIAS,
        "weight_hr": Role.PROJECTION,
    }
    positions = {}
    for label, shape in shapes.items():
        start, _, end = label.partition("_l")
        positions[Position(int(end[0]), int("reverse" in end), roles[start])] = shape
    return positions


@settings(max_examples=80, deadline=None, derandomize=True)
@given(
    cell=st.sampled_from(sorted(GATES)),
    inputs=st.integers(2, 20),
    hidden=st.integers(5, 20),
    victim=st.sampled_from(["weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]),
    change=st.sampled_from([-2, -1, 1, 2]),
)
def test_one_damaged_tensor_does_not_change_the_inferred_sizes(
    cell: str, inputs: int, hidden: int, victim: str, change: int
) -> None:
    assume(inputs != GATES[cell] * hidden)  # a cut square matrix may also be a transposed one
    shapes = stack(GATES[cell], inputs, hidden)
    rows, *rest = shapes[victim]
    shapes[victim] = (max(1, rows + change), *rest)
    spec = infer(_positions(shapes), None)
    assert spec is not None
    assert (spec.cell, spec.hidden) == (cell, hidden)
    assert spec.inputs == (inputs,)


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"weight_hh_l0": None}, "R102"),
        ({"bias_hh_l0": None}, "R107"),
        ({"weight_hh_l0": (18, 5)}, "R101"),
        ({"weight_ih_l0": (3, 20)}, "R105"),
        ({"weight_ih_l0": (15, 3)}, "R108"),
        ({"bias_ih_l0": (40,)}, "R107"),
    ],
)
def test_each_fault_breaks_its_rule(
    change: dict[str, tuple[int, ...] | None], rule: str, tmp_path: Path
) -> None:
    shapes: Shapes = {}
    for label, shape in lstm(3, 5).items():
        changed = change.get(label, shape)
        if changed is not None:
            shapes[label] = changed
    assert errors(saved(shapes), tmp_path) == [rule]


def test_a_missing_level(tmp_path: Path) -> None:
    shapes = stack(4, 3, 5, levels=3)
    for label in list(shapes):
        if "_l1" in label:
            del shapes[label]
    assert set(errors(saved(shapes), tmp_path)) == {"R102"}


def test_a_missing_projection(tmp_path: Path) -> None:
    shapes = stack(4, 7, 16, projection=4)
    del shapes["weight_hr_l0"]
    model = read(saved(shapes), tmp_path)
    assert errors(saved(shapes), tmp_path) == ["R102"]
    assert Fact.AMBIGUOUS in {note.fact for note in model.observations}
