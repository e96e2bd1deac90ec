"""Every hostile file: what each format prints, and the work, memory and files that it takes.

One module, so that the corpus is made once, and each of its files is read once.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import pytest

from hostile.corpus import CORPUS, make_corpus
from hostile.driver import FORMATS
from hostile.driving import DRIVER, Answers, drive, nothing_is_left
from hostile.entry import CANARY

pytestmark = pytest.mark.slow

MOST_MEGABYTES = 300
MOST_CALLS = 20_000_000  # some four seconds of Python
MOST_READ = 160 * 2**20
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def answers(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return drive(corpus, tmp_path_factory.mktemp("answers"))


@pytest.fixture(scope="module")
def streams(answers: Answers) -> Answers:
    """What is printed alone, by name and then by format."""
    return {
        name: {form: said[form] for form in said if form != "watch"}
        for name, said in answers.items()
    }


@pytest.fixture(scope="module")
def watched(answers: Answers) -> dict[str, dict[str, object]]:
    """What was counted, by name."""
    return {name: said["watch"] for name, said in answers.items()}


@pytest.mark.parametrize("name", CORPUS)
def test_each_format_ends_as_it_should(name: str, streams: Answers) -> None:
    expected = CORPUS[name].code
    codes = {label: answer["code"] for label, answer in streams[name].items()}
    assert set(codes) == set(FORMATS)
    assert len(set(codes.values())) == 1, codes
    assert set(codes.values()) <= ({0, 1, 2} if expected is None else {expected})


@pytest.mark.parametrize("name", CORPUS)
def test_each_stream_is_harmless(name: str, streams: Answers) -> None:
    for label, answer in streams[name].items():
        out, err = str(answer["out"]), str(answer["err"])
        assert not CONTROL.search(out + err), label
        assert CANARY not in out + err
        assert "Traceback" not in out + err
        if answer["code"] == 2:
            assert re.fullmatch(r"rnninspect: [^\n]+\n", err)
            assert len(err) < 1_000 + len(name)
        else:
            assert err == ""
        if label == "json":
            json.loads(out)


@pytest.mark.parametrize("name", [name for name in CORPUS if "named_" in name])
def test_no_name_breaks_out_of_a_table(name: str, streams: Answers) -> None:
    rows = str(streams[name]["markdown"]["out"])
    assert "<img" not in rows.lower()
    assert "<script" not in rows.lower()
    bars = {len(re.findall(r"(?<!\\)\|", line)) for line in rows.splitlines() if line[:1] == "|"}
    assert len(bars) == 1
    for line in str(streams[name]["csv"]["out"]).splitlines():
        assert line[:1] not in "=+-@"


@pytest.mark.parametrize("name", CORPUS)
def test_memory_has_a_ceiling(name: str, streams: Answers) -> None:
    peaks = {label: answer["megabytes"] for label, answer in streams[name].items()}
    assert all(isinstance(peak, int) and 5 < peak < MOST_MEGABYTES for peak in peaks.values()), (
        peaks
    )


@pytest.mark.parametrize("name", CORPUS)
def test_work_has_a_ceiling(name: str, watched: dict[str, dict[str, object]]) -> None:
    answer = watched[name]
    assert isinstance(answer["calls"], int)
    assert isinstance(answer["read"], int)
    assert 50 < answer["calls"] < MOST_CALLS
    assert answer["read"] < MOST_READ


@pytest.mark.parametrize("name", CORPUS)
def test_no_other_file_is_opened_and_nothing_is_run(
    name: str, watched: dict[str, dict[str, object]], corpus: Path
) -> None:
    answer = watched[name]
    folder = (corpus / name).parent
    opened, listed = answer["opened"], answer["listed"]
    assert isinstance(opened, list)
    assert isinstance(listed, list)
    python = {Path(), DRIVER.parent, *map(Path, sys.path)}  # where readers of others are sought
    models = {Path(path) for path in opened if Path(path).name != "entry_points.txt"} - python
    beside = {path for path in models if not path.is_relative_to(corpus / name)}
    assert {path.parent for path in beside} <= {folder}
    names = {path for path in map(Path, listed) if not _is_within(path, corpus / name)}
    assert names <= {folder} | python  # and those beside it alone
    assert answer["events"] == []


def _is_within(path: Path, model: Path) -> bool:
    """Whether a path leads to a model or into its folder, and not out of it by a link."""
    return path.resolve().is_relative_to(model.resolve())


def test_nothing_was_left_behind(corpus: Path, answers: Answers) -> None:
    assert set(answers) == set(CORPUS)
    assert nothing_is_left(corpus)
