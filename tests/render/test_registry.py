"""The registry of output formats: one signature, a module each, imported when it is used."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

from rnninspect import render
from rnninspect.render import AUDIT, DIFF, JOB_SUMMARIES, REPORT, VERDICT, Formats

DOCUMENTS = {
    name: formats for name, formats in vars(render).items() if isinstance(formats, Formats)
}
EACH = [(document, name) for document, formats in DOCUMENTS.items() for name in formats]
MODEL = Path(__file__).parents[2] / "sample_models" / "onnx" / "basic_lstm.onnx"


@pytest.mark.parametrize(("document", "name"), EACH)
def test_each_format_is_a_function_of_a_document_and_a_view(document: str, name: str) -> None:
    function = DOCUMENTS[document][name]
    parameters = list(inspect.signature(function).parameters.values())
    assert function.__name__ == "render"
    assert len(parameters) == 2
    assert parameters[1].annotation == "View"
    assert inspect.isgeneratorfunction(function)


def test_each_format_has_a_module_of_its_own() -> None:
    modules = [DOCUMENTS[document][name].__module__ for document, name in EACH]
    assert len(set(modules)) == len(modules)
    assert len(modules) >= 26


@pytest.mark.parametrize("document", DOCUMENTS)
def test_a_format_that_a_document_lacks_is_a_key_error(document: str) -> None:
    formats = DOCUMENTS[document]
    for name in ("xml", "_names", "__init__", ""):
        assert name not in formats
        with pytest.raises(KeyError):
            formats[name]


def test_job_summaries_are_formats_of_each_document_that_has_them() -> None:
    for formats in (REPORT, AUDIT):
        assert {*JOB_SUMMARIES, *JOB_SUMMARIES.values()} <= set(formats)


@pytest.mark.parametrize(
    ("command", "formats"),
    [("inspect", REPORT), ("check", AUDIT), ("diff", DIFF), ("verify", VERDICT)],
)
def test_a_subcommand_lists_its_own_formats_for_one_that_it_lacks(
    command: str, formats: Formats
) -> None:
    known = {name for each in DOCUMENTS.values() for name in each}
    for name in sorted({"xml", *known} - set(formats)):
        done = _call(command, *[str(MODEL)] * (1 + (command == "diff")), "--format", name)
        assert (done.returncode, done.stdout) == (2, "")
        last = done.stderr.splitlines()[-1]
        listed = ", ".join(formats)
        assert last == f"Error: Invalid value for '--format': {name!r} is not one of {listed}"


@pytest.mark.parametrize("name", REPORT)
def test_a_call_imports_no_other_format_of_the_report(name: str) -> None:
    program = "from rnninspect.__main__ import call; call()"
    done = _python("-X", "importtime", "-c", program, str(MODEL), "--format", name)
    modules = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    others = {REPORT[other].__module__ for other in REPORT if other not in (name, "json")}
    used = {JOB_SUMMARIES.get(name, name), name}
    assert REPORT[name].__module__ in modules
    assert not modules & (others - {REPORT[other].__module__ for other in used})


def _call(*arguments: str) -> subprocess.CompletedProcess[str]:
    return _python("-m", "rnninspect", *arguments)


def _python(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
