"""Files with one small recurrent layer, written byte by byte, for tests of the command."""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Mapping
from pathlib import Path

from making.tensorflow.bundles import field


def lstm_file(path: Path, inputs: int = 3, hidden: int = 4) -> Path:
    """A safetensors file with PyTorch's LSTM: 4(nm + n² + 2n) parameters of four bytes."""
    shapes = {
        "lstm.weight_ih_l0": (4 * hidden, inputs),
        "lstm.weight_hh_l0": (4 * hidden, hidden),
        "lstm.bias_ih_l0": (4 * hidden,),
        "lstm.bias_hh_l0": (4 * hidden,),
    }
    return safetensors_file(path, shapes)


def safetensors_file(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Path:
    """A safetensors file with tensors of these shapes, all zeros."""
    header: dict[str, object] = {}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + 4 * math.prod(shape)
        header[name] = {"dtype": "F32", "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(end))
    return path


def strange_file(path: Path) -> Path:
    """An ONNX file with a recurrent operator that no formula is known for: a skipped layer."""
    node = b"".join(
        field(number, text)
        for number, text in ((1, "X"), (1, "K"), (2, "Y"), (3, "odd"), (4, "MyRNN"), (7, "acme"))
    )
    floats = field(2, 1)  # the element type of a tensor, TensorProto.FLOAT
    kernel = field(1, 2) + field(1, 3) + floats + field(8, "K") + field(9, bytes(24))
    one = field(1, field(1, 1))  # a shape of one axis of length 1
    reads, gives = (
        field(1, name) + field(2, field(1, field(1, 1) + field(2, one))) for name in "XY"
    )
    parts = ((1, node), (2, "g"), (5, kernel), (11, reads), (12, gives))
    graph = b"".join(field(number, content) for number, content in parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(field(1, 8) + field(7, graph) + field(8, field(2, 17)))
    return path
