"""Regular expressions without the module `re`: the same patterns, by the same compiler."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from making.imports import SOURCES
from rnninspect import lean
from rnninspect.lean import expressions

_WITH_A_PATTERN = {"compile", "match", "search", "fullmatch", "findall", "sub"}
_FLAGS = (0, re.DOTALL, re.IGNORECASE, re.MULTILINE, re.VERBOSE, re.ASCII)


def patterns() -> Iterator[Any]:
    """The patterns that the packages write out."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                given, name = node.args[0], node.func.attr
                known = ast.unparse(node.func.value) == "re" and name in _WITH_A_PATTERN
                if known and isinstance(given, ast.Constant):
                    yield given.value


@pytest.fixture
def compiler_alone(monkeypatch: pytest.MonkeyPatch) -> Iterator[expressions.Compile]:
    before = set(sys.modules)
    yield expressions.compiler_alone()
    for name in set(sys.modules) - before:
        monkeypatch.delitem(sys.modules, name)


def test_each_pattern_is_compiled_as_re_does(compiler_alone: expressions.Compile) -> None:
    compared = 0
    for text in patterns():
        for flag in _FLAGS:
            try:
                expected = re.compile(text, flag)
            except (ValueError, re.error):  # a flag of other patterns
                continue
            made = compiler_alone(text, int(flag))
            assert made == expected  # their codes and flags
            assert made.groupindex == expected.groupindex
            compared += 1
    assert compared > 300


def test_functions_do_as_those_of_re() -> None:
    text = "a1 b22 c333"
    assert expressions.findall(r"[a-z](\d)", text) == re.findall(r"[a-z](\d)", text)
    assert expressions.sub(r"(\d+)", r"<\1>", text, 2) == re.sub(r"(\d+)", r"<\1>", text, count=2)
    for name in ("match", "search", "fullmatch"):
        for pattern in ("A1", "B", r"A1.*"):
            made, expected = (
                getattr(module, name)(pattern, text, re.IGNORECASE) for module in (expressions, re)
            )
            assert (made and made.span()) == (expected and expected.span())
    every = "".join(map(chr, range(256)))
    assert expressions.escape(every) == re.escape(every)
    assert expressions.escape(bytes(range(256))) == re.escape(bytes(range(256)))
    assert lean.re.finditer is re.finditer
    assert lean.re.sub is expressions.sub


def test_a_pattern_is_compiled_once_and_not_kept_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expressions, "_MOST", 3)
    monkeypatch.setattr(expressions, "_known", {})
    assert expressions.compiled("a") is expressions.compiled("a")
    assert expressions.compiled(b"a") != expressions.compiled("a")
    for number in range(10):
        expressions.compiled(f"a{{{number}}}")
    assert len(expressions._known) <= 3


def test_re_is_used_where_its_files_are_not_those_of_a_library(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "__file__", "/nowhere/python.zip/os.py")
    monkeypatch.delitem(sys.modules, "re")
    before = set(sys.modules)
    assert expressions._loaded()("a(b)", 0) == re.compile("a(b)")
    assert not any(name.startswith("rnninspect.lean.sre") for name in set(sys.modules) - before)


def test_a_program_that_does_not_import_re_goes_without_it() -> None:
    program = (
        "import sys; from rnninspect.lean import re; p = re.compile('a(?P<n>b)');"
        "assert 're' not in sys.modules and 'enum' not in sys.modules;"
        "print(p.match('ab')['n'], re.sub('x', 'y', 'xx'), 're' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {program}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "b yy False\n"
