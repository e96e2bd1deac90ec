"""Files of results made without the command, and what is in them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from rnninspect import ModelRows
from rnninspect.results.files import read_results
from rnninspect.results.storing import Results


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def scan(output: Path, models: Iterable[ModelRows], *, resume: bool = False) -> Results:
    """A scan that ends; what is there is not added again."""
    with Results(output, resume=resume) as results:
        for each in models:
            if not results.has(each.path):
                results.add(each)
    return results


def paths_in(output: Path) -> list[str]:
    return [each.path for each in read_results(output)]
