"""The benchmark of small calls measures files that are there, and counts what is imported."""

from __future__ import annotations

from pathlib import Path

from .starting import LIBRARIES, ROOT, SAMPLES, START, calls, modules


def test_each_call_has_a_model_that_is_there() -> None:
    listed = dict(calls(SAMPLES, table=True))
    assert [name for name in listed if name in SAMPLES] == list(SAMPLES)
    assert listed[f"`{LIBRARIES}`"] == [LIBRARIES]
    for program, *arguments in listed.values():
        models = [word for word in arguments if word.startswith(str(ROOT))]
        assert all(map(Path.exists, map(Path, models)))
        assert bool(models) == (program == START)


def test_modules_are_counted_beside_those_of_the_start() -> None:
    assert modules("pass") == 0
    assert modules("import keyword") == 1
