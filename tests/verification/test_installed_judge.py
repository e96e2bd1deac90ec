"""A reader of another distribution brings its own judge, and what `diff` must know of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.distribution import call, install

READER = """
from functools import partial
from rnninspect.plugin import Framework, Judge, SavedModel, StoredTensor

class Toy:
    name, summary, suffixes, implied_suffixes = "toy", "files of a toy", (".toy",), ()

    def recognise(self, source):
        return partial(_read, source) if source.head(3) == b"TOY" else None

    def conventions(self):
        return []

    def frameworks(self):
        judge = Judge("toy", "toy_judge", ("json",), "judge", distribution="toy")
        return [Framework("toyflow", "ToyFlow", judges=(judge,))]

def _read(source):
    tensor = StoredTensor("head", (source.size,), "int8", source.size, "head")
    return SavedModel("toy file", "toyflow", "", (), (tensor,))
"""
JUDGE = """
from pathlib import Path
from rnninspect.verification.question import Answer, Question

def version() -> str:
    return "2.0"

def answer(question: Question, given: Answer) -> None:
    given.total = len(Path(question.path).read_bytes())
"""


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "a.toy"
    path.parent.mkdir()
    path.write_bytes(b"TOY file")
    return path


def distribution(folder: Path, judge: str = JUDGE, reader: str = READER) -> Path:
    (folder / "site").mkdir()
    return install(folder / "site", {"toy.py": reader, "toy_judge.py": judge}, "toy:Toy")


def test_an_installed_reader_brings_its_judge(model: Path, tmp_path: Path) -> None:
    done = call(distribution(tmp_path), "verify", model)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "toy 2.0 counts 8: agree"


@pytest.mark.parametrize(
    ("judge", "reason"),
    [
        ("", "toy_judge cannot be loaded: AttributeError: "),
        ("1 / 0", "toy_judge cannot be loaded: ZeroDivisionError: division by zero"),
        ("def version(:", "toy_judge cannot be loaded: SyntaxError: "),
        ("import theirs", "it needs the module theirs, which is not installed"),
        ("def version(): return '1'", "toy_judge has no function answer"),
    ],
)
def test_a_judge_that_cannot_be_loaded_is_not_an_opinion(
    judge: str, reason: str, model: Path, tmp_path: Path
) -> None:
    done = call(distribution(tmp_path, judge), "verify", model)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"rnninspect: {model}: toy")
    assert reason in done.stderr


def test_a_missing_package_is_named_with_the_distributions_own_extra(
    model: Path, tmp_path: Path
) -> None:
    reader = READER.replace('("json",)', '("absent",)')
    done = call(distribution(tmp_path, reader=reader), "verify", model)
    assert done.returncode == 2
    assert done.stderr.endswith("absent is not installed: pip install 'toy[judge]'\n")


@pytest.mark.parametrize("returned", ["1", "[1]", "1 / 0"])
def test_frameworks_that_are_not_frameworks_are_one_line(
    returned: str, model: Path, tmp_path: Path
) -> None:
    reader = READER.replace('[Framework("toyflow", "ToyFlow", judges=(judge,))]', returned)
    done = call(distribution(tmp_path, reader=reader), "verify", model)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert done.stderr.startswith(f"rnninspect: {model}: reader toy")
    assert "frameworks" in done.stderr


def test_reports_that_were_saved_elsewhere_are_compared(model: Path, tmp_path: Path) -> None:
    """The reader that described a file need not be installed where two reports are compared."""
    folder = distribution(tmp_path)
    for name in ("old", "new"):
        saved = call(folder, model, "--format", "json", "--output", tmp_path / f"{name}.json")
        assert (saved.returncode, saved.stderr) == (0, "")
        model.write_bytes(b"TOY file that is longer")
    for site in (folder, tmp_path):
        done = call(site, "diff", tmp_path / "old.json", tmp_path / "new.json")
        assert (done.returncode, done.stderr) == (0, "")
        assert "+15" in done.stdout
