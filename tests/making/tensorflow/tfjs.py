"""Writes models of TensorFlow.js by the format's specification, without TensorFlow.js.

What it writes has the keys and the names that tensorflowjs 4.22 (`convert_tf_keras`) and
@tensorflow/tfjs 4.22 (`model.save`) write; files of both were compared with it by hand.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Weight = dict[str, Any]
WIDTHS = {"float32": 4, "int32": 4, "bool": 1, "complex64": 8, "uint8": 1, "uint16": 2}
WIDTHS |= {"float16": 2}
AFFINE = {"min": -1.5, "scale": 0.01}


def weight(name: str, *shape: int, dtype: str = "float32", stored: str = "") -> Weight:
    """An entry of a manifest; `stored` is the type that it is quantised to."""
    entry: Weight = {"name": name, "shape": list(shape), "dtype": dtype}
    if stored:
        affine = {} if stored == "float16" else AFFINE
        entry["quantization"] = {"dtype": stored, **affine, "original_dtype": dtype}
    return entry


def weights(prefix: str, **shapes: Sequence[int]) -> list[Weight]:
    """Entries of one layer: `weights("lstm/lstm_cell/", kernel=(5, 16))`."""
    return [weight(f"{prefix}{name}", *shape) for name, shape in shapes.items()]


def needed(listed: Sequence[Weight]) -> int:
    """Bytes of numeric weights."""
    return sum(
        math.prod(entry["shape"]) * WIDTHS[entry.get("quantization", entry)["dtype"]]
        for entry in listed
    )


def group(listed: Sequence[Weight], *paths: str) -> dict[str, Any]:
    return {"paths": list(paths or ("group1-shard1of1.bin",)), "weights": list(listed)}


def write_model(
    folder: Path, topology: object, *groups: Mapping[str, Any], shard: int = 2**22, **fields: object
) -> Path:
    """A `model.json` with its shards, the bytes of each group split after `shard` bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    for known in groups:
        left = needed(known["weights"])
        for at, path in enumerate(known["paths"], 1):
            size = left if at == len(known["paths"]) else min(shard, left)
            (folder / path).write_bytes(bytes(size))
            left -= size
    document = {
        "format": "layers-model",
        "generatedBy": "keras v2.15.0",
        "convertedBy": "TensorFlow.js Converter v4.22.0",
        "modelTopology": topology,
        "weightsManifest": list(groups),
        **fields,
    }
    (folder / "model.json").write_text(json.dumps(document))
    return folder / "model.json"


def whole_model(*layers: Mapping[str, object]) -> dict[str, object]:
    """A topology as the converter writes it: Keras' whole model."""
    config = {"class_name": "Sequential", "config": {"name": "net", "layers": list(layers)}}
    return {"keras_version": "2.15.0", "backend": "tensorflow", "model_config": config}


def first(class_name: str, name: str, *shape: int | None, **settings: object) -> dict[str, object]:
    """The first layer of a sequential model, which states the shape of its input."""
    config = {"name": name, "batch_input_shape": [None, *shape], **settings}
    return {"class_name": class_name, "config": config}


def layer(class_name: str, name: str, **settings: object) -> dict[str, object]:
    return {"class_name": class_name, "config": {"name": name, **settings}}
