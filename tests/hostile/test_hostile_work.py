"""Every hostile file once: the work it needs, and the files, code and processes it starts."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from hostile.corpus import CORPUS, make_corpus
from hostile.driving import DRIVER, Answers, drive, nothing_is_left

pytestmark = pytest.mark.slow

MOST_CALLS = 20_000_000  # some four seconds of Python
MOST_READ = 160 * 2**20


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_corpus(tmp_path_factory.mktemp("hostile"))


@pytest.fixture(scope="module")
def watched(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Answers:
    return drive("watch", corpus, tmp_path_factory.mktemp("watched"))


@pytest.mark.parametrize("name", CORPUS)
def test_work_has_a_ceiling(name: str, watched: Answers) -> None:
    answer = watched[name]["watch"]
    assert isinstance(answer["calls"], int)
    assert isinstance(answer["read"], int)
    assert 50 < answer["calls"] < MOST_CALLS
    assert answer["read"] < MOST_READ


@pytest.mark.parametrize("name", CORPUS)
def test_no_other_file_is_opened_and_nothing_is_run(
    name: str, watched: Answers, corpus: Path
) -> None:
    answer = watched[name]["watch"]
    folder = (corpus / name).parent
    opened, listed = answer["opened"], answer["listed"]
    assert isinstance(opened, list)
    assert isinstance(listed, list)
    python = {Path(), DRIVER.parent, *map(Path, sys.path)}  # where readers of others are sought
    models = {Path(path) for path in opened if Path(path).name != "entry_points.txt"} - python
    beside = {path for path in models if not path.is_relative_to(corpus / name)}
    assert {path.parent for path in beside} <= {folder}
    assert {*map(Path, listed)} <= {corpus / name, folder} | python  # the names beside it alone
    assert answer["events"] == []


def test_nothing_was_left_behind(corpus: Path, watched: Answers) -> None:
    assert set(watched) == set(CORPUS)
    assert nothing_is_left(corpus)
