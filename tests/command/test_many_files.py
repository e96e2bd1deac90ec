"""Many files in one call: the memory of one is freed before the next."""

from __future__ import annotations

import gc
import os
import tracemalloc
from pathlib import Path

import pytest

from rnninspect import inspect_file
from rnninspect.command.request import Request
from rnninspect.command.running import inspected, run

pytestmark = pytest.mark.slow

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD = SAMPLES / "onnx" / "basic_lstm.onnx"
MODELS = [GOOD, SAMPLES / "torch" / "tagger.pt", SAMPLES / "keras" / "bidirectional.keras"]


@pytest.mark.parametrize("output", ["table", "json", "markdown", "csv"])
@pytest.mark.parametrize("model", MODELS, ids=lambda path: str(path.suffix))
def test_memory_does_not_grow_with_the_number_of_files(model: Path, output: str) -> None:
    _, few, many = (
        _peak(Request((str(model),) * n, output, Path(os.devnull))) for n in (9, 9, 109)
    )
    assert many - few < 100_000  # 100 reports take 1.4 MB and more


def _peak(request: Request) -> int:
    gc.collect()
    gc.disable()  # as the command does
    tracemalloc.start()
    run(request)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    gc.enable()
    return peak


def test_the_collector_looks_at_no_report_twice() -> None:
    gc.disable()
    try:
        looked_at = []
        for files in (5, 50):
            reports = list(inspected(Request((str(GOOD),) * files)))
            assert len(reports) == files
            looked_at.append(len(gc.get_objects()))  # without frozen objects
            gc.unfreeze()
    finally:
        gc.enable()
    assert looked_at[1] < looked_at[0] + 500  # 45 reports are some 2,000 of them


@pytest.mark.parametrize("model", MODELS, ids=lambda path: str(path.suffix))
def test_a_library_call_does_not_switch_the_collector(
    model: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def switched(*_: object) -> None:
        raise AssertionError("other threads of the caller share the collector")

    for name in ("disable", "enable", "freeze", "collect", "set_threshold"):
        monkeypatch.setattr(gc, name, switched)
    assert inspect_file(model).layers
