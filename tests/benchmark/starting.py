"""What a small call costs to start: `python -m tests.benchmark.starting [FORMAT...] [--table]`.

For a small file of each format the modules that a call imports, besides those of Python's own
start, and the instructions that it takes, as valgrind counts them: unlike times they are the same
whatever else the machine does. Ratios are to `python -c pass`; with `--table`, which draws the
table in place of JSON, `import typer, tabulate` is measured too. Measure an installed wheel, whose
modules Python has cached: in an editable install of this tree each call has a longer `sys.path`.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
SAMPLES = {
    "ONNX": "onnx/basic_lstm.onnx",
    "ONNX Runtime": "onnx/runtime_lstm.ort",
    "safetensors": "torch/stacked_lstm.safetensors",
    "PyTorch": "torch/tagger.pt",
    "TorchScript": "torch/scripted.pt",
    "Keras": "keras/bidirectional.keras",
    "HDF5": "keras/lstm.h5",
    "TensorFlow graph": "keras/frozen.pb",
    "SavedModel": "keras/exported",
    "checkpoint": "keras/named.ckpt.index",
    "TensorFlow.js": "keras/tfjs_layers",
    "TFLite": "tflite/lstm_int8.tflite",
    "NumPy": "numpy/encoder_decoder.npz",
    "GGUF": "gguf/mamba.gguf",
    "MessagePack": "jax/gru.msgpack",
    "Orbax": "jax/orbax_rnn",
    "Core ML": "coreml/network.mlmodel",
    "Core ML package": "coreml/program.mlpackage",
    "OpenVINO": "openvino/gru.xml",
    "ncnn": "ncnn/small.param",
    "Paddle": "paddle/both.pdparams",
    "Tesseract": "tesseract/tiny.traineddata",
    "RTNeural": "audio/rtneural.json",
    "RNNoise": "audio/small.rnnn",
}
START = "from rnninspect.__main__ import main; main()"
LIBRARIES = "import typer, tabulate"
VALGRIND = ["valgrind", "--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"]
COUNTED = re.compile(r"I +refs: +([\d,]+)")


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print, a row as soon as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmark.starting", description=__doc__)
    parser.add_argument("formats", nargs="*", metavar="FORMAT", help="all if none is given")
    parser.add_argument("--table", action="store_true", help="draw the table in place of JSON")
    options = parser.parse_args(arguments)
    sys.stdout.write("| call | modules | million instructions | × pass |\n|---|---:|---:|---:|\n")
    passing = instructions("pass")
    for name, words in calls(options.formats or SAMPLES, table=options.table):
        taken, imported = instructions(*words), modules(*words)
        line = f"| {name} | {imported} | {taken / 1e6:.1f} | {taken / passing:.2f} |\n"
        sys.stdout.write(line)
        sys.stdout.flush()


def calls(formats: Iterable[str], *, table: bool) -> Iterator[tuple[str, list[str]]]:
    """The programs that are measured, with their arguments, by their names."""
    yield "`python -c pass`", ["pass"]
    if table:
        yield f"`{LIBRARIES}`", [LIBRARIES]
    output = [] if table else ["--format", "json"]
    for name in formats:
        yield name, [START, str(ROOT / "sample_models" / SAMPLES[name]), *output]
    model = str(ROOT / "sample_models" / SAMPLES["ONNX"])
    yield "`check`", [START, "check", model, "--max-parameters", "5M"]
    yield "`card`", [START, "card", model]
    yield "`diff`", [START, "diff", model, model]


def instructions(program: str, *arguments: str) -> int:
    """The instructions that Python takes for a program, the second time that it runs."""
    own = [sys.executable, "-c", program, *arguments]
    subprocess.run(own, check=True, capture_output=True, cwd=ROOT)
    command = [*VALGRIND, *own]
    fixed = {**os.environ, "PYTHONHASHSEED": "0"}
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT, env=fixed)
    counted = COUNTED.search(done.stderr)
    if counted is None:
        raise SystemExit(f"valgrind says something else: {done.stderr[-200:]}")
    return int(counted[1].replace(",", ""))


def modules(program: str, *arguments: str) -> int:
    """How many modules a program imports besides those of Python's own start."""
    return len(_imported(program, *arguments) - _imported("pass"))


def _imported(program: str, *arguments: str) -> set[str]:
    command = [sys.executable, "-X", "importtime", "-c", program, *arguments]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
    return {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}


if __name__ == "__main__":
    main()
