"""Walks over remote folders by one listing: what local trees give, and what only keys can be."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Generator, Iterable
from pathlib import Path

import pytest

from making.trees import TOGETHER, make, met
from rnninspect.errors import UnreadableFile
from rnninspect.report import Unreadable
from rnninspect.source.limits import Limits
from rnninspect.walking.choice import Choice, glob_of
from rnninspect.walking.listed import ListedTree
from rnninspect.walking.walk import Met, Walk

ROOT = "s3://bucket/models"


def listing(keys: Iterable[str]) -> Generator[str]:
    yield from keys


def walked(
    keys: Iterable[str], choice: Choice | None = None, limits: Limits | None = None
) -> list[Met | Unreadable]:
    return list(Walk(choice, limits, ListedTree(ROOT, listing(keys))).over(ROOT))


def below(found: list[Met | Unreadable]) -> list[str]:
    assert all(isinstance(one, Met) for one in found), found
    return [one.path.removeprefix(ROOT).strip("/") or "." for one in found]


@pytest.mark.parametrize("case", TOGETHER)
@pytest.mark.parametrize("backwards", [False, True])
def test_what_belongs_to_one_model_is_grouped_as_on_the_disk(
    case: str, backwards: bool, tmp_path: Path
) -> None:
    files, expected = TOGETHER[case]
    assert below(walked(sorted(files, reverse=backwards))) == expected
    nested = [f"deep/er/{file}" for file in files]
    make(tmp_path, *nested)
    assert below(walked(sorted(nested, reverse=backwards))) == met(tmp_path)


def test_globs_and_hidden_names_are_as_on_the_disk() -> None:
    keys = ["a.pt", "new/b.onnx", "old/d.pt", ".git/x.pt", "new/.e.pt", "x.py"]
    assert below(walked(keys)) == ["a.pt", "new/b.onnx", "old/d.pt"]
    old, onnx = glob_of("old/"), glob_of("*.onnx")
    assert old is not None
    assert onnx is not None
    assert below(walked(keys, Choice(exclude=(old,)))) == ["a.pt", "new/b.onnx"]
    assert below(walked(keys, Choice(include=(onnx,)))) == ["new/b.onnx"]
    assert below(walked(keys, Choice(hidden=True)))[:2] == [".git/x.pt", "a.pt"]


def test_markers_of_folders_are_no_models() -> None:
    assert below(walked(["", "a/", "a/b.pt", "c.pt/", "/"])) == ["a/b.pt"]


@pytest.mark.parametrize(
    "key",
    [
        *("/lead.pt", "a//b.pt", "../up.pt", "a/../b.pt", "a/./b.pt", "./b.pt", "//h/x.pt"),
        *("new\nline.pt", "a\x00.pt", "\x1b[31m.pt", "a\r/b.pt", "\ud800.pt", "\x85.pt"),
        "deep/" * 2000 + "a.pt",
    ],
)
def test_a_key_that_could_mean_another_one_is_an_error_and_is_not_read(key: str) -> None:
    found = walked([key, "good.pt"])
    assert [one.path for one in found if isinstance(one, Met)] == [f"{ROOT}/good.pt"]
    (refused,) = (one for one in found if isinstance(one, Unreadable))
    assert refused.path == f"{ROOT}/{key}"
    assert "its key has" in refused.reason
    assert below(walked([key.replace(".pt", ".png"), "good.pt"])) == ["good.pt"]


def test_other_odd_keys_are_models_like_others() -> None:
    keys = [
        "ü/ñ.pt",
        "u\u0308.pt",
        "a b.pt",
        "...pt",
        ".../a.pt",
        "%2e%2e/a.pt",
        "a?b#c.pt",
        "~.pt",
    ]
    hidden = walked(keys, Choice(hidden=True))
    assert sorted(below(hidden)) == sorted(keys)


def test_a_listing_that_breaks_off_is_an_error_and_nothing_is_half_walked() -> None:
    def broken() -> Generator[str]:
        yield "a.pt"
        raise UnreadableFile("the server answered 503")

    walk = Walk(tree=ListedTree(ROOT, broken()))
    assert list(walk.over(ROOT)) == [Unreadable(ROOT, "the server answered 503")]


def test_the_length_of_a_listing_is_bounded() -> None:
    keys = (f"{number}.png" for number in range(11))
    (refused,) = walked(keys, limits=Limits(listed=10))
    assert isinstance(refused, Unreadable)
    assert "exceeds the limit listed=10" in refused.reason


@pytest.mark.parametrize("template", ["{:07}.pt", "{0:03}/{0:07}.pt"])
def test_memory_stays_flat_while_a_long_listing_is_walked_over(template: str) -> None:
    peaks = []
    for number in (5_000, 50_000):
        tracemalloc.start()
        tree = ListedTree(ROOT, listing(template.format(at) for at in range(number)))
        walk = Walk(tree=tree).over(ROOT)
        assert sum(1 for _ in walk) == number
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        tree.close()
    assert peaks[1] < peaks[0] + 2**20


def test_the_listing_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(tmp_path))
    walk = Walk(tree=ListedTree(ROOT, listing(f"{at}.pt" for at in range(50_000)))).over(ROOT)
    next(walk)
    assert os.listdir(tmp_path) == []
