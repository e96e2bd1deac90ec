"""The readers and builders that flatc generated from the TFLite schema, shipped by TensorFlow."""

from __future__ import annotations

import importlib.util
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import flatbuffers

_FILE = Path("tensorflow", "lite", "python", "schema_py_generated.py")


@cache
def schema() -> ModuleType:
    """The module by its file, without TensorFlow around it, which takes seconds to import."""
    path = Path(flatbuffers.__file__).parents[1] / _FILE
    spec = importlib.util.spec_from_file_location("tflite_schema", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packed(model: Any) -> bytes:  # noqa: ANN401 - a generated class without types
    """The file of a ModelT."""
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())
