"""Whether a model is translated at all: a cheap look at its nodes, which must not miss a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.onnx.results import report
from making.onnx.texts import LSTM, SPLIT, SUM, M, N, parsed, step, weights, written
from rnninspect.source.source import open_source
from rnninspect_onnx.protobuf.decoder import Decoder
from rnninspect_onnx.recovered.worth import may_contain_cell, nodes_within

if TYPE_CHECKING:
    from pathlib import Path

    import onnx

STATES = f"(float[2, {M}] x, float[2, {N}] h) => (float[2, {N}] y)"
SHAPES = {"W": (N, N), "R": (N, N), "V": (M, N), "G": (N,)}
WITHOUT: dict[str, str] = {
    "residual": "p = MatMul(h, R) a = Relu(p) q = MatMul(x, V) s = Add(a, q) y = Add(s, h)",
    "scaled by stored numbers": "q = MatMul(x, V) a = Relu(q) s = Add(h, a) y = Mul(s, G)",
    "norm": """
        q = MatMul(x, V) a = Erf(q) s = Add(h, a) sq = Mul(s, s) m = ReduceMean(sq)
        r = Sqrt(m) n = Div(s, r) y = Mul(n, G)
    """,
    "attention over a state": """
        k = MatMul(h, R) t = Transpose(k) q = MatMul(x, V) w = MatMul(q, t) s = Softmax(w)
        v = MatMul(h, W) c = MatMul(s, v) e = Erf(c) y = Add(h, e)
    """,
    "convolution of an image": "q = MatMul(x, V) y = Relu(q)",
}


def is_worth(folder: Path, made: onnx.ModelProto) -> bool:
    with open_source(written(folder, made)) as source:
        decoder = Decoder(source)
        return may_contain_cell(decoder.model(), decoder)


@pytest.mark.parametrize("kind", WITHOUT)
def test_a_graph_without_a_gated_state_is_not_translated(tmp_path: Path, kind: str) -> None:
    assert not is_worth(tmp_path, parsed(STATES, WITHOUT[kind], SHAPES))


def test_a_step_is_worth_it_in_any_order_of_its_nodes(tmp_path: Path) -> None:
    made = step(f"{SUM} {SPLIT} {LSTM}", weights(4))
    assert is_worth(tmp_path, made)
    backwards = list(made.graph.node)[::-1]
    del made.graph.node[:]
    made.graph.node.extend(backwards)
    assert is_worth(tmp_path, made)


def test_a_state_of_integers_is_none(tmp_path: Path) -> None:
    made = step(f"{SUM} {SPLIT} {LSTM}", weights(4))
    for given in made.graph.input[1:]:
        given.type.tensor_type.elem_type = 7
    assert not is_worth(tmp_path, made)


def test_nodes_of_branches_count_for_the_budget(tmp_path: Path) -> None:
    branches = """y = If(go) <then_branch = a () => (float[2, 3] b) { b = Identity(h) },
        else_branch = c () => (float[2, 3] d) { e = Neg(h) d = Neg(e) }>"""
    made = parsed("(bool go, float[2, 3] h) => (float[2, 3] y)", branches, {})
    with open_source(written(tmp_path, made)) as source:
        assert nodes_within(Decoder(source).model()) == 4


def test_a_long_sequence_between_states_is_not_given_up(tmp_path: Path) -> None:
    """The first state and the last one are an input and an output, many steps apart."""
    steps = 300
    of = report(written(tmp_path, unrolled(steps)))
    assert [each.layer.kind for each in of.layers] == [f"LSTM (unrolled, {steps} steps)"]


def unrolled(steps: int) -> onnx.ModelProto:
    """A sequence of steps over one input, from the states h and c to h_end."""
    text, h, c = "", "h", "c"
    for at in range(steps):
        text += f"""
            xk{at} = MatMul(x, W) hk{at} = MatMul({h}, R) s{at} = Add(xk{at}, hk{at})
            z{at} = Add(s{at}, B)
            zi{at}, zf{at}, zg{at}, zo{at} = Split<axis = -1, num_outputs = 4>(z{at})
            i{at}_ = Sigmoid(zi{at}) f{at}_ = Sigmoid(zf{at}) g{at}_ = Tanh(zg{at})
            o{at}_ = Sigmoid(zo{at}) fc{at} = Mul(f{at}_, {c}) ig{at} = Mul(i{at}_, g{at}_)
            c{at}_ = Add(fc{at}, ig{at}) tc{at} = Tanh(c{at}_) h{at}_ = Mul(o{at}_, tc{at})
        """
        h, c = f"h{at}_", f"c{at}_"
    given = f"(float[2, {M}] x, float[2, {N}] h, float[2, {N}] c) => (float[2, {N}] h_end)"
    return parsed(given, f"{text} h_end = Identity({h})", weights(4))
