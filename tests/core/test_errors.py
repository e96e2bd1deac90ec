"""Python's exceptions at a malformed file become one line without the name of a class."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from rnninspect.errors import RefusedFile, UnreadableFile, in_words, parsing


def nested() -> object:
    return nested()


def raise_it(error: Exception) -> None:
    raise error


FAULTS: dict[str, tuple[Callable[[], object], str]] = {
    "no such key": (lambda: {"a": 1}["layers"], "missing key 'layers'"),
    "no such item": (lambda: list[int]()[2], "a position is out of range"),
    "too few bytes": (lambda: struct.unpack("<I", b"ab"), "it ends too early"),
    "endless": (nested, "it is nested too deeply"),
    "not text": (b"\xff".decode, "its text is not UTF-8"),
    "not a number": (lambda: int("a7"), "'a7' is not a number"),
    "endless number": (lambda: int("9" * 5_000), "a number has too many digits"),
    "wrong type": (lambda: len(None), "a value has an unexpected type"),  # type: ignore[arg-type]
    "no such attribute": (lambda: None.shape, "a value has an unexpected type"),  # type: ignore[attr-defined]
    "too large": (lambda: (10**40).to_bytes(8), "a number is out of range"),
    "divided by zero": (lambda: 1 // 0, "a number is out of range"),
    "no such file": (Path("/absent/file").stat, "no such file or directory"),
    "without a text": (lambda: raise_it(ValueError()), "its structure is inconsistent"),
    "without memory": (lambda: raise_it(MemoryError()), "it needs more memory than there is"),
    "several lines": (lambda: raise_it(ValueError("one\ntwo")), "one"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_has_a_reason_in_words(name: str) -> None:
    fault, reason = FAULTS[name]
    with pytest.raises(UnreadableFile) as caught, parsing("checkpoint"):
        fault()
    assert str(caught.value) == f"malformed checkpoint: {reason}"
    assert caught.value.__cause__ is not None
    assert in_words(caught.value.__cause__) == reason


@pytest.mark.parametrize("error", [RefusedFile("x"), UnreadableFile("x"), KeyboardInterrupt()])
def test_errors_of_its_own_pass(error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, parsing():
        raise error
    assert caught.value is error


def test_what_is_not_a_fault_of_the_file_passes() -> None:
    with pytest.raises(AssertionError), parsing():
        raise AssertionError
