"""Makes every sample model with the real frameworks, and the manifest of what each must report.

    python sample_models/make_samples.py [--output FOLDER]

The manifest's values come from the frameworks' own counts and from the arguments that the layers
are built with, never from rnninspect. Files are the same on every run with the same releases of
the frameworks, but for the order in which ONNX Runtime lists things in its own format.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import keras
import tf_keras
import torch

from makers import (
    audio_samples,
    broken_coreml,
    broken_gguf,
    broken_graphs,
    broken_keras,
    broken_numpy,
    broken_onnx,
    broken_onnx_nodes,
    broken_ort,
    broken_tensorflow,
    broken_tfjs,
    broken_tflite,
    broken_torch,
    coreml_samples,
    dnnw_samples,
    family,
    gguf_samples,
    graph_samples,
    jax_samples,
    keras2_samples,
    keras_samples,
    modern_samples,
    ncnn_samples,
    numpy_samples,
    onnx_exports,
    onnx_samples,
    openvino_samples,
    ort_samples,
    paddle_samples,
    rnnoise_samples,
    tensorflow_samples,
    tesseract_samples,
    tfjs_samples,
    tflite_samples,
    torch_samples,
)
from makers.records import Broken, Intact, broken_entry, intact_entry

INTACT = (
    *keras_samples.INTACT,
    *keras2_samples.INTACT,
    *tensorflow_samples.INTACT,
    *graph_samples.INTACT,
    *tfjs_samples.INTACT,
    *torch_samples.INTACT,
    *modern_samples.INTACT,
    *numpy_samples.INTACT,
    *jax_samples.INTACT,
    *tesseract_samples.INTACT,
    *rnnoise_samples.INTACT,
    *audio_samples.INTACT,
    *dnnw_samples.INTACT,
    *openvino_samples.INTACT,
    *ncnn_samples.INTACT,
    *coreml_samples.INTACT,
    *paddle_samples.INTACT,
    *onnx_samples.INTACT,
    *onnx_exports.INTACT,
    *ort_samples.INTACT,
    *tflite_samples.INTACT,
    *gguf_samples.INTACT,
    *family.INTACT,
)
BROKEN = (
    *broken_keras.BROKEN,
    *broken_tensorflow.BROKEN,
    *broken_graphs.BROKEN,
    *broken_tfjs.BROKEN,
    *broken_torch.BROKEN,
    *broken_numpy.BROKEN,
    *broken_onnx.BROKEN,
    *broken_onnx_nodes.BROKEN,
    *broken_ort.BROKEN,
    *broken_tflite.BROKEN,
    *broken_gguf.BROKEN,
    *openvino_samples.BROKEN,
    *ncnn_samples.BROKEN,
    *broken_coreml.BROKEN,
)

HEADING = """\
# What each sample model must report; written by make_samples.py beside it.
#
# An intact sample has `parameters` and `layers`, and raises no finding of level error. A broken one
# has one `fault`, made in the sample `base`; `rule` must find it, at `layer` and `tensor` where
# these are given (by their names in the report), and no other rule of level error may speak but
# those in `also`.
"""


def make_samples(folder: Path) -> int:
    """Write all samples and their manifest into a folder; return how many there are."""
    entries = [_make_intact(folder, recipe) for recipe in INTACT]
    entries += [_make_broken(folder, recipe) for recipe in BROKEN]
    text = "\n\n".join([HEADING, *entries]) + "\n"
    (folder / "manifest.toml").write_text(text, encoding="utf-8")
    return len(entries)


def _make_intact(folder: Path, recipe: Intact) -> str:
    keras.backend.clear_session()  # layer names count from the start again
    tf_keras.backend.clear_session()
    keras.utils.set_random_seed(0)
    torch.manual_seed(0)
    return intact_entry(recipe, recipe.make(_target(folder, recipe.path)))


def _make_broken(folder: Path, recipe: Broken) -> str:
    recipe.make(folder / recipe.base, _target(folder, recipe.path))
    return broken_entry(recipe)


def _target(folder: Path, name: str) -> Path:
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    return target


def main() -> None:
    """Read the command line and make the samples."""
    if sys.flags.hash_randomization:  # torch.jit writes sets in the order of their hashes
        environment = os.environ | {"PYTHONHASHSEED": "0"}
        os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 - itself
    parser = argparse.ArgumentParser(description="Make the sample models with the frameworks.")
    here = Path(__file__).resolve().parent
    parser.add_argument("--output", type=Path, default=here, help="folder to write into")
    folder = parser.parse_args().output
    print(f"{make_samples(folder)} samples written to {folder}")


if __name__ == "__main__":
    main()
