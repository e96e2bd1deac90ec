"""Values on disk until a document needs them again."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from making.by_hand import layer, model, report
from rnninspect.command import FAILED, FINDINGS
from rnninspect.command.request import Request
from rnninspect.command.running import run
from rnninspect.render import kept
from rnninspect.render.kept import Again, Kept
from rnninspect.render.page.markup import Markup
from rnninspect.report import Unreadable

RESULTS = [report(model(layer()), "a.pt"), Unreadable("b.pt", "truncated"), Markup("<p>")]
MODEL = str(Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx")
FAULTY = str(Path(__file__).parents[2] / "sample_models" / "broken" / "gate_count.onnx")


@pytest.mark.parametrize("in_memory", [1, 2**22])
def test_values_come_back_in_any_order(in_memory: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_IN_MEMORY", in_memory)
    with Kept() as values:
        assert (len(values), list(values)) == (0, [])
        for value in RESULTS:
            values.add(value)
        assert values[2] == RESULTS[2]
        assert isinstance(values[2], Markup)
        assert list(values) == list(values) == RESULTS
        assert values[-3] == RESULTS[0]
        with pytest.raises(IndexError):
            _ = values[3]
        values.add(4)
        assert values[3] == 4


def test_values_that_come_once_can_be_gone_through_again() -> None:
    asked = []

    def coming() -> Iterator[int]:
        for value in range(3):
            asked.append(value)
            yield value

    with Again(coming()) as values:
        first = iter(values)
        assert (next(first), asked) == (0, [0])
        assert list(values) == list(values) == asked == [0, 1, 2]


def test_a_job_summary_is_of_the_same_models_as_the_annotations(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    assert run(Request((MODEL, FAULTY), "github")) == FINDINGS
    assert capsys.readouterr().out.count("::error") == 1
    assert [path in summary.read_text() for path in (MODEL, FAULTY)] == [True, True]


@pytest.mark.parametrize("output", ["html", "github", "cyclonedx"])
def test_a_full_disk_is_one_line(
    output: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(Kept, "add", fail)
    assert run(Request((MODEL, MODEL), output, tmp_path / "out")) == FAILED
    reason = f"rnninspect: {tmp_path / 'out'}: No space left on device\n"
    assert capsys.readouterr() == ("", reason)
    assert list(tmp_path.iterdir()) == []
