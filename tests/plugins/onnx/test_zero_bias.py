"""`--values`: halves of B that are zeros are reported, only on request, and only B is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import keras
import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from making.onnx.graphs import Shape, constant, graph, node, save, value, weights
from rnninspect import inspect_file
from rnninspect.rules import Level
from rnninspect.source.source import Source
from rnninspect_onnx.layers import zero_bias

if TYPE_CHECKING:
    from pathlib import Path

    import onnx

    from rnninspect.rules import Finding

SHAPE = Shape("LSTM", 5, 3)
BOTH = Shape("GRU", 5, 3, directions=2)


def findings_of(path: Path, *, values: bool = True) -> list[Finding]:
    findings = inspect_file(path, values=values).findings
    return [finding for finding in findings if finding.rule == "R408"]


def built(shape: Shape, bias: np.ndarray) -> onnx.GraphProto:
    tensors = [*weights(shape)[:2], numpy_helper.from_array(bias, "B")]
    return graph([node(shape)], tensors, [value("X", 4, 2, shape.m)])


def ones(shape: Shape, dtype: str = "float32") -> np.ndarray:
    return np.ones(shape.shapes["B"], dtype)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("sign", [0.0, -0.0])
def test_a_zero_recurrent_half(tmp_path: Path, dtype: str, sign: float) -> None:
    bias = ones(SHAPE, dtype)
    bias[:, 12:] = sign
    (finding,) = findings_of(save(tmp_path, built(SHAPE, bias)))
    assert finding.message == "12 of 24 stored values are zeros: its recurrent half"
    assert (finding.level, finding.layer, finding.tensor) == (Level.NOTE, "layer", "B")


def test_other_halves(tmp_path: Path) -> None:
    bias = ones(BOTH)
    bias[:, 9:] = 0
    (both,) = findings_of(save(tmp_path, built(BOTH, bias)))
    assert both.message == "18 of 36 stored values are zeros: its recurrent half"
    bias[0, 9:] = 1
    (one,) = findings_of(save(tmp_path, built(BOTH, bias)))
    assert one.message == "9 of 36 stored values are zeros: 1 of its 4 halves"
    bias[:] = 0
    (whole,) = findings_of(save(tmp_path, built(BOTH, bias)))
    assert whole.message == "36 of 36 stored values are zeros: all of it"


@pytest.mark.parametrize("place", [0, 11, 12, 23])
@pytest.mark.parametrize("number", [1e-45, 2.0, -1.0])  # the least float32, powers of two
def test_a_half_with_one_nonzero_value(tmp_path: Path, place: int, number: float) -> None:
    bias = np.zeros((1, 24), np.float32)
    bias[0, place] = number
    (finding,) = findings_of(save(tmp_path, built(SHAPE, bias)))
    assert "12 of 24 stored values are zeros" in finding.message


def test_no_note_without_zeros_or_without_the_option(tmp_path: Path) -> None:
    assert findings_of(save(tmp_path, built(SHAPE, ones(SHAPE)))) == []
    assert findings_of(save(tmp_path, built(SHAPE, 0 * ones(SHAPE))), values=False) == []


def test_a_bias_after_other_operators(tmp_path: Path) -> None:
    shape = Shape("LSTM", 5, 3)
    flat = np.concatenate([np.ones(12, np.float32), np.zeros(12, np.float32)])
    way = [constant("b", flat), helper.make_node("Unsqueeze", ["b", "axis"], ["B"])]
    axis = numpy_helper.from_array(np.array([0], np.int64), "axis")
    body = graph([*way, node(shape)], [*weights(shape)[:2], axis], [value("X", 4, 2, 5)])
    (finding,) = findings_of(save(tmp_path, body))
    assert "its recurrent half" in finding.message


def unread(path: Path) -> list[str]:
    """Why biases could not be read."""
    findings = inspect_file(path, values=True).findings
    return [found.message for found in findings if found.message.startswith("not searched")]


def test_a_bias_that_cannot_be_read_is_reported(tmp_path: Path) -> None:
    wrong = save(tmp_path, built(SHAPE, np.zeros((1, 23), np.float32)))
    assert findings_of(wrong) == []
    assert unread(wrong) == ["not searched for zeros: it does not divide into 2 halves"]
    typed = built(SHAPE, ones(SHAPE))
    typed.initializer[2].CopyFrom(helper.make_tensor("B", TensorProto.FLOAT, (1, 24), [0.0] * 24))
    (message,) = unread(save(tmp_path, typed))
    assert message == "not searched for zeros: it is stored in a typed field, not as raw bytes"
    halves = [numpy_helper.from_array(np.zeros((1, 12), np.float32), name) for name in ("ih", "hh")]
    joined = helper.make_node("Concat", ["ih", "hh"], ["B"], axis=1)
    body = graph([joined, node(SHAPE)], [*weights(SHAPE)[:2], *halves], [value("X", 4, 2, 5)])
    (message,) = unread(save(tmp_path, body))
    assert message == "not searched for zeros: it is computed from 2 tensors at run time"


def external(folder: Path, location: str, bias: np.ndarray, **more: int) -> Path:
    """A model with B in an external file, at an offset."""
    body = built(SHAPE, bias)
    tensor = body.initializer[2]
    pairs = {"location": location, "offset": 64, "length": len(tensor.raw_data), **more}
    (folder / "weights.bin").write_bytes(bytes(range(1, 65)) + tensor.raw_data)
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    for key, entry in pairs.items():
        tensor.external_data.add(key=key, value=str(entry))
    return save(folder, body)


def test_an_external_bias(tmp_path: Path) -> None:
    bias = ones(SHAPE)
    bias[:, 12:] = 0
    path = external(tmp_path, "weights.bin", bias)
    (finding,) = findings_of(path)
    assert finding.message == "12 of 24 stored values are zeros: its recurrent half"
    assert unread(path) == []
    assert findings_of(external(tmp_path, "weights.bin", ones(SHAPE))) == []


@pytest.mark.parametrize(
    ("location", "more"),
    [
        ("absent.bin", {}),
        ("../weights.bin", {}),
        ("weights.bin", {"offset": 80}),
        ("weights.bin", {"length": 40}),
    ],
)
def test_an_external_bias_that_is_missing(
    tmp_path: Path, location: str, more: dict[str, int]
) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "weights.bin").write_bytes(bytes(1000))
    path = external(folder, location, 0 * ones(SHAPE), **more)
    assert findings_of(path) == []
    (message,) = unread(path)
    assert message.startswith(f"not searched for zeros: {location} does not contain its 96 bytes")


def test_the_bytes_that_are_read_are_bounded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zero_bias, "_MOST_BYTES", 90)
    (message,) = unread(save(tmp_path, built(SHAPE, 0 * ones(SHAPE))))
    assert message == "not searched for zeros: more than 90 bytes of biases were read"


def test_no_other_payload_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shape = Shape("LSTM", 300, 300)
    body = graph([node(shape)], weights(shape), [value("X", 4, 2, 300)])
    path = save(tmp_path, body)
    amounts: dict[bool, int] = {}
    read = Source.read

    for values in (False, True):
        taken: list[int] = []

        def counted(source: Source, offset: int, length: int, taken: list[int] = taken) -> bytes:
            taken.append(length)
            return read(source, offset, length)

        monkeypatch.setattr(Source, "read", counted)
        findings_of(path, values=values)
        amounts[values] = sum(taken)
    assert 0 < amounts[True] - amounts[False] <= 4 * 2 * 4 * 300


@pytest.mark.filterwarnings("ignore")  # raised by the converter
@pytest.mark.parametrize("use_bias", [True, False])
def test_exports_of_keras(tmp_path: Path, use_bias: bool) -> None:
    model = keras.Sequential([keras.Input((4, 5)), keras.layers.LSTM(3, use_bias=use_bias)])
    if use_bias:
        model.layers[0].set_weights([np.ones(w.shape) for w in model.layers[0].get_weights()])
    model(np.zeros((1, 4, 5), np.float32))  # only a model that was called can be exported
    path = tmp_path / "keras.onnx"
    model.export(path, format="onnx", verbose=False)
    (finding,) = findings_of(path)
    zeros = "12 of 24 stored values are zeros: its recurrent half"
    assert finding.message == (zeros if use_bias else "24 of 24 stored values are zeros: all of it")
