"""The table of very many tensors: what its commands see, and its lines; no figure is tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.hundred_thousand import SUBJECTS, Subject, line
from benchmark.measure import Summary
from benchmark.models import MAKERS, MANY
from benchmark.test_peers import seen
from rnninspect.inspection import inspect_file

SUBJECT = SUBJECTS[0]
NODES = "ONNX, nodes"


def summary(busy: float, peak: int, code: int = 0) -> Summary:
    return Summary(1, busy, busy, busy, busy, peak, 0, code)


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
@pytest.mark.filterwarnings("ignore")  # a library's own
def test_both_see_every_tensor(
    subject: Subject, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a tenth of what is measured, and of a small checkpoint: to make a large one takes long."""
    path = tmp_path / MAKERS[subject.family][0]
    number = 3 if subject.family == "checkpoint" else MANY
    subject.make(path, number)
    report = inspect_file(path)
    if subject.name == NODES:
        assert report.search.number == MANY
        assert seen(subject.peer, path, monkeypatch) == 3 * MANY // 10  # the matrices
    else:
        assert report.totals.tensors == number
        assert seen(subject.peer, path, monkeypatch) >= number


def test_a_ratio_within_its_goal_is_plain_and_one_beyond_it_is_bold() -> None:
    small = summary(0.05, 12_000_000)
    met = line(SUBJECT, [summary(0.4, 50_000_000), summary(0.5, 90_000_000), small])
    assert met == "| safetensors | 400 ms | 500 ms | 0.80 | ≤ 1.5 | 50 MB | 380 |\n"
    missed = line(SUBJECT, [summary(1.0, 92_000_000), summary(0.5, 90_000_000), small])
    assert missed == "| safetensors | 1,000 ms | 500 ms | **2.00** | ≤ 1.5 | 92 MB | **800** |\n"


def test_what_failed_has_no_ratio() -> None:
    small = summary(0.05, 12_000_000)
    said = line(SUBJECT, [summary(0.4, 50_000_000, 2), summary(0.5, 90_000_000), small])
    assert "safetensors (exit codes 2, 0)" in said
    assert said.count("| – |") == 2
