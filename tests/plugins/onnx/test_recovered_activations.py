"""Activations that exporters write with several operators, as a gate's and as the one around c'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.onnx.results import errors, report
from making.onnx.texts import SPLIT, SUM, M, N, step, weights, written

if TYPE_CHECKING:
    from pathlib import Path

ONE = "one{0} = Constant<value = float {{1.0}}> ()"
WRITTEN = {
    "swish": "s{0} = Sigmoid({1}) {0} = Mul({1}, s{0})",
    "softsign": (
        f"a{{0}} = Abs({{1}}) {ONE} d{{0}} = Add(one{{0}}, a{{0}}) {{0}} = Div({{1}}, d{{0}})"
    ),
    "mish": "p{0} = Softplus({1}) t{0} = Tanh(p{0}) {0} = Mul({1}, t{0})",
    "sigmoid by exp": (
        f"n{{0}} = Neg({{1}}) e{{0}} = Exp(n{{0}}) {ONE} d{{0}} = Add(one{{0}}, e{{0}}) "
        "{0} = Reciprocal(d{0})"
    ),
    "gelu": (
        f"e{{0}} = Erf({{1}}) {ONE} p{{0}} = Add(e{{0}}, one{{0}}) m{{0}} = Mul({{1}}, p{{0}}) "
        "half{0} = Constant<value = float {{0.5}}> () {0} = Mul(m{0}, half{0})"
    ),
    "gelu by tanh": (
        "three{0} = Constant<value = float {{3.0}}> () c{0} = Pow({1}, three{0}) "
        "w{0} = Constant<value = float {{0.04}}> () v{0} = Mul(c{0}, w{0}) u{0} = Add({1}, v{0}) "
        f"t{{0}} = Tanh(u{{0}}) {ONE} p{{0}} = Add(t{{0}}, one{{0}}) {{0}} = Mul({{1}}, p{{0}})"
    ),
    "hard sigmoid": (
        "a{0} = Constant<value = float {{0.2}}> () b{0} = Constant<value = float {{0.5}}> () "
        f"m{{0}} = Mul({{1}}, a{{0}}) p{{0}} = Add(m{{0}}, b{{0}}) {ONE} "
        "zero{0} = Constant<value = float {{0.0}}> () x{0} = Max(p{0}, zero{0}) "
        "{0} = Min(x{0}, one{0})"
    ),
}


@pytest.mark.parametrize("kind", WRITTEN)
def test_a_gate_whose_activation_is_written_out_is_one_gate(tmp_path: Path, kind: str) -> None:
    def active(name: str, value: str) -> str:
        return WRITTEN[kind].format(name, value)

    nodes = f"""
        {SUM} {SPLIT} i = Sigmoid(zi) f = Sigmoid(zf) o = Sigmoid(zo) {active("g", "zg")}
        fc = Mul(f, c) ig = Mul(i, g) c_end = Add(fc, ig) {active("tc", "c_end")}
        h_end = Mul(o, tc)
    """
    of = report(written(tmp_path, step(nodes, weights(4))))
    assert [(each.layer.cell, each.layer.sizes[:2]) for each in of.layers] == [("LSTM", (M, N))]
    assert not of.skipped
    assert not errors(of)
