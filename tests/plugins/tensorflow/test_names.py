"""Cells by the names that TensorFlow 1 and its users gave them, in checkpoints made by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.bundles import Shapes
from making.tensorflow.cell_shapes import both_directions, gru, layers, lstm, report_on

SINGLE = {
    "TensorFlow 1.2": lstm("rnn/basic_lstm_cell"),
    "TensorFlow 1.0": lstm("rnn/basic_lstm_cell", kernel="weights", bias="biases"),
    "TensorFlow 0.12": lstm("rnn/BasicLSTMCell/Linear", kernel="Matrix", bias="Bias"),
    "block": lstm("rnn/lstm_fused_cell"),
    "an own name": lstm("rnn/encoder_fw_LSTM"),
    "Magenta": {
        "rnn/LSTMCell/W_xh": (8, 64),
        "rnn/LSTMCell/W_hh": (16, 64),
        "rnn/LSTMCell/bias": (64,),
    },
    "Baselines": {"model/lstm1/wx": (8, 64), "model/lstm1/wh": (16, 64), "model/lstm1/b": (64,)},
    "in rows": {
        **{f"lstm/lstm_0/W_{row}": (3, 64) for row in range(8)},
        "lstm/lstm_0/B": (64,),
    },
}


@pytest.mark.parametrize("shapes", SINGLE.values(), ids=SINGLE)
def test_an_lstm_of_every_age(tmp_path: Path, shapes: Shapes) -> None:
    report = report_on(tmp_path, shapes)
    assert [row[1:] for row in layers(report)] == [("LSTM", 8, 1, 1600)]
    assert not [finding for finding in report.findings if finding.level == "error"]


STACKED = "multi_rnn_cell/cell_"
NETWORKS: dict[str, tuple[Shapes, list[tuple[str, str, int, int, int]]]] = {
    "DeepSpeech": (
        {
            **lstm("cudnn_lstm/rnn/multi_rnn_cell/cell_0/cudnn_compatible_lstm_cell"),
            "layer_1/weights": (494, 32),
            "layer_1/weights/Adam": (494, 32),
            "layer_6/bias": (29,),
        },
        [("cudnn_lstm/rnn/0", "LSTM", 8, 1, 1600)],
    ),
    "im2txt": (
        {**lstm("lstm/basic_lstm_cell"), "seq_embedding/map": (50, 8), "logits/weights": (16, 50)},
        [("lstm", "LSTM", 8, 1, 1600)],
    ),
    "translation of TensorFlow 1": (
        {
            **gru("seq2seq/rnn/multi_rnn_cell/cell_0/gru_cell"),
            **gru("seq2seq/rnn/multi_rnn_cell/cell_1/gru_cell", 16),
            "seq2seq/attention_decoder/AttnW_0": (1, 1, 16, 16),
            "seq2seq/attention_decoder/attention_0/kernel": (16, 64),
        },
        [("seq2seq/rnn/0", "GRU", 8, 1, 1200), ("seq2seq/rnn/1", "GRU", 16, 1, 1584)],
    ),
    "NMT": (
        {
            **lstm(f"nmt/encoder/rnn/{STACKED}0/basic_lstm_cell"),
            **lstm(f"nmt/encoder/rnn/{STACKED}1/basic_lstm_cell", 16),
            "nmt/decoder/memory_layer/kernel": (16, 16),
            "nmt/decoder/attention/attention_layer/kernel": (32, 16),
            **lstm(f"nmt/decoder/attention/{STACKED}0/basic_lstm_cell", 24),
        },
        [
            ("nmt/decoder/attention/0", "LSTM", 24, 1, 2624),
            ("nmt/encoder/rnn/0", "LSTM", 8, 1, 1600),
            ("nmt/encoder/rnn/1", "LSTM", 16, 1, 2112),
        ],
    ),
    "a stack in each direction": (
        {
            **lstm(f"enc/bidirectional_rnn/fw/{STACKED}0/lstm_cell"),
            **lstm(f"enc/bidirectional_rnn/bw/{STACKED}0/lstm_cell"),
            **lstm(f"enc/bidirectional_rnn/fw/{STACKED}1/lstm_cell", 16),
            **lstm(f"enc/bidirectional_rnn/bw/{STACKED}1/lstm_cell", 16),
        },
        [
            ("enc/0", "LSTM", 8, 2, 3200),
            ("enc/1", "LSTM", 16, 2, 4224),
        ],
    ),
    "a stack in each direction of a stack": (
        {
            **lstm(f"enc/cell_0/bidirectional_rnn/fw/{STACKED}0/lstm_cell"),
            **lstm(f"enc/cell_0/bidirectional_rnn/bw/{STACKED}0/lstm_cell"),
            **lstm(f"enc/cell_1/bidirectional_rnn/fw/{STACKED}0/lstm_cell", 32),
            **lstm(f"enc/cell_1/bidirectional_rnn/bw/{STACKED}0/lstm_cell", 32),
        },
        [("enc/0/0", "LSTM", 8, 2, 3200), ("enc/1/0", "LSTM", 32, 2, 6272)],
    ),
    "directions that differ": (
        {
            **lstm(f"enc/bidirectional_rnn/fw/{STACKED}0/lstm_cell"),
            **gru(f"enc/bidirectional_rnn/bw/{STACKED}0/gru_cell"),
            **lstm(f"enc/bidirectional_rnn/fw/{STACKED}1/lstm_cell", 16),
        },
        [
            ("enc/0/forward", "LSTM", 8, 1, 1600),
            ("enc/0/backward", "GRU", 8, 1, 1200),
            ("enc/1/forward", "LSTM", 16, 1, 2112),
        ],
    ),
    "a stack of both directions": (
        {
            **both_directions("ocr/stack_bidirectional_rnn/cell_0/bidirectional_rnn", "lstm_cell"),
            **both_directions(
                "ocr/stack_bidirectional_rnn/cell_1/bidirectional_rnn", "lstm_cell", 32
            ),
        },
        [("ocr/0", "LSTM", 8, 2, 3200), ("ocr/1", "LSTM", 32, 2, 6272)],
    ),
    "TensorFlow 0.9": (
        {
            **lstm("BiRNN/FW/BasicLSTMCell/Linear", kernel="Matrix", bias="Bias"),
            **lstm("BiRNN/BW/BasicLSTMCell/Linear", kernel="Matrix", bias="Bias"),
        },
        [("BiRNN", "LSTM", 8, 2, 3200)],
    ),
    "Tacotron": (
        {
            **both_directions("inference/bidirectional_rnn", "encoder_LSTM"),
            **gru("inference/decoder/attention_cell/gru_cell"),
            "inference/decoder/output_projection_wrapper/kernel": (16, 64),
            "inference/decoder/output_projection_wrapper/bias": (64,),
        },
        [
            ("inference/decoder/attention_cell", "GRU", 8, 1, 1200),
            ("inference", "LSTM", 8, 2, 3200),
        ],
    ),
    "BERT": (
        {
            "bert/encoder/layer_0/intermediate/dense/kernel": (64, 256),
            "bert/encoder/layer_0/intermediate/dense/bias": (256,),
            "bert/encoder/layer_0/attention/self/query/kernel": (64, 64),
        },
        [],
    ),
    "what only looks like one": (
        {
            "lstm_output/kernel": (24, 64),
            "lstm_output/bias": (64,),
            "rnn/attention/kernel": (24, 64),
            "rnn/attention/bias": (64,),
            "lstm_2/kernel": (24, 60),
            "lstm_2/bias": (64,),
            "lstm_3/kernel": (16, 64),
            "lstm_3/bias": (64,),
        },
        [],
    ),
}


@pytest.mark.parametrize(("shapes", "expected"), NETWORKS.values(), ids=NETWORKS)
def test_the_names_of_known_networks(
    tmp_path: Path, shapes: Shapes, expected: list[tuple[str, str, int, int, int]]
) -> None:
    report = report_on(tmp_path, shapes)
    assert sorted(layers(report)) == sorted(expected)
    assert not [finding for finding in report.findings if finding.level == "error"]


def test_an_lstm_with_peepholes_and_projection_in_rows(tmp_path: Path) -> None:
    shapes: Shapes = {f"lstm/lstm_0/W_{row}": (13, 64) for row in range(1)}
    shapes |= {f"lstm/lstm_0/W_P_{row}": (4, 5) for row in range(4)}
    shapes |= {f"lstm/lstm_0/W_{gate}_diag": (16,) for gate in "IFO"}
    (counted,) = report_on(tmp_path, shapes | {"lstm/lstm_0/B": (64,)}).layers
    assert counted.layer.sizes.projection_size == 5
    assert counted.expected == counted.stored == 4 * (16 * 8 + 16 * 5 + 16) + 5 * 16 + 3 * 16


@pytest.mark.parametrize("part", ["gates", "candidate"])
@pytest.mark.parametrize("weight", ["kernel", "bias"])
def test_a_gru_without_one_of_its_arrays_is_an_error(
    tmp_path: Path, part: str, weight: str
) -> None:
    gone = f"rnn/gru_cell/{part}/{weight}"
    shapes = {name: shape for name, shape in gru("rnn/gru_cell").items() if name != gone}
    report = report_on(tmp_path, shapes)
    assert {(f.rule, f.layer) for f in report.findings if f.level == "error"} == {("R106", "rnn")}


@pytest.mark.parametrize("weight", ["kernel", "bias"])
@pytest.mark.parametrize("scope", ["rnn/lstm_cell", "bidirectional_rnn/fw/lstm_cell"])
def test_an_lstm_without_kernel_or_bias_is_an_error(
    tmp_path: Path, scope: str, weight: str
) -> None:
    shapes = both_directions("bidirectional_rnn", "lstm_cell") if "fw" in scope else lstm(scope)
    report = report_on(tmp_path, {n: s for n, s in shapes.items() if n != f"{scope}/{weight}"})
    assert "R102" in {finding.rule for finding in report.findings}


def test_slots_averages_and_counters_are_not_parameters(tmp_path: Path) -> None:
    shapes = lstm("rnn/lstm_cell") | {"global_step": (), "beta1_power": ()}
    shapes |= lstm("rnn/lstm_cell", kernel="kernel/Adam", bias="bias/Adam")
    shapes |= lstm("OptimizeLoss/rnn/lstm_cell", kernel="kernel/Adam_1", bias="bias/Adam_1")
    average = "ExponentialMovingAverage"
    shapes |= lstm("rnn/lstm_cell", kernel=f"kernel/{average}", bias=f"bias/{average}")
    totals = report_on(tmp_path, shapes).totals
    assert (totals.parameters, totals.copies) == (1600, 1600)
    assert totals.not_parameters["optimizer"] == 2 * 1600 + 2


def test_an_opaque_buffer_is_skipped_and_counted(tmp_path: Path) -> None:
    report = report_on(tmp_path, {"cudnn_lstm/opaque_kernel": (9728,)})
    assert [(skipped.kind, len(skipped.tensors)) for skipped in report.skipped] == [("cuDNN", 1)]
    assert report.totals.parameters == 9728
