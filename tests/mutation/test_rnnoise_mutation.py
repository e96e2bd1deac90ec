"""Each fault in each line of each layer of RNNoise's text files.

The text declares sizes alone: its numbers have no shapes, so that a number too few or too many
moves all that follow, and the file is refused or has trailing numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from mutation.table import note
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile

pytestmark = [pytest.mark.mutation, pytest.mark.slow]
SAMPLE = Path(__file__).resolve().parents[2] / "sample_models" / "audio" / "small.rnnn"
LINES = SAMPLE.read_text().splitlines()
HEAD = 3  # words of the line with the sizes of a layer; no other has as many


def cut(words: list[str]) -> list[str]:
    return words[:-1]


def grown(words: list[str]) -> list[str]:
    return [*words, "1"]


def dropped(words: list[str]) -> list[str]:
    del words
    return []


def renamed(words: list[str]) -> list[str]:
    return [*words[:-1], "x"]


def retyped(words: list[str]) -> list[str]:
    return [*words[:-1], "0.5"]


def declared(words: list[str]) -> list[str]:
    return [words[0], str(int(words[1]) + 1), *words[2:]]


FAULTS: dict[str, Callable[[list[str]], list[str]]] = {
    "shape cut": cut,
    "shape grown": grown,
    "dropped": dropped,
    "renamed": renamed,
    "retyped": retyped,
    "declared size": declared,
}


def told(text: str, folder: Path) -> frozenset[str] | None:
    """The rules that are broken; None if the file is refused."""
    path = folder / "model.rnnn"
    path.write_text(text)
    try:
        return frozenset(each.rule for each in inspect_file(path).findings)
    except UnreadableFile:
        return None


@pytest.mark.parametrize("fault", FAULTS)
def test_each_seeded_fault_is_found(fault: str, tmp_path: Path) -> None:
    wrong = []
    for at, line in enumerate(LINES[1:], start=1):
        words = line.split()
        is_head = len(words) == HEAD
        if is_head is not (fault == "declared size"):
            continue
        changed = [*LINES[:at], " ".join(FAULTS[fault](words)), *LINES[at + 1 :]]
        found = told("\n".join(changed), tmp_path)
        is_found = found is None or "R407" in found
        note("rnnoise", fault, found=is_found)
        if not is_found:
            wrong.append(f"{fault} in line {at}: {found}")
    assert wrong == []


def test_an_intact_file_raises_no_error(tmp_path: Path) -> None:
    found = told("\n".join(LINES), tmp_path)
    note("rnnoise", "(false alarms)", found=not found)
    assert not found
