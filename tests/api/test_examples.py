"""The examples in the docstrings of the public interface, run as they stand."""

from __future__ import annotations

import doctest
import inspect
from pathlib import Path

import pytest

import rnninspect
from rnninspect.api import checking, comparing, counting, reports

ROOT = Path(__file__).parents[2]
NEED_A_LIBRARY = {"rnninspect.api.reports.Report.to_frame"}  # tests/api/test_frames.py runs them
EXAMPLES = [
    example
    for module in (reports, comparing, counting, checking)
    for example in doctest.DocTestFinder(exclude_empty=True).find(module)
    if example.examples and example.name not in NEED_A_LIBRARY
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: str(example.name))
def test_an_example_prints_what_it_shows(
    example: doctest.DocTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    said: list[str] = []
    failed, tried = doctest.DocTestRunner().run(example, out=said.append)
    assert tried
    assert failed == 0, "".join(said)


@pytest.mark.parametrize(
    "name", ["inspect_file", "inspect_bytes", "count", "compare", "check", "Report.to_frame"]
)
def test_each_function_says_what_it_takes_and_raises_and_shows_an_example(name: str) -> None:
    function: object = rnninspect
    for part in name.split("."):
        function = getattr(function, part)
    assert callable(function)
    text = inspect.getdoc(function) or ""
    assert all(f"\n{heading}:\n" in text for heading in ("Args", "Raises", "Example"))
    assert ">>> from rnninspect import" in text
    listed = [word for word in inspect.signature(function).parameters if word != "self"]
    assert all(f"\n    {word}: " in text for word in listed)


def test_the_page_shows_what_is_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("COLUMNS", "80")
    failed, tried = doctest.testfile(str(ROOT / "docs" / "api.md"), module_relative=False)
    assert (failed, tried > 10) == (0, True)
