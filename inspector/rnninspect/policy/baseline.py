"""The lock file: the accepted figures of each model."""

from __future__ import annotations

import os

from rnninspect.errors import PolicyError, UnreadableFile, in_words
from rnninspect.lean import json
from rnninspect.record import Record
from rnninspect.source.documents import read_document

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

VERSION = 1  # of the file's form
DEFAULT_NAME = "rnninspect.lock"
FIGURES = ("parameters", "recurrent_parameters", "bytes", "file_bytes")
NOTE = "accepted figures; `rnninspect check --update-baseline` renews them"


class Figures(Record):
    """The figures of one model: sizes in bytes, counts in parameters, `layers` by name."""

    parameters: int
    recurrent_parameters: int
    bytes: int
    file_bytes: int
    layers: dict[str, int]


class Baseline(Record):
    """The figures of a lock file; models are named by their path from the file's folder.

    Attributes:
        path: the lock file.
        models: figures by name.
        missing: the names whose files do not exist any more.
    """

    path: Path
    models: dict[str, Figures]
    missing: frozenset[str] = frozenset()

    def name_of(self, path: str) -> str:
        """A model's name in this file."""
        return os.path.relpath(path, self.path.parent).replace(os.sep, "/")

    def path_of(self, name: str) -> str:
        """The path of a model of this file, from the current folder."""
        return os.path.relpath(self.path.parent / name)


def read_baseline(path: Path) -> Baseline:
    """Read a lock file.

    Raises:
        PolicyError: it is missing, or not a lock file; the message names the place in it.
    """
    try:
        document: object = json.loads(read_document(path).decode())
    except UnreadableFile as error:
        if isinstance(error.__cause__, FileNotFoundError):
            raise PolicyError(f"{path}: no such baseline; --update-baseline writes it") from error
        raise PolicyError(f"{path}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"{path}: not valid JSON: {in_words(error)}") from error
    models = _part(document, "models", f"{path}")
    if _part_or_none(document, "version") != VERSION:
        raise PolicyError(f"{path}: version: this rnninspect reads version {VERSION}")
    figures = {name: _figures(models, name, path) for name in models}
    missing = frozenset(name for name in models if not _is_there(path.parent / name))
    return Baseline(path, figures, missing)


def _is_there(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:  # a name that is too long for any file
        return False


def baseline_text(models: Mapping[str, Figures]) -> str:
    """The lock file's text: sorted, a figure on each line, so that a diff is readable."""
    listed = {
        name: {figure: getattr(figures, figure) for figure in FIGURES}
        | {"layers": dict(sorted(figures.layers.items()))}
        for name, figures in sorted(models.items())
    }
    return json.dumps({"version": VERSION, "note": NOTE, "models": listed}, indent=1)


def _figures(models: Mapping[str, Any], name: str, path: Path) -> Figures:
    place = f"{path}: models.{name}"
    try:
        os.fsencode(name)
    except UnicodeEncodeError as error:
        raise PolicyError(f"{place}: not a valid path") from error
    entry = models[name]
    layers = _part(entry, "layers", place)
    numbers = {figure: _part_or_none(entry, figure) for figure in FIGURES}
    for key, number in (numbers | layers).items():
        if type(number) is not int or number < 0:
            raise PolicyError(f"{place}.{key}: not a non-negative integer")
    return Figures(**numbers, layers=layers)


def _part(value: object, key: str, place: str) -> dict[str, Any]:
    found = _part_or_none(value, key)
    if not isinstance(found, dict):
        raise PolicyError(f"{place}: {key}: not an object")
    return found


def _part_or_none(value: object, key: str) -> Any:  # noqa: ANN401 - any JSON value
    return value.get(key) if isinstance(value, dict) else None
