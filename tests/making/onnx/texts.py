"""Models written in ONNX's text form, with the weights as zeros of given shapes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import onnx
from onnx import numpy_helper, parser

if TYPE_CHECKING:
    from pathlib import Path

Shapes = dict[str, tuple[int, ...]]

M, N, BATCH, STEPS = 5, 3, 2, 4
HEAD = '<ir_version: 9, opset_import: ["": 18, "com.microsoft": 1]>\n'
LSTM = """
    i = Sigmoid(zi) f = Sigmoid(zf) g = Tanh(zg) o = Sigmoid(zo)
    fc = Mul(f, c) ig = Mul(i, g) c_end = Add(fc, ig) tc = Tanh(c_end) h_end = Mul(o, tc)
"""
GRU = """
    xz, xr, xg = Split<axis = -1, num_outputs = 3>(xs_sum)
    hz, hr, hg = Split<axis = -1, num_outputs = 3>(h_sum)
    zs = Add(xz, hz) z = Sigmoid(zs) rs = Add(xr, hr) r = Sigmoid(rs)
    rh = Mul(r, hg) gs = Add(xg, rh) g = Tanh(gs)
    d = Sub(h, g) zd = Mul(z, d) h_new = Add(zd, g)
"""
SPLIT = "zi, zf, zg, zo = Split<axis = -1, num_outputs = 4>(z)"
SUM = "xk = MatMul(x, W) hk = MatMul(h, R) s = Add(xk, hk) z = Add(s, B)"
SUMS = "xk = MatMul(x, W) xs_sum = Add(xk, B) hk = MatMul(h, R) h_sum = Add(hk, RB)"


def weights(gates: int, m: int = M, n: int = N) -> Shapes:
    """The shapes of W, R, B and RB of a layer."""
    units = gates * n
    return {"W": (m, units), "R": (n, units), "B": (units,), "RB": (units,)}


def parsed(signature: str, nodes: str, stored: Shapes) -> onnx.ModelProto:
    """A model whose graph has this signature and these nodes; `stored` are those that it uses."""
    made = parser.parse_model(f"{HEAD}g {signature} {{ {nodes} }}")
    for name, shape in stored.items():
        if re.search(rf"\b{name}\b", nodes):
            zeros = np.zeros(shape, np.float32)
            made.graph.initializer.append(numpy_helper.from_array(zeros, name))
    return made


def step(nodes: str, stored: Shapes, width: str = str(M)) -> onnx.ModelProto:
    """A model of one step over x, h and c."""
    given = f"float[{BATCH}, {width}] x, float[{BATCH}, {N}] h, float[{BATCH}, {N}] c"
    made = f"float[{BATCH}, {N}] h_end, float[{BATCH}, {N}] c_end"
    return parsed(f"({given}) => ({made})", nodes, stored)


def looped(nodes: str, stored: Shapes, around: str = "") -> onnx.ModelProto:
    """A Loop over `t` that makes h_new of h; `around` are nodes before it."""
    state = f"float[{BATCH}, {N}]"
    body = f"""body (int64 t, bool go, {state} h) => (bool on, {state} h_new)
        {{ on = Identity(go) {nodes} }}"""
    given = f"float[{STEPS}, {BATCH}, {M}] xs, float[{BATCH}, {N}] h0, int64 n, bool yes"
    given += f", int64[{BATCH}] lens"
    loop = f"h_end = Loop(n, yes, h0) <body = {body}>"
    signature = f"({given}) => (float[{BATCH}, {N}] h_end)"
    return parsed(signature, f"{around} {loop}", stored)


def written(folder: Path, made: onnx.ModelProto) -> Path:
    """The file of a model."""
    path = folder / "m.onnx"
    path.write_bytes(made.SerializeToString())
    return path
