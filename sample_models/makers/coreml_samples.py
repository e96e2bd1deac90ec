"""The intact samples of Core ML, made with coremltools."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import coremltools
import numpy as np
from coremltools.converters.mil import Builder
from coremltools.models import MLModel
from coremltools.models.datatypes import Array
from coremltools.models.neural_network import NeuralNetworkBuilder
from coremltools.models.neural_network.quantization_utils import quantize_weights

from makers.coreml_files import WEIGHTS, write_package
from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path

_MADE_WITH = "coremltools"
_M, _N = 3, 2


def _values(*shape: int) -> np.ndarray:
    return np.linspace(-1, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)


def _gates(count: int) -> dict[str, object]:
    """Weights of each gate, as the builder takes them."""
    return {
        "W_h": [_values(_N, _N) for _ in range(count)],
        "W_x": [_values(_N, _M) for _ in range(count)],
        "b": [_values(_N) for _ in range(count)],
        "hidden_size": _N,
        "input_size": _M,
    }


def _builder() -> NeuralNetworkBuilder:
    return NeuralNetworkBuilder([("x", Array(_M))], [("y", None)], disable_rank5_shape_mapping=True)


def _names(name: str, states: int = 1) -> dict[str, list[str]]:
    """The values that a layer reads and gives."""
    given = [f"{name}_state_{at}" for at in range(states)]
    return {
        "input_names": ["x", *given],
        "output_names": [f"{name}_y", *(f"{each}_out" for each in given)],
    }


def _network(path: Path) -> Truth:
    """A layer of each kind: one with peepholes, one of both directions."""
    builder = _builder()
    simple = _gates(1) | {"W_h": _values(_N, _N), "W_x": _values(_N, _M), "b": _values(_N)}
    builder.add_simple_rnn("simple", **simple, activation="TANH", **_names("simple"))
    builder.add_gru("gru", **_gates(3), **_names("gru"))
    peepholes = [_values(_N) for _ in range(3)]
    builder.add_unilstm("lstm", **_gates(4), peep=peepholes, **_names("lstm", 2))
    back = {f"{key}_back": value for key, value in _gates(4).items() if key in ("W_h", "W_x", "b")}
    builder.add_bidirlstm("both", **_gates(4), **back, **_names("both", 4))
    builder.add_inner_product(
        "dense",
        W=_values(1, 2 * _N),
        b=_values(1),
        input_channels=2 * _N,
        output_channels=1,
        has_bias=True,
        input_name="both_y",
        output_name="y",
    )
    path.write_bytes(builder.spec.SerializeToString(deterministic=True))
    one = _M * _N + _N * _N + _N
    layers = (
        Layer("simple", "RNN", _M, _N, one),
        Layer("gru", "GRU", _M, _N, 3 * one),
        Layer("lstm", "LSTM", _M, _N, 4 * one + 3 * _N, peepholes=True),
        Layer("both", "LSTM", _M, _N, 8 * one, directions=2),
    )
    return Truth(layers, 16 * one + 3 * _N + 2 * _N + 1)


def _quantised(path: Path) -> Truth:
    """A GRU of 4 bits, whose weights have a scale and a bias for each unit."""
    builder = _builder()
    builder.add_gru("gru", **_gates(3), **_names("gru"))
    made = quantize_weights(MLModel(builder.spec, skip_model_load=True), 4, "linear")
    spec = made.get_spec() if isinstance(made, MLModel) else made
    path.write_bytes(spec.SerializeToString(deterministic=True))
    expected = 3 * (_M * _N + _N * _N + _N)
    return Truth((Layer("gru", "GRU", _M, _N, expected),), expected, {"quantisation": 30})


def _program(path: Path) -> Truth:
    """An LSTM of both directions in float16, with weights in a blob file."""
    states = [Builder.TensorSpec((1, 2 * _N)) for _ in range(2)]

    @Builder.program(  # type: ignore[untyped-decorator]  # coremltools has no types
        input_specs=[Builder.TensorSpec((4, 1, _M)), *states],
        opset_version=coremltools.target.iOS17,
    )
    def made(x: object, h: object, c: object) -> object:
        values = {
            "weight_ih": _values(4 * _N, _M),
            "weight_hh": _values(4 * _N, _N),
            "bias": _values(4 * _N),
        }
        values |= {f"{key}_back": value + 1 for key, value in values.items()}
        y, _, _ = Builder.lstm(
            x=x, initial_h=h, initial_c=c, direction="bidirectional", name="lstm", **values
        )
        return y

    _convert(made, path)
    expected = 8 * (_M * _N + _N * _N + _N)
    layer = Layer("lstm_cast_fp16", "LSTM", _M, _N, expected, directions=2)
    return Truth((layer,), expected, companions=_beside(path))


def _convert(made: object, path: Path) -> None:
    """Convert to a package, and write it again with identifiers that are the same each time."""
    model = coremltools.convert(
        made,
        convert_to="mlprogram",
        compute_precision=coremltools.precision.FLOAT16,
        minimum_deployment_target=coremltools.target.iOS17,
        skip_model_load=True,
    )
    scratch = path.with_suffix(".scratch.mlpackage")
    model.save(str(scratch))
    weights = (scratch / WEIGHTS).read_bytes()
    shutil.rmtree(scratch)
    write_package(path, model.get_spec().SerializeToString(deterministic=True), weights)


def _beside(path: Path) -> tuple[str, ...]:
    """The files and the folders in a package."""
    return tuple(
        f"coreml/{path.name}/{found.relative_to(path)}" for found in sorted(path.rglob("*"))
    )


INTACT = (
    Intact("coreml/network.mlmodel", _MADE_WITH, _network),
    Intact("coreml/quantised.mlmodel", f"{_MADE_WITH}, in 4 bits", _quantised),
    Intact("coreml/program.mlpackage", f"{_MADE_WITH}, in float16", _program),
)
