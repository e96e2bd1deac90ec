"""Broken ONNX samples: onnx.checker accepts them, and rnninspect does not."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import onnx
import pytest

from rnninspect.command import FINDINGS
from rnninspect.command.request import Request
from rnninspect.command.running import run
from rnninspect.rules import Level

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
ENTRIES: list[dict[str, Any]] = [
    entry
    for entry in tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
    if "fault" in entry and entry["path"].endswith(".onnx")
]
# What the checker finds as well: less payload than the shape, no such shape, no such file.
TOLD_BY_BOTH = {
    "broken/duplicate_initializer.onnx",
    "broken/dropped_recurrent.onnx",
    "broken/missing_external.onnx",
    "broken/negative_axis.onnx",
    "broken/outside_external.onnx",
    "broken/short_payload.onnx",
}


def accepted(path: Path) -> bool:
    try:
        onnx.checker.check_model(str(path))
    except onnx.checker.ValidationError:
        return False
    return True


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry["path"])
def test_what_the_checker_accepts_is_rejected(entry: dict[str, Any]) -> None:
    path = SAMPLES / entry["path"]
    assert accepted(path) == (entry["path"] not in TOLD_BY_BOTH)
    assert run(Request((str(path),), format="json", fail_on=Level.WARNING)) == FINDINGS
