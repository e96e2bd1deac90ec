"""Models in a bucket, of moto's server on this machine."""

from __future__ import annotations

import builtins
from pathlib import Path
from typing import Any

import pytest

from rnninspect import UnreadableFile, inspect_file
from rnninspect.readers import open_model

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
pytestmark = [
    pytest.mark.frameworks,  # s3fs and moto
    pytest.mark.filterwarnings("ignore::DeprecationWarning:botocore"),
]


def test_a_model_in_a_bucket_is_the_same_as_on_the_disk(bucket: Any) -> None:  # noqa: ANN401
    bucket.pipe_file("models/a/tagger.pt", (SAMPLES / "torch/tagger.pt").read_bytes())
    local = inspect_file(SAMPLES / "torch/tagger.pt")
    report = inspect_file("s3://models/a/tagger.pt")
    assert (report.layers, report.totals) == (local.layers, local.totals)
    assert report.path == "s3://models/a/tagger.pt"
    assert report.traffic is not None
    assert report.traffic.fetched == 6449


def test_folders_and_what_is_beside_a_model_are_found(bucket: Any) -> None:  # noqa: ANN401
    folder = next(path for path in (SAMPLES / "keras").iterdir() if path.is_dir())
    for file in folder.rglob("*"):
        if file.is_file():
            bucket.pipe_file(f"models/f/{file.relative_to(folder)}", file.read_bytes())
    assert inspect_file("s3://models/f").layers == inspect_file(folder).layers
    with open_model("s3://models/f") as source:
        assert source.is_folder
        assert source.names_ending("")
        assert source.neighbour("../a/tagger.pt").path is None


def test_a_file_that_changes_meanwhile_is_no_report(bucket: Any) -> None:  # noqa: ANN401
    data = (SAMPLES / "torch/tagger.pt").read_bytes() + bytes(100_000)
    bucket.pipe_file("models/c.pt", data)
    with open_model("s3://models/c.pt") as source:
        source.read(0, 10)
        source.read(90_000, 10)
        source.require_unchanged()
        bucket.pipe_file("models/c.pt", data[::-1])
        with pytest.raises(UnreadableFile, match="changed while it was read"):
            source.require_unchanged()


def test_what_cannot_be_read_is_one_line(bucket: Any) -> None:  # noqa: ANN401
    del bucket
    for location, reason in (
        ("s3://models/absent.pt", "no such file"),
        ("s3://absent-bucket/x.pt", "no such file|NoSuchBucket|bucket"),
        ("s3::file://x", "No such file"),
        ("s3://models/x::file:///etc/passwd", "not a URL of one file system"),
        ("memory://x", "unknown scheme memory://; known are http, https, hf, s3"),
        ("file:///etc/passwd", "unknown scheme file://"),
        ("gs://bucket/x.pt", "pip install gcsfs"),
    ):
        with pytest.raises(UnreadableFile, match=reason) as caught:
            inspect_file(location)
        assert "\n" not in str(caught.value)


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    imported = builtins.__import__

    def without(name: str, *arguments: Any, **others: Any) -> Any:  # noqa: ANN401
        if name.startswith("fsspec"):
            raise ImportError(name)
        return imported(name, *arguments, **others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(UnreadableFile, match=r"rnninspect\[remote\].*pip install s3fs"):
        inspect_file("s3://models/a.pt")
