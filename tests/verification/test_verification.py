"""`verify` without any framework: the child and its bounds, and how two counts are weighed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from making.by_hand import layer, model, report, tensor
from making.reports import drawn
from rnninspect.plugin import Judge
from rnninspect.render import VERDICT
from rnninspect.report import Report
from rnninspect.verification import Bounds, Judged, Opinion, Outcome, asking, verify
from rnninspect.verification.asking import question_on
from rnninspect.verification.opinion import weigh
from rnninspect.verification.process import run_child
from rnninspect.verification.question import Answer, Filling, Part, Question

FAKE = Judge("fake", "making.fake_judge", ("json",), "fake")
ROOT = Path(__file__).parents[2]


def report_on(path: Path, word: str) -> Report:
    path.write_text(word)
    made = report(model(layer(name="lstm"), others=(tensor("head", (4,)),)), str(path))
    return made._replace(framework="fake")


def ask(
    path: Path,
    word: str,
    monkeypatch: pytest.MonkeyPatch,
    bounds: Bounds | None = None,
    *,
    trusted: bool = False,
) -> Opinion:
    monkeypatch.setattr(asking, "judges_of", lambda _: (FAKE,))
    made = report_on(path / "model", word)
    (opinion,) = verify(made, bounds or Bounds(), lambda _: None, trusted=trusted)
    return opinion


def test_a_question_survives_its_way_as_text() -> None:
    filling = Filling(1, ("bias", "recurrent_bias"), "a\udc80", stored=True)
    part = Part(
        "name", "path", "LSTM", "LSTM", "keras", 3, 2, None, (3, 3), 2, 1,
        peepholes=False, stack=None, level=0, root=None, fillings=(filling,),
    )  # fmt: skip
    asked = Question(
        "/model",
        "format",
        trusted=False,
        address_space=1,
        largest_file=2,
        expansion=3,
        parts=(part,),
    )
    assert Question.from_text(asked.as_text()) == asked


def test_two_that_agree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opinion = weigh("fake", report_on(tmp_path / "m", ""), Answer("1.0", {"lstm": 56}, total=60))
    assert opinion.verdict is Outcome.AGREE
    assert opinion.judge == "fake 1.0"
    asked = ask(tmp_path, "56", monkeypatch)
    assert [row.verdict for row in asked.rows] == [Outcome.AGREE]
    assert asked.total
    assert (asked.total.ours, asked.total.theirs) == (60, 56)
    assert asked.verdict is Outcome.DISAGREE


def test_a_layer_that_is_counted_otherwise_is_a_disagreement(tmp_path: Path) -> None:
    made = report_on(tmp_path / "m", "")
    opinion = weigh("fake", made, Answer("1.0", {"lstm": 48}, total=60))
    assert opinion.verdict is Outcome.DISAGREE
    assert [row.verdict for row in opinion.rows] == [Outcome.DISAGREE]


def test_a_refused_layer_is_told_with_its_reason(tmp_path: Path) -> None:
    made = report_on(tmp_path / "m", "")
    opinion = weigh("fake", made, Answer("1.0", refusals={"lstm": "size mismatch"}, total=60))
    assert opinion.verdict is Outcome.REFUSED
    assert "lstm: size mismatch" in drawn(VERDICT, "table", [Judged(made, (opinion,))])


def test_nothing_said_is_no_opinion(tmp_path: Path) -> None:
    made = report_on(tmp_path / "m", "")
    opinion = weigh("fake", made, Answer("1.0", silences={"lstm": "not known"}))
    assert opinion.verdict is Outcome.SILENT
    text = drawn(VERDICT, "table", [Judged(made, (opinion,))])
    assert "fake 1.0 counts 0 in 0 of 1 recurrent layer: no opinion" in text


def test_all_stored_arrays_are_counted_on_both_sides(tmp_path: Path) -> None:
    made = report_on(tmp_path / "m", "")
    totals = made.totals._replace(not_parameters={"optimizer": 7}, copies=5)
    opinion = weigh("f", made._replace(totals=totals), Answer("1", total=72, everything=True))
    assert opinion.total
    assert (opinion.total.ours, opinion.total.verdict) == (72, Outcome.AGREE)


def test_a_crash_is_a_result_with_its_last_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion = ask(tmp_path, "crash", monkeypatch)
    assert opinion.verdict is Outcome.REFUSED
    assert "SIGSEGV" in opinion.reason
    assert "about to fall" in opinion.reason


def test_an_exception_is_a_result_in_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion = ask(tmp_path, "raise", monkeypatch)
    assert (opinion.verdict, opinion.reason) == (Outcome.REFUSED, "first line second line")


def test_a_module_that_only_the_file_names_is_no_opinion_of_the_framework(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion = ask(tmp_path, "import", monkeypatch)
    assert opinion.verdict is Outcome.UNASKED
    assert opinion.reason == "it needs the module theirs, which is not installed"


@pytest.mark.parametrize(
    ("word", "bounds", "option"),
    [("sleep", Bounds(seconds=1), "--timeout"), ("eat", Bounds(memory=200 * 2**20), "--memory")],
)
def test_a_bound_that_is_passed_ends_the_child(
    word: str, bounds: Bounds, option: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opinion = ask(tmp_path, word, monkeypatch, bounds)
    assert opinion.verdict is Outcome.UNASKED
    assert option in opinion.reason


def test_a_long_load_is_told_of(tmp_path: Path) -> None:
    asked = question_on(report_on(tmp_path / "model", "sleep"), Bounds(), trusted=False)
    heard: list[int] = []
    run_child(FAKE, asked, Bounds(seconds=2.5), heard.append)
    assert heard == [1, 2]


def test_code_runs_only_where_the_file_is_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert ask(tmp_path, "code", monkeypatch).verdict is Outcome.UNASKED
    assert ask(tmp_path, "code", monkeypatch, trusted=True).total


def test_what_is_not_installed_is_named_with_its_extra(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    absent = FAKE._replace(packages=("no_such_framework",), extra="torch")
    monkeypatch.setattr(asking, "judges_of", lambda _: (absent,))
    (opinion,) = verify(report_on(tmp_path / "m", "1"), Bounds(), lambda _: None)
    assert opinion.verdict is Outcome.UNASKED
    wanted = (
        "no_such_framework is not installed: pip install 'rnninspect[torch]',"
        " in a checkout pip install '.[torch]'"
    )
    assert opinion.reason == wanted


def test_asking_imports_no_framework() -> None:
    code = (
        "import sys, rnninspect.cli;"
        "from rnninspect.readers import framework_named;"
        "from rnninspect.verification.asking import missing_of;"
        "known = [framework_named(name) for name in ('pytorch', 'keras', 'onnx')];"
        "assert len([missing_of(j) for f in known for j in f.judges]) == 4;"
        "print({'torch', 'tensorflow', 'keras', 'onnx', 'onnxruntime', 'h5py', 'numpy'}"
        " & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
