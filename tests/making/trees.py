"""Trees of files that belong together, and what a walk over them meets."""

from __future__ import annotations

import os
from pathlib import Path

from rnninspect.walking.choice import Choice
from rnninspect.walking.walk import Met, Walk

TOGETHER = {
    "shards and their index": (
        [
            "model.safetensors.index.json",
            "config.json",
            *(f"model-0000{i}-of-00003.safetensors" for i in (1, 2, 3)),
        ],
        ["config.json", "model.safetensors.index.json"],
    ),
    "shards of a variant": (
        ["model.safetensors.index.fp16.json", "model.fp16-00001-of-00002.safetensors"],
        ["model.safetensors.index.fp16.json"],
    ),
    "shards without an index are reported each": (
        ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"],
        ["pytorch_model-00001-of-00002.bin", "pytorch_model-00002-of-00002.bin"],
    ),
    "a SavedModel": (
        [
            *("saved_model.pb", "variables/variables.index", "assets/a.pb", "fingerprint.pb"),
            *("variables/variables.data-00000-of-00001", "keras_metadata.pb"),
        ],
        ["."],
    ),
    "checkpoints": (
        [
            *("checkpoint", "a.ckpt.index", "a.ckpt.data-00000-of-00001", "a.ckpt.meta"),
            *("b.ckpt-10.index", "b.ckpt-10.data-00000-of-00002", "b.ckpt-10.data-00001-of-00002"),
        ],
        ["a.ckpt.index", "b.ckpt-10.index"],
    ),
    "a folder of Keras": (
        ["config.json", "model.weights.h5", "metadata.json"],
        [".", "metadata.json"],
    ),
    "shards of Keras": (
        ["model.weights.json", "model_00000.weights.h5", "model_00001.weights.h5"],
        ["model.weights.json"],
    ),
    "TensorFlow.js": (["model.json", "group1-shard1of2.bin", "group1-shard2of2"], ["model.json"]),
    "external data": (
        ["a.onnx", "a.onnx.data", "b.onnx", "b.onnx_data", "b.onnx_data_1", "c.onnx", "c.data"],
        ["a.onnx", "b.onnx", "c.onnx"],
    ),
    "a distributed checkpoint": ([".metadata", "__0_0.distcp", "__1_0.distcp"], ["."]),
    "other models beside a folder's own": (
        ["saved_model.pb", "variables/variables.index", "best.onnx", "sub/a.pt"],
        ["best.onnx", ".", "sub/a.pt"],
    ),
    "packages": (
        ["m.mlpackage/Data/m.mlmodel", "m.mlpackage/Manifest.json", "m.mlmodelc/model.mil"],
        ["m.mlmodelc", "m.mlpackage"],
    ),
}


def make(root: Path, *paths: str) -> None:
    """Empty files, and folders where a path ends in a slash."""
    for path in paths:
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if path.endswith("/"):
            place.mkdir(exist_ok=True)
        else:
            place.write_bytes(b"")


def met(root: Path, choice: Choice | None = None) -> list[str]:
    """What a walk meets, below the root."""
    found = list(Walk(choice).over(str(root)))
    assert all(isinstance(one, Met) for one in found), found
    return [os.path.relpath(one.path, root) for one in found]
