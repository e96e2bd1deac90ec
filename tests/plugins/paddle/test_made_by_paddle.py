"""Networks that Paddle saves: what is read of them is what it counts itself."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from makers.paddle_samples import both_ways
from making import paddle_nets
from rnninspect import inspect_file

NUMBER = 24
SAMPLE = Path(__file__).parents[3] / "sample_models" / "paddle" / "both.pdparams"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("paddle")
    command = [sys.executable, paddle_nets.__file__, str(made), str(NUMBER), str(SAMPLE)]
    subprocess.run(command, check=True, capture_output=True, timeout=300)
    return made


@pytest.fixture(scope="module")
def truth(folder: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((folder / "truth.json").read_text())
    return found


@pytest.mark.parametrize("number", range(NUMBER))
def test_a_drawn_network_has_its_own_numbers(
    number: int, folder: Path, truth: dict[str, Any]
) -> None:
    every, recurrent = truth["nets"][f"net{number}"]
    paths = sorted(folder.glob(f"net{number}.*"))
    assert len(paths) == (3 if number % 4 == 0 else 1)  # a program is two files
    for path in paths:
        report = inspect_file(path)
        assert report.totals.parameters == every
        assert sum(layer.stored for layer in report.layers) == recurrent
        assert sum(layer.expected for layer in report.layers) == recurrent
        assert not [found for found in report.findings if found.level in ("error", "warning")]


def test_paddle_loads_the_sample_that_is_made_by_hand(truth: dict[str, Any]) -> None:
    shapes, _ = both_ways()
    assert truth["sample"] == {name: list(shape) for name, shape in shapes.items()}
