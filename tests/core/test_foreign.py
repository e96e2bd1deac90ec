"""Files of formats that no reader takes: each is named, with what to do instead."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import struct
import zipfile
from typing import TYPE_CHECKING

import numpy as np
import pytest

from making.tensorflow.bundles import FLOAT, field, header, shape_of, table
from rnninspect import foreign, inspect_file
from rnninspect.errors import UnknownFormat

if TYPE_CHECKING:
    from pathlib import Path


def archive(*names: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as made:
        for name in names:
            made.writestr(name, b"content")
    return data.getvalue()


def array() -> bytes:
    data = io.BytesIO()
    np.save(data, np.zeros((3, 4)))
    return data.getvalue()


def text(content: object, indent: int | None = None) -> bytes:
    return json.dumps(content, indent=indent).encode()


LAYER = {"class_name": "LSTM", "config": {"name": "rec", "units": 5}}
NETWORK = {"class_name": "Sequential", "config": {"name": "s", "layers": [LAYER]}}
NEW_KERAS = {"module": "keras", **NETWORK, "registered_name": None, "build_config": {}}
DENSE = b"\x81\xa6params\x81\xa6kernel\xc7\x03\x01abc"

FILES: dict[str, tuple[bytes, str]] = {
    "arch.json": (text(NETWORK), "a Keras architecture (to_json) without weights; inspect"),
    "arch3.json": (text(NEW_KERAS), "a Keras architecture (to_json) without weights; inspect"),
    "config.json": (text({"architectures": ["Bert"]}), "a Transformers configuration"),
    "error.json": (text({"error": "access is restricted"}), "a JSON error message"),
    "net-symbol.json": (text({"nodes": [{"op": "null"}]}), "an MXNet symbol file"),
    "other.json": (text({"a": 1}), "JSON without a known model"),
    "list.json": (text([1, 2]), "JSON without a known model"),
    "w.npy": (array(), "a NumPy array (.npy), not a model"),
    "ggml-base.bin": (b"lmgg" + bytes(24), "a model of ggml from before GGUF"),
    "m.ggml": (b"tjgg\3\0\0\0" + bytes(24), "a model of ggml from before GGUF"),
    "m.engine": (b"ptrt" + bytes(24), "a TensorRT engine: not supported"),
    "m.rknn": (b"RKNN" + bytes(24), "an RKNN model"),
    "m.mlmodel": (b"\x08\x05\x12\x02\x0a\x00", "not a Core ML model of a known kind"),
    "m.params": (struct.pack("<QQ", 0x112, 0) + bytes(24), "an MXNet parameter file"),
    "deploy.prototxt": (b'# c\nname: "net"\nlayer {\n', "a Caffe network (prototxt)"),
    "m.caffemodel": (b"\x0a\3net", "a Caffe model"),
    "yolo.cfg": (b"# c\n[net]\nbatch=1\n", "a Darknet configuration"),
    "yolo.weights": (struct.pack("<iii", 0, 2, 5), "Darknet weights"),
    "m.mdl": (b"\0B<TransitionModel> ", "a Kaldi model"),
    "m.rds": (gzip.compress(b"X\n\0\0\0\3\0\4"), "an R data file"),
    "m.mat": (b"MATLAB 5.0 MAT-file, Platform", "a MATLAB file (.mat)"),
    "m.msgpack": (DENSE, "MessagePack data without an array as Flax saves them"),
    "m.bz2": (bz2.compress(b"x"), "bzip2-compressed data; decompress it"),
    "m.xz": (lzma.compress(b"x"), "xz-compressed data; decompress it"),
    "m.gz": (gzip.compress(b"\x08\x08"), "gzip-compressed data; decompress it"),
    "cut.gz": (gzip.compress(b"\x08\x08")[:4], "gzip-compressed data; decompress it"),
    "page.pt": (b"\n<HTML><body>", "an HTML page, not a model; the download probably failed"),
    "pointer.onnx": (b"version https://git-lfs.github.com/spec/v1", "a Git LFS pointer"),
    "refused.onnx": (b'<?xml version="1.0"?><Error><Code>', "an XML error message"),
    "m.dll": (b"MZ" + bytes(64), "a program, not a model"),
    "m.pdf": (b"%PDF-1.7\n", "a PDF document"),
    "m.docx": (archive("[Content_Types].xml", "word/document.xml"), "an Office document"),
    "m.jar": (archive("META-INF/MANIFEST.MF", "a/B.class"), "a Java archive"),
    "m.apk": (archive("AndroidManifest.xml", "META-INF/MANIFEST.MF"), "an Android package"),
    "m.whl": (archive("p/__init__.py", "p-1.dist-info/WHEEL"), "a Python wheel"),
    "m.mar": (archive("MAR-INF/MANIFEST.json", "handler.py"), "a TorchServe archive (.mar)"),
    "m.zip": (archive("m/saved_model.pb"), "a zip archive of a SavedModel; extract it"),
    "models.zip": (archive("m/model.onnx"), "a zip archive of model files; extract it"),
    "photos.zip": (archive("a.png"), "a zip archive without a known model"),
    "empty.zip": (archive(), "an empty zip archive"),
    "cut.zip": (archive("a.png")[:30], "a truncated zip archive"),
    "checkpoint.data-00000-of-00001": (bytes(9), "a shard of a TensorFlow checkpoint"),
    "checkpoint": (
        b'model_checkpoint_path: "model.ckpt-9"\nall_model_checkpoint_paths: "model.ckpt-9"\n',
        "a list of TensorFlow checkpoints; inspect its folder, or the .index file that it names",
    ),
    "cut.safetensors": (bytes(8), "not a safetensors file, or truncated"),
    "group1-shard1of1.bin": (bytes(9), "weights of a TensorFlow.js model; inspect the"),
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_of_a_foreign_format_is_named(tmp_path: Path, name: str) -> None:
    content, message = FILES[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(UnknownFormat) as refused:
        inspect_file(tmp_path / name)
    assert str(refused.value).startswith(message)
    intact = not name.startswith("cut")
    assert not (intact and any(word in str(refused.value) for word in ("cut off", "truncated")))


@pytest.mark.parametrize("name", FILES)
def test_content_counts_whatever_the_name(tmp_path: Path, name: str) -> None:
    """Only what the content does not say is read from the name."""
    content, message = FILES[name]
    (tmp_path / "model.onnx").write_bytes(content)
    with pytest.raises(UnknownFormat) as refused:
        inspect_file(tmp_path / "model.onnx")
    assert str(refused.value).startswith((message, "no reader recognises"))


@pytest.mark.parametrize("length", [6, 20, 90])
def test_a_truncated_checkpoint_is_named(tmp_path: Path, length: int) -> None:
    """By its first entry: the table that would tell where everything is was at the end."""
    kernel = field(1, "rnn/lstm_cell/kernel") + field(2, shape_of((5, 12))) + field(3, FLOAT)
    first = {
        "V1": (
            field(1, field(1, kernel) + field(1, kernel)),
            "a truncated TensorFlow checkpoint (V1)",
        ),
        "V2": (header(), "a truncated index of a TensorFlow checkpoint"),
    }
    for name, (value, message) in first.items():
        path = tmp_path / name
        path.write_bytes(table([(b"", value), (b"kernel", bytes(100))])[:length])
        with pytest.raises(UnknownFormat) as refused:
            inspect_file(path)
        assert str(refused.value).startswith(message)


FOLDERS = {
    ("Manifest.json", "Data"): "a Core ML package whose Manifest.json does not",
    ("coremldata.bin",): "a compiled Core ML model",
    ("manifest.ocdbt", "_METADATA"): "an Orbax checkpoint (JAX, Flax)",
    ("model.json", "group1-shard1of2.bin"): "weights of a TensorFlow.js model without",
    ("Manifest.json",): "a folder without a known model",
    ("a.png",): "a folder without a known model",
    (): "a folder without a known model",
}


@pytest.mark.parametrize("names", FOLDERS)
def test_a_folder_of_a_foreign_format_is_named(tmp_path: Path, names: tuple[str, ...]) -> None:
    for name in names:
        (tmp_path / name).write_bytes(b"{}")
    with pytest.raises(UnknownFormat) as refused:
        inspect_file(tmp_path)
    assert str(refused.value).startswith(FOLDERS[names])


@pytest.mark.parametrize("name", ["model.mil", "coremldata.bin"])
def test_a_part_of_a_compiled_model_says_what_to_inspect(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(b"program(1.0)\n")
    with pytest.raises(UnknownFormat, match="that it was compiled from"):
        inspect_file(tmp_path / name)


def test_what_is_unknown_stays_unknown() -> None:
    """No pattern is so wide that it takes prose, source code or random bytes."""
    random = np.random.default_rng(7)
    for content in (
        b"some prose",
        b"import torch\n",
        b"a,b\n1,2\n",
        b"# Model\n",
        b"x: 1\n",
        b"xy",
    ):
        assert foreign.name_file(content, "x") is None
    named = [foreign.name_file(random.bytes(64), "x") for _ in range(5_000)]
    assert sum(name is not None for name in named) < 10


@pytest.mark.parametrize("filler", [b"{", b'{"a":', b" ", b"#\n", b"name", b"<?xml ", b"\x81\xa1a"])
def test_no_pattern_takes_long(filler: bytes) -> None:
    head = filler * (foreign.WINDOW // len(filler))
    foreign.name_file(head, "x")
