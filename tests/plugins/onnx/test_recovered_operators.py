"""Steps written with the operators that exporters and optimisers leave: each is still the cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.onnx.results import errors, report
from making.onnx.texts import (
    BATCH,
    GRU,
    LSTM,
    SPLIT,
    STEPS,
    SUM,
    SUMS,
    M,
    N,
    Shapes,
    looped,
    step,
    weights,
    written,
)

if TYPE_CHECKING:
    from pathlib import Path

ONE_BIAS, TWO_BIASES = 4 * N * (M + N + 1), 3 * N * (M + N + 2)
JOINED: Shapes = {"K": (M + N, 4 * N), "KT": (4 * N, M + N), "B": (4 * N,)}
PARTS: Shapes = {f"K{gate}": (M + N, N) for gate in "ifgo"} | {f"B{gate}": (N,) for gate in "ifgo"}
BY_THREE = f"k = Constant<value = int64 {{{N}}}> () s4 = SplitToSequence<axis = 1>(z, k)"
AT = " ".join(
    f"p{at} = Constant<value = int64 {{{at}}}> () z{gate} = SequenceAt(s4, p{at})"
    for at, gate in enumerate("ifgo")
)
FUSED = " ".join(
    f'{gate} = com.microsoft.FusedGemm<activation = "{"Tanh" if gate == "g" else "Sigmoid"}">'
    f"(xh, K{gate}, B{gate})"
    for gate in "ifgo"
)
ENDS = "fc = Mul(f, c) ig = Mul(i, g) c_end = Add(fc, ig) tc = Tanh(c_end) h_end = Mul(o, tc)"
CONCAT = "xh = Concat<axis = 1>(x, h)"
BRANCHED = f"""
    big = ReduceSum<keepdims = 0>(x) zero = Constant<value = float {{0.0}}> ()
    go = Greater(big, zero) h_end, c_end = If(go) <
        then_branch = a () => (float[{BATCH}, {N}] ha, float[{BATCH}, {N}] ca) {{
            {SUM} {SPLIT} {LSTM.replace("h_end", "ha").replace("c_end", "ca")} }},
        else_branch = b () => (float[{BATCH}, {N}] hb, float[{BATCH}, {N}] cb) {{
            hb = Identity(h) cb = Identity(c) }}
    >
"""
STEPS_OF_LSTM: dict[str, tuple[str, Shapes]] = {
    "sequence of the gates": (f"{SUM} {BY_THREE} {AT} {LSTM}", weights(4)),
    "products with their functions": (f"{CONCAT} {FUSED} {ENDS}", PARTS),
    "turned product": (
        f"{CONCAT} s = com.microsoft.FusedMatMul<transB = 1>(xh, KT) z = Add(s, B) {SPLIT} {LSTM}",
        JOINED,
    ),
    "old name of the turned product": (
        (
            f"{CONCAT} s = com.microsoft.TransposeMatMul<transB = 1>(xh, KT) z = Add(s, B) "
            f"{SPLIT} {LSTM}"
        ),
        JOINED,
    ),
    "sum of three": (
        f"xk = MatMul(x, W) hk = MatMul(h, R) z = Sum(xk, hk, B) {SPLIT} {LSTM}",
        weights(4),
    ),
    "twice the mean of two": (
        (
            "xk = MatMul(x, W) hk = MatMul(h, R) s = Mean(xk, hk) "
            "two = Constant<value = float {2.0}> () d = Mul(s, two) "
            f"z = Add(d, B) {SPLIT} {LSTM}"
        ),
        weights(4),
    ),
    "branch of an If": (BRANCHED, weights(4)),
    "joined by a sequence": (
        (
            "one = SequenceConstruct(x, h) xh = ConcatFromSequence<axis = 1>(one) "
            f"z = Gemm(xh, K, B) {SPLIT} {LSTM}"
        ),
        JOINED,
    ),
    "inserted into a sequence": (
        (
            "no = SequenceEmpty() first = SequenceInsert(no, x) one = SequenceInsert(first, h) "
            f"xh = ConcatFromSequence<axis = 1>(one) z = Gemm(xh, K, B) {SPLIT} {LSTM}"
        ),
        JOINED,
    ),
}


@pytest.mark.parametrize("case", STEPS_OF_LSTM)
def test_a_step_of_an_lstm_is_recognised(tmp_path: Path, case: str) -> None:
    nodes, stored = STEPS_OF_LSTM[case]
    _hold(written(tmp_path, step(nodes, stored)), "LSTM", ONE_BIAS)


def test_a_width_that_only_the_matrix_shows_is_the_matrix_s(tmp_path: Path) -> None:
    made = step(f"{SUM} {SPLIT} {LSTM}", weights(4), width="features")
    _hold(written(tmp_path, made), "LSTM", ONE_BIAS)


BEFORE = "xk = MatMul(xs, W) all = Add(xk, B)"
AFTER = f"hk = MatMul(h, R) h_sum = Add(hk, RB) {GRU}"
PLACE = "p = Constant<value = int64[1] {0}> () t1 = Unsqueeze(t, p)"
BOUNDS = f"{PLACE} q = Constant<value = int64 {{1}}> () u = Add(t, q) u1 = Unsqueeze(u, p)"
INDEX = f"shape = Constant<value = int64[3] {{1, {BATCH}, {3 * N}}}> () ts = Expand(t, shape)"
PAIRS = f"two = Constant<value = int64[2] {{{BATCH}, 1}}> () t2 = Expand(t, two)"
MASK = "wide = Constant<value = int64[2] {1, 3}> () live = Less(t, lens)"

LOOPS_OF_GRU = {
    "element of a sequence": (
        f"x = SequenceAt(parts, t) {SUMS} {GRU}",
        "parts = SplitToSequence<axis = 0, keepdims = 0>(xs)",
    ),
    "slice whose bounds are computed": (
        f"{BOUNDS} one = Slice(all, t1, u1, p) xs_sum = Squeeze(one, p) {AFTER}",
        BEFORE,
    ),
    "GatherElements": (
        f"{INDEX} one = GatherElements<axis = 0>(all, ts) {PLACE} xs_sum = Squeeze(one, p) {AFTER}",
        BEFORE,
    ),
    "GatherND": (
        f"{PAIRS} xs_sum = GatherND<batch_dims = 1>(turned, t2) {AFTER}",
        f"{BEFORE} turned = Transpose<perm = [1, 0, 2]>(all)",
    ),
    "sequence turned round by its indices": (
        f"xs_sum = Gather<axis = 0>(back, t) {AFTER}",
        (
            f"{BEFORE} order = Constant<value = int64[{STEPS}] {{3, 2, 1, 0}}> () "
            "back = Gather<axis = 0>(all, order)"
        ),
    ),
    "ReverseSequence": (
        f"x = Gather<axis = 0>(back, t) {SUMS} {GRU}",
        "back = ReverseSequence(xs, lens)",
    ),
    "mask that is tiled": (
        (
            f"x = Gather<axis = 0>(xs, t) {SUMS} {GRU.replace('h_new', 'h_fresh')} {MASK} "
            "last = Constant<value = int64[1] {1}> () column = Unsqueeze(live, last) "
            "mask = Tile(column, wide) h_new = Where(mask, h_fresh, h)"
        ),
        "",
    ),
    "mask by an If": (
        f"""x = Gather<axis = 0>(xs, t) {SUMS} {GRU.replace("h_new", "h_fresh")}
        go_on = Less(t, n) h_new = If(go_on) <
            then_branch = a () => (float[{BATCH}, {N}] ha) {{ ha = Identity(h_fresh) }},
            else_branch = b () => (float[{BATCH}, {N}] hb) {{ hb = Identity(h) }}
        >""",
        "",
    ),
}


@pytest.mark.parametrize("case", LOOPS_OF_GRU)
def test_a_loop_of_a_gru_is_recognised(tmp_path: Path, case: str) -> None:
    nodes, around = LOOPS_OF_GRU[case]
    _hold(written(tmp_path, looped(nodes, weights(3), around)), "GRU", TWO_BIASES)


def test_both_branches_of_an_if_are_layers(tmp_path: Path) -> None:
    shapes = weights(4) | {f"{name}2": shape for name, shape in weights(4).items()}
    second = f"{SUM} {SPLIT} {LSTM}"
    for name in ("W", "R", "B"):
        second = second.replace(f", {name})", f", {name}2)")
    other = second.replace("h_end", "hb").replace("c_end", "cb")
    nodes = BRANCHED.replace("hb = Identity(h) cb = Identity(c)", other)
    of = report(written(tmp_path, step(nodes, shapes)))
    assert [each.layer.cell for each in of.layers] == ["LSTM", "LSTM"]
    assert of.totals.recurrent == 2 * (4 * N * (M + N + 1))
    assert not errors(of)


def _hold(path: Path, cell: str, stored: int) -> None:
    of = report(path)
    assert [(each.layer.cell, each.layer.sizes[:2]) for each in of.layers] == [(cell, (M, N))]
    assert of.totals.recurrent == of.totals.parameters == stored
    assert not of.skipped
    assert not of.possible
    assert not errors(of)
