"""Python's exceptions at a malformed file become one line without the name of a class."""

from __future__ import annotations

import pickle
import re
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from rnninspect import SizeError, compare, inspect_bytes, inspect_file
from rnninspect.decode.protobuf.wire import CutField
from rnninspect.errors import RefusedFile, RnnInspectError, UnreadableFile, in_words, parsing

SAMPLES = Path(__file__).parents[2] / "sample_models"


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


ERRORS = [
    *(UnreadableFile("why"), UnreadableFile("why at offset 3", place="offset 3")),
    *(RefusedFile("limit"), CutField(7, 693, 15, 300), SizeError("LSTM needs {}", "hidden-size")),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_survives_pickling_with_all_that_it_says(error: RnnInspectError) -> None:
    error.path = "model.onnx"
    again = pickle.loads(pickle.dumps(error))  # noqa: S301 - as another process sends it
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))
    assert (again.path, again.place, again.reason) == ("model.onnx", error.place, str(error))


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_an_error_in_a_part_of_a_model_keeps_its_kind_and_both_places(
    error: RnnInspectError,
) -> None:
    outer = error.inside("shard b", "the ")
    assert (type(outer), str(outer)) == (type(error), f"the shard b: {error}")
    assert outer.place == (f"shard b, {error.place}" if error.place else "shard b")


def test_the_place_of_a_fault_is_there_by_itself(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile) as cut:
        inspect_bytes(b"\x80\x02}q\x00X\xff\x00\x00\x00abc", "cut.pkl")
    assert (cut.value.place, cut.value.path) == ("offset 10", "cut.pkl")
    assert "expected at offset 10" in cut.value.reason
    saved = tmp_path / "old.json"
    saved.write_text('{"schema_version": 1, "reports": [{"totals": 5}]}')
    with pytest.raises(UnreadableFile, match="is int, not dict") as wrong:
        compare(saved, saved)
    assert wrong.value.place == "reports[0].totals"


@pytest.mark.parametrize("folder", sorted(path.name for path in SAMPLES.iterdir() if path.is_dir()))
def test_an_offset_in_the_text_is_the_place_or_within_it(folder: str) -> None:
    for path in filter(Path.is_file, (SAMPLES / folder).rglob("*")):
        content = path.read_bytes()
        for cut in (len(content) // 3, len(content) * 2 // 3, len(content) - 5):
            error = error_of(content[:cut], path.name)
            said = re.search(r"offset \d+", str(error))
            assert said is None or said[0] in str(error and error.place), f"{path}: {error}"


def error_of(content: bytes, name: str) -> UnreadableFile | None:
    try:
        inspect_bytes(content, name)
    except UnreadableFile as error:
        return error
    return None


def test_a_broken_part_of_a_model_is_named(tmp_path: Path) -> None:
    index = tmp_path / "pytorch_model.bin.index.json"
    index.write_text('{"weight_map": {"w": "a.bin"}}')
    (tmp_path / "a.bin").write_bytes(b"\x80\x02}q\x00X\xff\x00\x00\x00abc")
    with pytest.raises(UnreadableFile) as caught:
        inspect_file(index)
    assert caught.value.place == "shard a.bin"
    assert caught.value.reason == "shard a.bin: neither safetensors nor a PyTorch state dict"
    assert caught.value.path == str(index)
