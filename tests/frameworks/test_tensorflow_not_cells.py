"""Graphs of TensorFlow with gates, loops and shared weights in which no layer is recurrent."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.tensorflow import frozen
from making.tensorflow.not_cells import NETS, TIMES, WIDTH
from rnninspect import inspect_file

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.frameworks


@pytest.mark.parametrize("lower", [True, False], ids=["lowered", "functions"])
@pytest.mark.parametrize("kind", NETS)
def test_a_network_of_another_kind_has_no_recurrent_layer(
    tmp_path: Path, kind: str, *, lower: bool
) -> None:
    frozen.freeze_function(tmp_path / "m.pb", NETS[kind](), [4, TIMES, WIDTH], lower=lower)
    report = inspect_file(tmp_path / "m.pb")
    assert [counted.layer.kind for counted in report.layers] == []
    assert report.skipped == ()
    assert report.possible == ()
    assert {finding.rule for finding in report.findings} <= {"R403"}
