"""Openers: a model is read the same from wherever its files are, through the opener alone."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rnninspect.errors import UnreadableFile
from rnninspect.inspection import inspect_source
from rnninspect.readers import open_model
from rnninspect.report import Report
from rnninspect.source.limits import Limits
from rnninspect.source.opener import Entry, Store
from rnninspect.source.reading import Reading
from rnninspect.source.source import Source, opened
from rnninspect.source.stores import Folder, Memory, State

SHELF = "shelf://top/"
SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
ENTRIES: list[dict[str, Any]] = tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
PATHS = [SAMPLES / entry["path"] for entry in ENTRIES]


class Book(Memory):
    """One file of a shelf."""

    def __init__(self, location: str, data: bytes) -> None:
        super().__init__(data)
        self.location = location

    @property
    def identity(self) -> str:  # type: ignore[override]
        return self.location


class Name:
    """One name of a shelf's folder."""

    def __init__(self, name: str, *, folder: bool) -> None:
        self.name, self.folder = name, folder

    def is_dir(self) -> bool:
        return self.folder

    def is_file(self) -> bool:
        return not self.folder

    def is_symlink(self) -> bool:
        return False


class Shelf:
    """Files in memory by location; implements Opener."""

    traffic = None

    def __init__(self, root: Path) -> None:
        files = root.rglob("*") if root.is_dir() else root.parent.rglob("*")
        above = root.parent
        self.files = {
            f"{SHELF}{f.relative_to(above)}": f.read_bytes() for f in files if f.is_file()
        }

    def open(self, location: str) -> Store:
        if location in self.files:
            return Book(location, self.files[location])
        if any(known.startswith(f"{location}/") for known in self.files):
            return Folder()
        raise UnreadableFile("not on the shelf")

    def resolve(self, folder: str, location: str, name: str) -> str | None:
        del location
        parts: list[str] = []
        for part in name.split("/"):
            if part == ".." and not parts:
                return None
            parts = parts[:-1] if part == ".." else [*parts, *([part] if part != "." else [])]
        return "/".join((folder, *parts))

    def stat(self, location: str) -> State | None:
        if location not in self.files:
            raise FileNotFoundError
        return State(len(self.files[location]), 0, location)

    def expect(self, locations: Iterable[str], *, size_only: bool = False) -> None:
        """Nothing has to be fetched."""

    def list(self, location: str) -> Iterator[Entry]:
        inside = [known.removeprefix(f"{location}/") for known in self.files]
        for name in {known.partition("/")[0] for known in inside if "://" not in known}:
            yield Name(name, folder=f"{location}/{name}" not in self.files)


def on_shelf(path: Path, limits: Limits | None = None) -> Source:
    shelf = Shelf(path)
    return opened(f"{SHELF}{path.name}", Reading(limits or Limits(), shelf))


def result(source: Source) -> Report | str:
    try:
        with source:
            return inspect_source(source, "it")._replace(path="", files=())
    except UnreadableFile as error:
        return str(error)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: str(path.relative_to(SAMPLES)))
def test_a_model_is_the_same_through_another_opener(path: Path) -> None:
    assert result(on_shelf(path)) == result(open_model(str(path)))


def test_a_companion_that_changes_on_the_shelf_is_no_report(tmp_path: Path) -> None:
    (tmp_path / "model").write_bytes(b"m")
    (tmp_path / "data").write_bytes(b"d")
    with on_shelf(tmp_path / "model") as source:
        source.neighbour("data")
        shelf = source.reading.opener
        assert isinstance(shelf, Shelf)
        source.require_unchanged()
        shelf.files[f"{SHELF}data"] = b"longer"
        with pytest.raises(UnreadableFile, match="data changed while it was read"):
            source.require_unchanged()
