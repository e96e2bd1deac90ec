"""The intact samples of Paddle, written by hand as PaddlePaddle 2.6 and 3.3 write their files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from makers.paddle_files import Op, combined, in_json, lstm_shapes, program, state_dict
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path

_MADE = "by hand, after framework.proto, lod_tensor.cc and io.py of PaddlePaddle"
_GRU = 3 * (2 * 3 + 2 * 2 + 2 * 2)  # of three inputs and two units
_LSTM = 4 * (2 * 3 + 2 * 2 + 2 * 2)
_SHORT = {"weight_ih": "w_0", "weight_hh": "w_1", "bias_ih": "b_0", "bias_hh": "b_1"}


def both_ways() -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """The arrays of a GRU in two directions and a dense layer, and the names of the parameters."""
    first, second, names = {}, {}, {"fc.weight": "linear_0.w_0"}
    for number, (way, reverse) in enumerate((("fw", ""), ("bw", "_reverse"))):
        for word, shape in lstm_shapes(3, 2, gates=3).items():
            again, name = f"rnn.{word}_l0{reverse}", f"rnn.0.cell_{way}.{word}"
            second[again], first[name] = shape, shape
            names[again] = names[name] = f"gru_cell_{number}.{_SHORT[word]}"
    return {**second, **first, "fc.weight": (4, 2)}, names


def _state(path: Path) -> Truth:
    """A bidirectional nn.GRU, whose parameters a state dict has under two names each."""
    path.write_bytes(state_dict(*both_ways()))
    layer = Layer("rnn", "GRU", 3, 2, 2 * _GRU, directions=2, bias_vectors=2)
    return Truth((layer,), 2 * _GRU + 8, copies=2 * _GRU)


def stack() -> tuple[dict[str, tuple[int, ...]], Op]:
    """The parameters of an nn.LSTM of two levels, and its operator."""
    shapes = {
        f"lstm_cell_{level}.{_SHORT[word]}": shape
        for level, inputs in enumerate((3, 2))
        for word, shape in lstm_shapes(inputs, 2).items()
    }
    names = sorted(shapes, key=lambda name: name.partition(".")[2][0] == "b")  # weights first
    about: dict[str, int | str] = {"mode": "LSTM", "hidden_size": 2, "is_bidirec": False}
    about |= {"input_size": 3, "num_layers": 2}
    reads = {"Input": ["x"], "PreState": ["h", "c"], "WeightList": names}
    return shapes, Op("rnn", reads, {"Out": ["lstm_0.tmp_0"]}, about)


def _program(path: Path) -> Truth:
    """The program of an nn.LSTM of two levels, all parameters in one file."""
    shapes, op = stack()
    path.write_bytes(program(shapes, [op]))
    path.with_suffix(".pdiparams").write_bytes(combined(shapes))
    sizes = ((3, _LSTM), (2, 4 * (2 * 2 + 2 * 2 + 2 * 2)))
    layers = tuple(
        Layer("lstm_0", "LSTM", inputs, 2, expected, bias_vectors=2, level=level)
        for level, (inputs, expected) in enumerate(sizes)
    )
    total = sum(layer.expected for layer in layers)
    return Truth(layers, total, companions=("paddle/stack.pdiparams",))


def peephole() -> tuple[dict[str, tuple[int, ...]], tuple[Op, ...]]:
    """The parameters of fluid's dynamic_lstm after an fc of two inputs, and its operators."""
    shapes = {
        "fc_0.w_0": (3, 8),
        "fc_0.w_1": (2, 8),
        "fc_0.b_0": (8,),
        "lstm_0.w_0": (2, 8),
        "lstm_0.b_0": (1, 14),
    }
    return shapes, (
        Op("mul", {"X": ["x"], "Y": ["fc_0.w_0"]}, {"Out": ["fc_0.tmp_0"]}),
        Op("mul", {"X": ["y"], "Y": ["fc_0.w_1"]}, {"Out": ["fc_0.tmp_1"]}),
        Op("sum", {"X": ["fc_0.tmp_0", "fc_0.tmp_1"]}, {"Out": ["fc_0.tmp_2"]}),
        Op(
            "elementwise_add",
            {"X": ["fc_0.tmp_2"], "Y": ["fc_0.b_0"]},
            {"Out": ["fc_0.tmp_3"]},
        ),
        Op(
            "lstm",
            {"Input": ["fc_0.tmp_3"], "Weight": ["lstm_0.w_0"], "Bias": ["lstm_0.b_0"]},
            {"Hidden": ["lstm_0.tmp_0"], "Cell": ["lstm_0.tmp_1"]},
            {"use_peepholes": True, "is_reverse": False},
        ),
    )


def _fluid(path: Path) -> Truth:
    """An LSTM with peepholes, whose kernel is the matrices of an fc in front of it."""
    shapes, ops = peephole()
    path.write_bytes(program(shapes, ops, version=1008005))
    path.with_suffix(".pdiparams").write_bytes(combined(shapes))
    expected = 4 * (2 * 5 + 2 * 2 + 2 * 2) + 3 * 2
    layer = Layer("lstm_0", "LSTM", 5, 2, expected, bias_vectors=2, peepholes=True)
    return Truth((layer,), expected, companions=("paddle/peephole.pdiparams",))


def _pir(path: Path) -> Truth:
    """The JSON program of an nn.GRU, all parameters in one file."""
    shapes = {f"gru_cell_0.{_SHORT[word]}": s for word, s in lstm_shapes(3, 2, gates=3).items()}
    about = {"hidden_size": 2, "input_size": 3, "num_layers": 1, "is_bidirec": 0}
    path.write_text(in_json(shapes, "GRU", about))
    path.with_suffix(".pdiparams").write_bytes(combined(shapes))
    layer = Layer("Net GRU", "GRU", 3, 2, _GRU, bias_vectors=2)
    return Truth((layer,), _GRU, companions=("paddle/inference.pdiparams",))


INTACT = (
    Intact("paddle/both.pdparams", _MADE, _state),
    Intact("paddle/stack.pdmodel", _MADE, _program),
    Intact("paddle/peephole.pdmodel", _MADE, _fluid),
    Intact("paddle/inference.json", f"{_MADE}, and the JSON of 3.3", _pir),
)
