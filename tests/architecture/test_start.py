"""Start-up: what the common call imports, and what it must not."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from making.imports import CORE, PLUGINS, ROOT, SOURCES

UNUSED = {"typer", "click", "typing", "pathlib", "tempfile", "shutil", "urllib", "dataclasses"}
UNUSED |= {"unicodedata", "wcwidth"}  # measured only where a name is not in Latin letters
# What `rnninspect.lean` takes the place of, and what imports it.
UNUSED |= {"collections", "enum", "functools", "importlib", "json", "operator", "re", "warnings"}
CONTRACT = CORE / "contract.py"  # imported for an installed reader alone
HEAVY = {"torch", "tensorflow", "keras", "onnx", "onnxruntime", "h5py", "numpy", "safetensors"}


@pytest.mark.parametrize(
    "path",
    [path for path in SOURCES if path != CONTRACT and CORE / "cli" not in path.parents],
    ids=lambda p: str(p.relative_to(ROOT)),
)
def test_typing_is_imported_for_the_type_checker_alone(path: Path) -> None:
    at_run_time = ast.parse(path.read_text())
    at_run_time.body = [node for node in at_run_time.body if not _is_for_checking(node)]
    for node in ast.walk(at_run_time):
        assert not (isinstance(node, ast.ImportFrom) and node.module == "typing")


def _is_for_checking(node: ast.stmt) -> bool:
    return (
        isinstance(node, ast.If)
        and isinstance(node.test, ast.Name)
        and node.test.id == "TYPE_CHECKING"
    )


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_the_init_of_a_plugin_imports_the_standard_library_alone(plugin: Path) -> None:
    for node in ast.parse((plugin / "__init__.py").read_text()).body:
        if isinstance(node, ast.ImportFrom | ast.Import):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            assert (module or "").partition(".")[0] in sys.stdlib_module_names


def modules_of(program: str, *arguments: str) -> set[str]:
    """What a program imports."""
    command = [sys.executable, "-X", "importtime", "-c", program, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "onnx/basic_lstm.onnx", "--max-parameters", "5M"],
        ["card", "onnx/basic_lstm.onnx"],
        ["diff", "onnx/basic_lstm.onnx", "onnx/basic_lstm.onnx"],
    ],
    ids=lambda words: words[0],
)
def test_a_plain_subcommand_imports_no_parser(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "sample_models")
    modules = modules_of("from rnninspect.__main__ import main; main()", *arguments)
    assert f"rnninspect.command.subcommands.{arguments[0]}" in modules
    assert not {name.partition(".")[0] for name in modules} & (HEAVY | {"typer", "click", "rich"})


@pytest.mark.parametrize("name", ["check", "diff"])
def test_a_plain_subcommand_imports_what_a_report_does(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT / "sample_models")  # below a pyproject.toml without a table of ours
    model = "onnx/basic_lstm.onnx"
    more = ["--max-parameters", "5M"] if name == "check" else [model]
    modules = modules_of("from rnninspect.__main__ import main; main()", name, model, *more)
    imported = {module.partition(".")[0] for module in modules - modules_of("pass")}
    assert not imported & (UNUSED | {"fractions", "decimal", "tomllib"})


# How many modules a small call imports at most, besides those of Python's own start: a few more
# than it does now, so that what is imported for nothing shows.
MOST = {
    "onnx/basic_lstm.onnx": 145,
    "onnx/runtime_lstm.ort": 150,
    "torch/stacked_lstm.safetensors": 145,
    "torch/tagger.pt": 155,
    "torch/legacy.pt": 150,
    "keras/bidirectional.keras": 135,
    "keras/lstm.h5": 135,
    "keras/lstm.weights.h5": 135,
    "keras/frozen.pb": 175,
    "keras/named.ckpt.index": 130,
    "keras/old.ckpt-7": 135,
    "tflite/lstm_int8.tflite": 110,
    "gguf/mamba.gguf": 140,
    "coreml/network.mlmodel": 105,
    "coreml/program.mlpackage": 115,
    "openvino/gru.xml": 100,
    "ncnn/small.param": 90,
    "tesseract/tiny.traineddata": 90,
    "audio/small.rnnn": 85,
    "torch/scripted.pt": 160,
    "keras/exported": 235,
    "keras/tfjs_layers": 135,
    "numpy/encoder_decoder.npz": 170,
    "jax/gru.msgpack": 135,
    "jax/orbax_rnn": 155,
    "paddle/both.pdparams": 115,
    "paddle/stack.pdmodel": 120,
    "audio/guitarml.json": 105,
    "audio/lstm.nam": 95,
    "audio/rtneural.json": 105,
    "audio/rnnoise.bin": 115,
}


@pytest.mark.parametrize("output", ["table", "json"])
@pytest.mark.parametrize(("sample", "most"), MOST.items())
def test_the_common_call_imports_only_what_it_uses(sample: str, most: int, output: str) -> None:
    start = "from rnninspect.__main__ import main; main()"  # -m would import more by itself
    modules = modules_of(start, str(ROOT / "sample_models" / sample), "--format", output)
    assert "rnninspect.counter" in modules
    # An installation may make Python import more, and `array` imports `collections` by itself.
    more = modules - modules_of("import array" if "array" in modules else "pass")
    assert not {name.partition(".")[0] for name in more} & (HEAVY | UNUSED)
    assert len(more) <= most
