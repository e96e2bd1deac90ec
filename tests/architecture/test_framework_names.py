"""The core names no framework: what it must know of one, the framework's reader says."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

CORE = Path(__file__).parents[2] / "inspector" / "rnninspect"
NAMES = re.compile(r"torch|keras|tensorflow|onnx", re.IGNORECASE)
# Formats of other programs, and what to convert them to.
ELSEWHERE = {path for path in CORE.rglob("*.py") if path.parent.name == "foreign"}
# Libraries whose names of weights these tables are.
ELSEWHERE |= {path for path in CORE.rglob("*.py") if path.parent.name == "tables"}
ALLOWED = {
    "readers.py": r"rnninspect_\w+:\w+Reader|(?:\.\w+ ?)+",  # the table of built-in readers
    "cells/table.py": r".*\(TensorFlow 1.*\)",  # the library that a cell comes from
    "spellings/unnamed_arrays.py": r"Keras|torch\.nn",  # in whose order lists have their arrays
    # The examples of values.
    "policy/keys.py": r"onnx,safetensors|models/\*\*/\*\.onnx",
    "policy/globs.py": r" is not a glob that matches anything \(try 'models/\*\*/\*\.onnx'\)",
    # The names by which the Hub's own clients find weights, and endings of others.
    "remote/hub/names.py": r"(?:diffusion_)?pytorch_model\.[a-z.]+|\.(?:onnx|keras)",
}


def described(tree: ast.Module) -> set[ast.expr]:
    """The docstrings, which may give examples."""
    holders = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
    )
    firsts = (node.body[0] for node in holders if node.body)
    return {first.value for first in firsts if isinstance(first, ast.Expr)}


def words(tree: ast.Module) -> Iterator[str]:
    """Every string and identifier."""
    documents = described(tree)
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str() | bytes()) if node not in documents:
                yield str(node.value)
            case ast.Name():
                yield node.id
            case ast.Attribute():
                yield node.attr
            case ast.arg() | ast.keyword():
                yield node.arg or ""
            case ast.FunctionDef() | ast.ClassDef():
                yield node.name
            case ast.alias():
                yield f"{node.name} {node.asname or ''}"
            case ast.ImportFrom():
                yield node.module or ""


@pytest.mark.parametrize(
    "path", sorted({*CORE.rglob("*.py")} - ELSEWHERE), ids=lambda p: str(p.relative_to(CORE))
)
def test_a_module_of_the_core_names_no_framework(path: Path) -> None:
    allowed = re.compile(ALLOWED.get(str(path.relative_to(CORE)), "(?!)"))
    found = {word for word in words(ast.parse(path.read_text())) if NAMES.search(word)}
    assert {word for word in found if not allowed.fullmatch(word)} == set()


def test_the_words_of_a_module_are_its_strings_and_identifiers() -> None:
    code = """
"torch in a docstring"
import a.torch as b
from torch.c import d
def torch(e): "torch in a docstring"; e.torch = torch = f"torch {e}"; f(torch=b"torch")
"""
    found = [word for word in words(ast.parse(code)) if NAMES.search(word)]
    assert len(found) == 8
    assert not any("docstring" in word for word in found)
