"""A quick look for entry points finds those that `importlib.metadata` finds, or asks it."""

from __future__ import annotations

import sys
import zipfile
from importlib.machinery import PathFinder
from importlib.metadata import MetadataPathFinder, entry_points
from pathlib import Path

import pytest

from rnninspect.lean.entry_points import may_have_others

GROUP = "rnninspect.readers"
TEXTS = {
    "": False,
    "[console_scripts]\ntoy = toy:main\n": False,
    "[rnninspect.readers]\nknown = known:Known\n": False,
    "[rnninspect.readers]\n# one = toy:Toy\n\n[others]\ntoy = toy:Toy\n": False,
    "[others]\na = b:C\n[rnninspect.readers]\nknown = known:Known\ntoy = toy:Toy\n": True,
    "  [rnninspect.readers]  \r\n  toy=toy:Toy\r\n": True,
}


@pytest.fixture(autouse=True)
def _nothing_else(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sys, "path", [str(tmp_path), str(tmp_path / "missing.zip")])
    monkeypatch.setattr(sys, "meta_path", [PathFinder])  # libraries of other tests add their own
    # Where they import the backport `importlib_metadata`, it takes this from Python's finder.
    find = staticmethod(MetadataPathFinder.find_distributions)
    monkeypatch.setattr(PathFinder, "find_distributions", find, raising=False)


@pytest.mark.parametrize("folder", ["toy-1.dist-info", "toy.egg-info", "EGG-INFO", "Toy.Dist-Info"])
@pytest.mark.parametrize("text", TEXTS)
def test_entry_points_are_found_in_metadata_of_each_kind(
    tmp_path: Path, folder: str, text: str
) -> None:
    place = tmp_path / ("toy.egg" if folder == "EGG-INFO" else ".") / folder
    place.mkdir(parents=True)
    sys.path.append(str(place.parent))
    (place / "METADATA").write_text("Name: toy\nVersion: 1\n")
    (place / "entry_points.txt").write_text(text)
    values = {point.value for point in entry_points(group=GROUP)}
    assert bool(values - {"known:Known"}) == TEXTS[text]
    assert may_have_others(GROUP, {"known:Known"}) == TEXTS[text]


def test_an_archive_may_have_any(tmp_path: Path) -> None:
    assert not may_have_others(GROUP, ())
    with zipfile.ZipFile(tmp_path / "missing.zip", "w") as archive:
        archive.writestr("a.py", "")
    assert may_have_others(GROUP, ())


def test_a_finder_of_distributions_may_know_any(monkeypatch: pytest.MonkeyPatch) -> None:
    class Finder:
        @staticmethod
        def find_distributions(*_: object) -> list[object]:
            return []

    monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Finder])
    assert may_have_others(GROUP, ())
