"""What a file's own name says where its content does not."""

from __future__ import annotations

from rnninspect.foreign.containers import COMPILED_FROM

_SOURCE = "inspect the model it was converted from"

BY_NAME: tuple[tuple[str, str], ...] = (
    (r".*\.data-\d+-of-\d+", "a shard of a TensorFlow checkpoint: give its index or its prefix"),
    (r".*\.index", "no table at its end, as a TensorFlow checkpoint's index has: cut off?"),
    (r".*\.safetensors", "not a safetensors file, or truncated: it does not begin with a header"),
    (
        r"group\d+-shard\d+of\d+(?:\.bin)?",
        "weights of a TensorFlow.js model; inspect the model.json beside them",
    ),
    (
        r"model\.mil|coremldata\.bin",
        f"a part of a compiled Core ML model: not supported; {COMPILED_FROM}",
    ),
    (r".*\.mlmodel", "not a Core ML model of a known kind"),
    (r".*\.caffemodel", "a Caffe model: not supported"),
    (
        r".*\.(?:pdmodel|pdiparams|pdparams|pdopt)|__model__",
        "not a file of PaddlePaddle of a known kind, or truncated",
    ),
    (r".*\.weights", "Darknet weights: not supported"),
    (
        r".*\.(?:mnn|mindir|tnnmodel|dlc|bmodel)",
        f"a model compiled for one runtime: not supported; {_SOURCE}",
    ),
    (r".*\.t7", "a Torch7 model: not supported"),
)
