"""Networks of torch and Keras that coremltools converts, in its precisions and compressed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import coremltools
import coremltools.optimize.coreml as optimize
import pytest
import tensorflow
import tf_keras
import torch
from torch import nn

from rnninspect import Report, inspect_file

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # what coremltools warns of is its own
]
M, N = 16, 16
ONE_BIAS, TWO_BIASES = M * N + N * N + N, M * N + N * N + 2 * N


class Network(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A recurrent layer and a dense one."""

    def __init__(self, layer: nn.Module, width: int) -> None:
        super().__init__()
        self.layer, self.dense = layer, nn.Linear(width, 2)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.dense(self.layer(x)[0])


def converted(layer: nn.Module, width: int = N, **options: Any) -> Any:  # noqa: ANN401 - untyped
    traced = torch.jit.trace(Network(layer, width).eval(), torch.zeros(5, 1, M))
    given = [coremltools.TensorType(name="x", shape=(5, 1, M))]
    known = {"convert_to": "mlprogram", "skip_model_load": True, **options}
    return coremltools.convert(traced, inputs=given, **known)


def inspected(model: Any, folder: Path, ending: str = ".mlpackage") -> Report:  # noqa: ANN401 - untyped
    path = folder / f"m{ending}"
    model.save(str(path))
    return inspect_file(path)


def elements(block: Any) -> Iterator[int]:  # noqa: ANN401 - untyped
    """Those of each constant of floats in coremltools' own program."""
    for operation in block.operations:
        if operation.op_type == "const":
            value = operation.outputs[0].val
            if getattr(value, "ndim", 0) and value.dtype.kind == "f":
                yield value.size
        for inner in operation.blocks:
            yield from elements(inner)


def counts(report: Report) -> list[tuple[str, int, int, int]]:
    return [
        (each.layer.cell, each.layer.sizes.directions, each.expected, each.stored)
        for each in report.layers
    ]


LAYERS: dict[str, tuple[Callable[[], nn.Module], int, list[tuple[str, int, int]]]] = {
    "lstm": (lambda: nn.LSTM(M, N), N, [("LSTM", 1, 4 * ONE_BIAS)]),
    "stacked": (
        lambda: nn.LSTM(M, N, 2, bidirectional=True),
        2 * N,
        [("LSTM", 2, 8 * ONE_BIAS), ("LSTM", 2, 8 * (ONE_BIAS + N * N))],
    ),
    "without bias": (lambda: nn.LSTM(M, N, bias=False), N, [("LSTM", 1, 4 * (ONE_BIAS - N))]),
    "rnn": (lambda: nn.RNN(M, N), N, [("RNN", 1, ONE_BIAS)]),
    # whose reset gate acts on a bias too: a loop of plain operations
    "gru": (lambda: nn.GRU(M, N), N, [("GRU", 1, 3 * TWO_BIASES)]),
    "gru of two directions": (
        lambda: nn.GRU(M, N, bidirectional=True),
        2 * N,
        [("GRU", 2, 6 * TWO_BIASES)],
    ),
}


@pytest.mark.parametrize("precision", ["FLOAT32", "FLOAT16"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_program_has_the_layers_of_torch(tmp_path: Path, name: str, precision: str) -> None:
    make, width, expected = LAYERS[name]
    model = converted(make(), width, compute_precision=getattr(coremltools.precision, precision))
    report = inspected(model, tmp_path)
    assert counts(report) == [(*each, each[2]) for each in expected]
    assert report.totals.parameters == sum(each[2] for each in expected) + 2 * width + 2
    assert {finding.level for finding in report.findings} <= {"note"}
    kept = sum(elements(model._mil_program.functions["main"]))
    assert kept == report.totals.parameters + report.totals.not_parameters["state"]


@pytest.mark.parametrize("name", ["lstm", "stacked", "without bias", "rnn"])
def test_a_neural_network_has_the_layers_of_torch(tmp_path: Path, name: str) -> None:
    make, width, expected = LAYERS[name]
    model = converted(make(), width, convert_to="neuralnetwork")
    report = inspected(model, tmp_path, ".mlmodel")
    assert counts(report) == [(*each, each[2]) for each in expected]
    assert report.totals.parameters == sum(each[2] for each in expected) + 2 * width + 2
    assert not report.findings


def test_a_gru_of_a_neural_network_is_a_loop_that_may_be_a_cell(tmp_path: Path) -> None:
    report = inspected(converted(nn.GRU(M, N), convert_to="neuralnetwork"), tmp_path, ".mlmodel")
    (finding,) = report.findings
    assert (finding.rule, report.layers.count("")) == ("R405", 0)


KERAS: dict[str, tuple[Callable[[], Any], tuple[str, int, int]]] = {
    "lstm": (lambda: tf_keras.layers.LSTM(N, bias_initializer="ones"), ("LSTM", 1, 4 * ONE_BIAS)),
    "gru": (lambda: tf_keras.layers.GRU(N, bias_initializer="ones"), ("GRU", 1, 3 * TWO_BIASES)),
    "two directions": (
        lambda: tf_keras.layers.Bidirectional(tf_keras.layers.LSTM(N, bias_initializer="ones")),
        ("LSTM", 2, 8 * ONE_BIAS),
    ),
}


@pytest.mark.parametrize("name", KERAS)
def test_a_program_has_the_layers_of_keras(tmp_path: Path, name: str) -> None:
    make, expected = KERAS[name]
    layer = make()
    given = tensorflow.TensorSpec((1, 5, M))
    function = tensorflow.function(layer).get_concrete_function(given)
    model = coremltools.convert(
        [function], source="tensorflow", convert_to="mlprogram", skip_model_load=True
    )
    report = inspected(model, tmp_path)
    assert counts(report) == [(*expected, expected[2])]
    assert report.totals.parameters == layer.count_params() == expected[2]


def test_no_cell_is_seen_where_there_is_none(tmp_path: Path) -> None:
    class Dense(nn.Module):  # type: ignore[misc]  # as above
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.Conv1d(5, 4, 1), nn.Tanh(), nn.Linear(M, M))

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor]:
            return (self.layers(x.transpose(0, 1)),)

    report = inspected(converted(Dense(), M), tmp_path)
    assert not report.layers
    assert not report.findings


def _linear(**options: Any) -> Any:  # noqa: ANN401 - untyped
    operator = optimize.OpLinearQuantizerConfig(weight_threshold=0, **options)
    return optimize.OptimizationConfig(global_config=operator)


def _palette(bits: int) -> Any:  # noqa: ANN401 - untyped
    operator = optimize.OpPalettizerConfig(mode="uniform", nbits=bits, weight_threshold=0)
    return optimize.OptimizationConfig(global_config=operator)


def _pruned(model: Any) -> Any:  # noqa: ANN401 - untyped
    operator = optimize.OpMagnitudePrunerConfig(target_sparsity=0.5, weight_threshold=0)
    return optimize.prune_weights(model, optimize.OptimizationConfig(global_config=operator))


COMPRESSED: dict[str, tuple[str, Callable[[Any], Any]]] = {
    "int8": ("iOS16", lambda m: optimize.linear_quantize_weights(m, _linear(mode="linear"))),
    "int8 by channels": ("iOS18", lambda m: optimize.linear_quantize_weights(m, _linear())),
    "int4 by blocks": (
        "iOS18",
        lambda m: optimize.linear_quantize_weights(
            m, _linear(dtype="int4", granularity="per_block", block_size=8)
        ),
    ),
    "palette of 16": ("iOS16", lambda m: optimize.palettize_weights(m, _palette(4))),
    "palette of 4": ("iOS18", lambda m: optimize.palettize_weights(m, _palette(2))),
    "pruned": ("iOS16", _pruned),
    "pruned with bits": ("iOS18", _pruned),
    "pruned, then a palette": (
        "iOS18",
        lambda m: optimize.palettize_weights(_pruned(m), _palette(4), joint_compression=True),
    ),
    "pruned, then int8": (
        "iOS18",
        lambda m: optimize.linear_quantize_weights(_pruned(m), _linear(), joint_compression=True),
    ),
}


@pytest.mark.parametrize("name", COMPRESSED)
def test_a_compressed_program_counts_its_parameters(tmp_path: Path, name: str) -> None:
    target, compress = COMPRESSED[name]
    chosen = getattr(coremltools.target, target)
    plain = converted(nn.LSTM(M, N), minimum_deployment_target=chosen)
    report = inspected(compress(plain), tmp_path)
    assert counts(report) == [("LSTM", 1, 4 * ONE_BIAS, 4 * ONE_BIAS)]
    assert report.totals.parameters == 4 * ONE_BIAS + 2 * N + 2
    assert report.totals.bytes < 2.1 * report.totals.parameters  # iOS 16 computes in four bytes
    assert {finding.level for finding in report.findings} <= {"note"}
