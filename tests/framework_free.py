"""Tells which tests need a framework, by all that their modules import, directly or through others.

`pytest -m "not frameworks"` runs the rest, where none of these packages is installed too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

TESTS = Path(__file__).parent
FOLDERS = (TESTS, TESTS.parent / "sample_models", TESTS.parent)
FRAMEWORKS = frozenset({
    "boto3", "botocore", "coremltools", "dask", "diffusers", "distributed", "duckdb", "flatbuffers",
    "flax", "fsspec", "gguf", "h5py", "huggingface_hub", "jax", "joblib", "keras", "keras_lmu",
    "ml_dtypes", "moto", "msgpack", "nbclient", "nbformat", "ncnn", "numpy", "onnx", "onnxruntime",
    "onnxscript", "openvino", "orbax", "paddle", "pandas", "polars", "pyarrow", "s3fs",
    "safetensors", "sklearn", "tensorflow", "tensorstore", "tf2onnx", "tf_keras", "torch",
    "transformers", "zstandard",
})  # fmt: skip
MARKER = "frameworks"


@cache
def needs_framework(path: Path) -> bool:
    """Whether a module, or one of ours that it imports, imports a framework anywhere.

    It is asked for each test, of which a module may have a thousand.
    """
    known: set[Path] = set()
    waiting = [path]
    while waiting:
        module = waiting.pop()
        if module in known:
            continue
        known.add(module)
        for name in _imported(module):
            if name.partition(".")[0] in FRAMEWORKS:
                return True
            waiting.extend(_ours(name, module.parent))
    return False


@cache
def _imported(path: Path) -> frozenset[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            inside = f"{node.module}." if node.module else ""  # none in `from . import name`
            names.add(inside[:-1])
            names.update(f"{inside}{alias.name}" for alias in node.names)
    names.discard("")
    return frozenset(names)


def _ours(name: str, folder: Path) -> Iterator[Path]:
    """The files of the tests or of the sample making that a name may stand for."""
    for start in (folder, *FOLDERS):
        path = start.joinpath(*name.split("."))
        yield from filter(Path.is_file, (path.with_suffix(".py"), path / "__init__.py"))
