"""Files with one small recurrent layer, written byte by byte, for tests of the command."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path


def lstm_file(path: Path, inputs: int = 3, hidden: int = 4) -> Path:
    """A safetensors file with PyTorch's LSTM: 4(nm + n² + 2n) parameters of four bytes."""
    shapes = {
        "lstm.weight_ih_l0": (4 * hidden, inputs),
        "lstm.weight_hh_l0": (4 * hidden, hidden),
        "lstm.bias_ih_l0": (4 * hidden,),
        "lstm.bias_hh_l0": (4 * hidden,),
    }
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
    from onnx import TensorProto, helper

    node = helper.make_node("MyRNN", ["X", "K"], ["Y"], name="odd", domain="acme")
    values = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in "XY"]
    kernel = helper.make_tensor("K", TensorProto.FLOAT, [2, 3], [0.0] * 6)
    graph = helper.make_graph([node], "g", values[:1], values[1:], [kernel])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(helper.make_model(graph).SerializeToString())
    return path
