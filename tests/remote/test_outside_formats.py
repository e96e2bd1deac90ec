"""In every format that names other files, no spelling leads out of the remote model's folder."""

from __future__ import annotations

import json
import pickle
import posixpath
from collections.abc import Callable, Iterator
from urllib.parse import unquote

import pytest

from hostile.flatbuffer_entries import LSTM, edited, outside
from hostile.onnx_entries import data, elsewhere
from hostile.tfjs_entries import document
from making.tensorflow.tflite_cells import unidirectional
from making.torch.executorch import number, program, tensor
from making.wayward import Handler, Wayward, wayward
from rnninspect import RnnInspectError, inspect_file

FOLDER = "/models/deep/"
CANARY = "canary-9d1f"
SPELLINGS = [
    "http://169.254.169.254/latest/meta-data",
    "OTHER/x",
    "//OTHER_HOST/x",
    "file:///etc/passwd",
    "s3://bucket/x",
    "gopher://127.0.0.1/x",
    "data:text/plain,x",
    "/etc/passwd",
    "/models/secret",
    "../secret",
    "a/../../secret",
    "./../secret",
    ".../../../secret",
    "%2e%2e/secret",
    "%2E%2E%2fsecret",
    "..%2fsecret",
    "%252e%252e/secret",
    "..\\secret",
    "a\\..\\..\\secret",
    "..;/secret",
    "..\x00/secret",
    "a\r\nHost: other\r\n/../../secret",
    "../secret?x#y",
    "?/../../secret",
    "#/../../secret",
    "\uff0e\uff0e/secret",
    "\u2025/secret",
    "@OTHER_HOST/x",
]


def tflite(name: str) -> bytes:
    def named(made: object) -> None:
        outside(made)
        made.externalBufferGroups[0].name = name  # type: ignore[attr-defined] # a generated class

    return edited(unidirectional(LSTM), named)


def index(name: str) -> bytes:
    return json.dumps({"metadata": {}, "weight_map": {"a": name, "b": "real.safetensors"}}).encode()


def keras_index(name: str) -> bytes:
    places = {"/layers/lstm/cell/vars": [f"{name}.weights.h5", "model_00000.weights.h5"]}
    return json.dumps({"metadata": {}, "weight_map": places}).encode()


FORMATS: dict[str, Callable[[str], bytes]] = {
    "model.onnx": lambda name: data(elsewhere(name, offset=0, length=96)),
    "model.safetensors.index.json": index,
    "pytorch_model.bin.index.json": index,
    "model.weights.json": keras_index,
    "model.json": lambda name: document(None, name),
    "model.tflite": tflite,
    "model.pte": lambda name: program([tensor(0, (1,), extra={1: name, 2: number("b", 1)})]),
    "checkpoint": lambda name: f'model_checkpoint_path: "{name}"\n'.encode(),
    ".metadata": lambda name: pickle.dumps({"storage_data": name}),
    "model-00001-of-00002.gguf": lambda name: b"GGUF" + name.encode(),
}


BY_NAME = (
    "model.weights.json",
    "model.pte",
    "checkpoint",
    ".metadata",
    "model-00001-of-00002.gguf",
)
NAMING = [model for model in FORMATS if model not in BY_NAME]  # the others ask by their own name


@pytest.fixture(scope="module")
def _other() -> Iterator[Wayward]:
    with wayward() as server:
        yield server


@pytest.fixture
def other(_other: Wayward) -> Wayward:
    """Another server, which nothing may be asked of."""
    _other.seen.clear()
    _other.behave = lambda handler: handler.serve(CANARY.encode())
    return _other


@pytest.mark.parametrize("name", SPELLINGS)
@pytest.mark.parametrize("model", FORMATS)
def test_nothing_outside_the_folder_is_asked_for(
    model: str, name: str, server: Wayward, other: Wayward
) -> None:
    host = other.url.partition("://")[2]
    content = FORMATS[model](name.replace("OTHER_HOST", host).replace("OTHER", other.url))

    def serve(handler: Handler) -> None:
        if handler.path == f"{FOLDER}{model}":
            handler.serve(content)
        elif _stays(handler.path):
            handler.answer(404, {})
        else:
            handler.serve(CANARY.encode())

    server.behave = serve
    assert CANARY not in _said_of(f"{server.url}{FOLDER}{model}")
    assert other.seen == []
    assert {headers["Host"] for _, headers in server.seen} == {server.url.partition("://")[2]}
    for path, _ in server.seen:
        assert _stays(path), path


@pytest.mark.parametrize("model", NAMING)
def test_what_is_named_in_the_folder_is_asked_for(model: str, server: Wayward) -> None:
    """Without this the test above could not fail."""
    content = FORMATS[model]("sub/part")

    def serve(handler: Handler) -> None:
        if handler.path == f"{FOLDER}{model}":
            handler.serve(content)
        else:
            handler.answer(404, {})

    server.behave = serve
    _said_of(f"{server.url}{FOLDER}{model}")
    asked = {path for path, _ in server.seen}
    assert f"{FOLDER}sub/part" in asked


def _said_of(url: str) -> str:
    try:
        return str(inspect_file(url))
    except RnnInspectError as error:
        return str(error)


def _stays(path: str) -> bool:
    """Whether a path is in the folder, for a server that decodes it as often as it likes."""
    once = unquote(path)
    inside = [posixpath.normpath(spelled).startswith(FOLDER) for spelled in (path, once)]
    return all(inside) and "?" not in path and "#" not in path and "\\" not in path
