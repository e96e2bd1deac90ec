"""Model files embedded in pickles, as bytes, arrays of bytes or tar archives."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import tarfile
import zlib
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import joblib
import numpy as np
import pytest

from making.torch.pickles import lstm, saved
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.plugin import Limits
from rnninspect.report import Report
from rnninspect.verification import judges_of

KERAS = Path(__file__).parents[3] / "sample_models" / "keras"
ARCHIVE = KERAS / "bidirectional.keras"


class Model:
    """Pickled like a model of Keras 3: a class method called with a stream of an archive."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    @classmethod
    def unpickle(cls, stream: io.BytesIO) -> Model:
        return cls(stream.getvalue())

    def __reduce__(self) -> tuple[object, ...]:
        return Model.unpickle, (io.BytesIO(self.data),)


def as_array(data: bytes) -> object:
    return np.frombuffer(data, np.uint8).copy()


FORMS: dict[str, Callable[[bytes], object]] = {
    "stream": Model,
    "bytes": lambda data: data,
    "array": as_array,
    "in a dict": lambda data: {"model": data, "history": {"loss": [1.0, 0.5]}},
    "in an object": lambda data: SimpleNamespace(model=Model(data), epochs=3),
    "beside settings": lambda data: (as_array(data), "tanh", {"units": 4}),
}


def alone(model: Path) -> Report:
    return inspect_file(model)


def inspected(data: bytes, folder: Path, name: str = "model.pkl", **limits: int) -> Report:
    path = folder / name
    path.write_bytes(data)
    return inspect_file(path, Limits(**limits))


def is_the_same(found: Report, model: Path) -> None:
    """The report of the inner file, except for path, format and observations of the outer one."""
    own = alone(model)
    assert found.format == f"pickle of a {own.format}"
    assert (found.framework, found.producer) == (own.framework, own.producer)
    assert (found.layers, found.skipped, found.totals) == (own.layers, own.skipped, own.totals)
    assert [each for each in found.findings if each.rule != "R301"] == list(own.findings)


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("form", sorted(FORMS))
def test_an_archive_in_a_pickle_is_read(form: str, protocol: int, tmp_path: Path) -> None:
    data = pickle.dumps(FORMS[form](ARCHIVE.read_bytes()), protocol)
    is_the_same(inspected(data, tmp_path), ARCHIVE)


@pytest.mark.parametrize("name", ["model.keras", "model.h5", "model.joblib", "model", "model.pt"])
def test_the_suffix_does_not_matter(name: str, tmp_path: Path) -> None:
    is_the_same(inspected(pickle.dumps(Model(ARCHIVE.read_bytes())), tmp_path, name), ARCHIVE)


@pytest.mark.parametrize("form", sorted(FORMS))
@pytest.mark.parametrize("model", ["whole_model.h5", "lstm.weights.h5", "keras2.keras"])
def test_other_files_in_a_pickle_are_read(model: str, form: str, tmp_path: Path) -> None:
    data = pickle.dumps(FORMS[form]((KERAS / model).read_bytes()))
    is_the_same(inspected(data, tmp_path), KERAS / model)


def test_a_file_of_torch_in_a_pickle_is_read(tmp_path: Path) -> None:
    path = tmp_path / "inner.pt"
    path.write_bytes(saved(lstm(3, 2, "rnn")))
    is_the_same(inspected(pickle.dumps({"net": path.read_bytes()}), tmp_path), path)


@pytest.mark.parametrize("folder", ["", "ram/1f2e/"])
@pytest.mark.parametrize("write", [pickle.dumps, None], ids=["pickle", "joblib"])
def test_a_saved_model_in_a_tar_archive_is_read(
    write: Callable[[object], bytes] | None, folder: str, tmp_path: Path
) -> None:
    model = KERAS / "exported"
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as archive:
        archive.add(model, arcname=folder or ".")
    value = (as_array(stream.getvalue()),)
    if write is None:
        joblib.dump(value, tmp_path / "model.pkl")
        found = inspect_file(tmp_path / "model.pkl")
        assert found.format == f"joblib file of a {alone(model).format}"
        assert (found.layers, found.totals) == (alone(model).layers, alone(model).totals)
    else:
        is_the_same(inspected(write(value), tmp_path), model)


@pytest.mark.parametrize("pack", [gzip.compress, zlib.compress], ids=["gzip", "zlib"])
def test_a_compressed_pickle_is_read(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    data = pack(pickle.dumps(Model(ARCHIVE.read_bytes())))
    is_the_same(inspected(data, tmp_path), ARCHIVE)


def test_the_class_method_of_a_pickled_keras_model_is_reported(tmp_path: Path) -> None:
    found = inspected(pickle.dumps(Model(ARCHIVE.read_bytes())), tmp_path)
    named = [each.message for each in found.findings if each.rule == "R301"]
    assert any(f"{__name__}.Model.unpickle" in message for message in named)
    assert not any("BytesIO" in message for message in named)


def test_verify_has_no_judge_for_an_embedded_file(tmp_path: Path) -> None:
    found = inspected(pickle.dumps(ARCHIVE.read_bytes()), tmp_path)
    assert judges_of(alone(ARCHIVE))
    assert judges_of(found) == ()


def test_arrays_beside_the_archive_are_noted(tmp_path: Path) -> None:
    value = {"model": Model(ARCHIVE.read_bytes()), "mean": np.zeros(3)}
    found = inspected(pickle.dumps(value), tmp_path)
    assert found.totals == alone(ARCHIVE).totals
    assert any("1 array beside the model" in each.message for each in found.findings)


def test_two_archives_are_refused(tmp_path: Path) -> None:
    data = pickle.dumps([Model(ARCHIVE.read_bytes()), Model((KERAS / "lstm.h5").read_bytes())])
    with pytest.raises(UnreadableFile, match="pickle with 2 embedded model files, expected one"):
        inspected(data, tmp_path)


def test_a_shared_archive_counts_once(tmp_path: Path) -> None:
    model = Model(ARCHIVE.read_bytes())
    is_the_same(inspected(pickle.dumps([model, model]), tmp_path), ARCHIVE)


@pytest.mark.parametrize("inner", [b"PK\3\4" + bytes(600), b"\x89HDF\r\n\x1a\n" + bytes(600)])
def test_a_malformed_embedded_file_is_one_error(inner: bytes, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"^in the pickle: "):
        inspected(pickle.dumps(inner), tmp_path)


def test_nested_embedded_files_are_limited(tmp_path: Path) -> None:
    data = ARCHIVE.read_bytes()
    for _ in range(3):
        stream = io.BytesIO()
        info = tarfile.TarInfo("model.pth")
        data = pickle.dumps(data)
        info.size = len(data)
        with tarfile.open(fileobj=stream, mode="w") as archive:
            archive.addfile(info, io.BytesIO(data))
        data = stream.getvalue()
    with pytest.raises(UnreadableFile, match="inside 2 other files"):
        inspected(pickle.dumps(data), tmp_path)


def test_the_size_of_bytes_stored_as_text_is_limited(tmp_path: Path) -> None:
    data = pickle.dumps(ARCHIVE.read_bytes() + bytes(1 << 18), 2)
    with pytest.raises(RefusedFile, match="expansion"):
        inspected(data, tmp_path, expansion=1 << 16)


def test_embedded_weights_are_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "model.pkl"
    path.write_bytes(pickle.dumps({"model": ARCHIVE.read_bytes(), "more": bytes(1 << 25)}))
    lengths: list[int] = []
    read = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        lengths.append(length)
        return read(descriptor, length, offset)

    monkeypatch.setattr(os, "pread", counted)
    assert inspect_file(path).layers
    assert sum(lengths) < 1 << 22
