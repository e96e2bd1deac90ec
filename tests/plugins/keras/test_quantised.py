"""Quantised layers: logical weights are counted, and scales are counted separately."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from making.keras.files import Shapes, layer, sequential, write_archive, write_legacy, write_weights
from rnninspect import inspect_file

# Variables of a Dense(5) over 16 inputs, in the order of their numbers: dtype and shape.
BIAS, SCALE = ("f4", (5,)), ("f4", (5,))
HISTORY = (("f4", ()), ("f4", (8,)))
DENSE = {
    "int8": (("i1", (16, 5)), BIAS, SCALE),
    "int4": (("i1", (16, 3)), BIAS, SCALE),
    "int4 of rows": (("i1", (8, 5)), BIAS, SCALE),  # Keras before 3.14
    "int4/4": (("i1", (16, 3)), BIAS, ("f4", (4, 5)), ("i1", (4, 5)), ("f4", (16,))),
    "gptq/4/-1": (BIAS, ("u1", (3, 16)), ("f4", (5, 1)), ("u1", (5, 1)), ("f4", (16,))),
    "gptq/8/4": (BIAS, ("u1", (5, 16)), ("f4", (5, 4)), ("f4", (16,))),
    "awq/4/4": (BIAS, ("u1", (3, 16)), ("f4", (5, 4)), ("f4", (16,)), ("f4", (16,))),
    "float8": (("f4", (16, 5)), BIAS, *HISTORY, *HISTORY, *HISTORY),
}
BIASLESS = {
    "int8": (("i1", (16, 5)), SCALE),
    "int4/4": (("i1", (16, 3)), ("f4", (4, 5)), ("i1", (4, 5)), ("f4", (16,))),
    "float8": (("f4", (16, 5)), *HISTORY, *HISTORY, *HISTORY),
}
LSTM = {"layers/lstm/cell/vars/0": (3, 64), "layers/lstm/cell/vars/1": (16, 64)}
WHOLE = 3 * 64 + 16 * 64


def arrays(variables: tuple[tuple[str, tuple[int, ...]], ...]) -> Shapes:
    made: dict[str, np.ndarray] = {
        f"layers/dense/vars/{at}": np.zeros(shape, kind)
        for at, (kind, shape) in enumerate(variables)
    }
    return {**LSTM, **made}


def model(mode: str, class_name: str = "Dense", **settings: object) -> dict[str, object]:
    policy = {"class_name": "QuantizedDTypePolicy", "config": {"mode": mode.partition(" ")[0]}}
    lstm = layer("LSTM", name="lstm", units=16, use_bias=False, input_shape=[None, 4, 3])
    settings = {"units": 5, "input_shape": [None, 16], **settings}
    return sequential(lstm, layer(class_name, name="dense", dtype=policy, **settings))


@pytest.mark.parametrize("mode", DENSE)
def test_a_dense_layer_counts_its_weights_and_its_bias(mode: str, tmp_path: Path) -> None:
    variables = DENSE[mode]
    report = inspect_file(write_archive(tmp_path / "m.keras", model(mode), arrays(variables)))
    assert report.totals.parameters == WHOLE + 16 * 5 + 5
    extras = sum(int(np.prod(shape)) for _, shape in variables) - _held(variables) - 5
    assert report.totals.not_parameters["quantisation"] == extras
    assert report.totals.recurrent == WHOLE


def _held(variables: tuple[tuple[str, tuple[int, ...]], ...]) -> int:
    return max(int(np.prod(shape)) for _, shape in variables)


@pytest.mark.parametrize("mode", BIASLESS)
def test_a_scale_is_not_taken_for_a_bias(mode: str, tmp_path: Path) -> None:
    path = write_archive(tmp_path / "m.keras", model(mode), arrays(BIASLESS[mode]))
    assert inspect_file(path).totals.parameters == WHOLE + 16 * 5


@pytest.mark.parametrize("mode", ["int8", "int4", "int4/4", "gptq/4/-1", "awq/4/4", "float8"])
def test_without_a_configuration_the_scales_give_the_size(mode: str, tmp_path: Path) -> None:
    report = inspect_file(write_weights(tmp_path / "m.weights.h5", arrays(DENSE[mode])))
    assert report.totals.parameters == WHOLE + 16 * 5 + 5


def test_an_embedding_and_a_layer_by_an_equation(tmp_path: Path) -> None:
    packed: Shapes = {
        "layers/embedding/vars/0": np.zeros((50, 5), "i1"),
        "layers/embedding/vars/1": (50,),
    }
    table = model("int4", "Embedding", input_dim=50, output_dim=9)
    report = inspect_file(write_archive(tmp_path / "m.keras", table, {**LSTM, **packed}))
    assert report.totals.parameters == WHOLE + 50 * 9
    rows: Shapes = {"layers/einsum_dense/vars/0": np.zeros((3, 7), "i1")}
    product = model(
        "int4",
        "EinsumDense",
        equation="abc,cd->abd",
        output_shape=[6, 7],
        input_shape=[None, 6, 5],
    )
    report = inspect_file(write_archive(tmp_path / "n.keras", product, {**LSTM, **rows}))
    assert report.totals.parameters == WHOLE + 5 * 7


def test_in_the_older_format_names_identify_scales(tmp_path: Path) -> None:
    weights: Shapes = {
        "dense/kernel": np.zeros((16, 3), "i1"),
        "dense/bias": (5,),
        "dense/kernel_scale": (4, 5),
        "dense/kernel_zero": np.zeros((4, 5), "i1"),
        "dense/g_idx": (16,),
        "dense/lora_kernel_a": (16, 2),
    }
    report = inspect_file(write_legacy(tmp_path / "m.h5", model("int4/4"), {"dense": weights}))
    assert report.totals.parameters == 16 * 5 + 5 + 32
    assert report.totals.not_parameters["quantisation"] == 20 + 20 + 16


def test_a_table_of_small_integers_is_not_a_quantised_layer(tmp_path: Path) -> None:
    table: Shapes = {"layers/lookup/vars/0": np.zeros((9, 4), "i1")}
    path = write_archive(tmp_path / "m.keras", model("int8", "Dense"), {**LSTM, **table})
    assert inspect_file(path).totals.parameters == WHOLE + 36
