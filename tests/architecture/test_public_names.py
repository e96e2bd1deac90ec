"""What programs import from `rnninspect`: names, errors with path and reason, a light import."""

from __future__ import annotations

import pickle
import subprocess
import sys
from pathlib import Path

import pytest

import rnninspect
from rnninspect import (
    Limits,
    PluginError,
    RefusedFile,
    RnnInspectError,
    UnknownFormat,
    UnreadableFile,
    inspect_file,
)

GOOD = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"


def test_every_public_name_is_there() -> None:
    assert all(hasattr(rnninspect, name) for name in rnninspect.__all__)
    assert issubclass(UnknownFormat, UnreadableFile)
    assert issubclass(RefusedFile, UnreadableFile)
    assert issubclass(UnreadableFile, RnnInspectError)
    assert issubclass(PluginError, RnnInspectError)


@pytest.mark.parametrize(
    ("content", "kind", "reason"),
    [
        (None, UnreadableFile, "No such file or directory"),
        (b"", UnknownFormat, "the file is empty"),
        (GOOD.read_bytes(), RefusedFile, "the file exceeds the limit tensors=1"),
    ],
    ids=["absent", "empty", "refused"],
)
def test_an_error_has_the_path_as_given_and_a_reason_without_it(
    tmp_path: Path, content: bytes | None, kind: type[UnreadableFile], reason: str
) -> None:
    path = tmp_path / "model.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RnnInspectError) as caught:
        inspect_file(path, Limits(tensors=1))
    assert type(caught.value) is kind
    assert caught.value.path == str(path)
    assert caught.value.reason.startswith(reason)
    assert caught.value.reason == str(caught.value)
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - as another process sends it
    assert (type(again), again.path, again.reason) == (kind, str(path), caught.value.reason)


def test_an_error_that_concerns_no_model_has_no_path() -> None:
    assert UnreadableFile("why").path is None


def test_the_import_loads_nothing_else() -> None:
    program = (
        "import sys; old = set(sys.modules); import rnninspect; print(*set(sys.modules) - old)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) <= {"rnninspect", "__future__"}
