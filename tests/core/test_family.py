"""Four samples of one network, with the same weights in four formats."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from rnninspect import inspect_file
from rnninspect.comparison import Comparison, Kind, compare, outline

SAMPLES = Path(__file__).parents[2] / "sample_models"
FAMILY = ("keras/family.keras", "keras/keras2_family", "onnx/family.onnx", "torch/family.pt")
LAYERS = {"encoder": (480, 520), "middle": (192, 192), "decoder": (96, 108)}
ONE_BIAS = FAMILY[:2]  # of an LSTM; the GRU, which resets after the product, has two everywhere


def compared(old: str, new: str) -> Comparison:
    return compare(*(outline(inspect_file(SAMPLES / path)) for path in (old, new)))


@pytest.mark.parametrize(("old", "new"), list(permutations(FAMILY, 2)))
def test_nothing_but_conventions_differs(old: str, new: str) -> None:
    comparison = compared(old, new)
    kinds = {change.kind for row in comparison.rows for change in row.changes}
    assert kinds <= {Kind.CONVENTION}
    assert not comparison.changed
    assert len(comparison.rows) + comparison.unchanged == len(LAYERS)


@pytest.mark.parametrize(("old", "new"), list(permutations(FAMILY, 2)))
def test_what_moves_is_the_second_bias_vector_and_is_named(old: str, new: str) -> None:
    moved = {row.name.strip("/").partition("/")[0]: row for row in compared(old, new).rows}
    for name, (one, two) in LAYERS.items():
        before, after = (one if side in ONE_BIAS else two for side in (old, new))
        reasons = [change.reason for change in moved[name].changes] if name in moved else []
        named = [reason for reason in reasons if f": {after - before:+,}" in reason]
        assert len(named) == (before != after)
        assert all("bias vector" in reason for reason in named)


@pytest.mark.parametrize(("old", "new"), list(permutations(FAMILY, 2)))
def test_a_different_name_is_reported(old: str, new: str) -> None:
    reasons = {change.reason for row in compared(old, new).rows for change in row.changes}
    told = {reason for reason in reasons if reason.startswith("called ")}
    assert len(told) == (len(LAYERS) if "onnx" in old + new else 0)
