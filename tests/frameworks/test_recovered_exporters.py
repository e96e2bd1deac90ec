"""Cells that exporters, quantisers and optimisers took apart: each is still its cell."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

import numpy as np
import pytest
import torch

from making.onnx.results import errors, report
from making.torch_steps import INPUTS, STEPS, M, N

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Change = Callable[[Path, Path], None]

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # the tools warn of themselves
]


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Each step as torch's scripting exporter writes it."""
    folder = tmp_path_factory.mktemp("exported")
    return {kind: _export(folder / f"{kind}.onnx", kind) for kind in STEPS}


def _export(path: Path, kind: str) -> Path:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        script = torch.jit.script(STEPS[kind].eval())
        torch.onnx.export(script, INPUTS[kind], str(path), dynamo=False, opset_version=17)
    return path


@pytest.mark.parametrize("kind", STEPS)
def test_a_scripted_step_is_recognised(exported: dict[str, Path], kind: str) -> None:
    _hold(exported[kind], kind)


@pytest.mark.parametrize("kind", ["GRUCell", "LSTMCell"])
def test_sequences_of_an_unoptimised_graph_are_followed(tmp_path: Path, kind: str) -> None:
    cell = getattr(torch.nn, kind)(M, N).eval()
    x, h = torch.randn(2, M), torch.randn(2, N)
    given = (x, h) if kind == "GRUCell" else (x, (h, h.clone()))
    path = tmp_path / "m.onnx"
    torch.onnx.export(
        cell, given, str(path), dynamo=True, optimize=False, external_data=False, verbose=False
    )
    _hold(path, kind.removesuffix("Cell"))


def _quantised(form: str) -> Change:
    def change(source: Path, target: Path) -> None:
        import onnxruntime
        from onnxruntime.quantization import QuantFormat, quantize_static

        session = onnxruntime.InferenceSession(source, providers=["CPUExecutionProvider"])
        numbers = np.random.default_rng(0)

        class Samples:
            """One sample for the calibration."""

            def __init__(self) -> None:
                self._left: Iterator[dict[str, np.ndarray]] = iter(
                    [
                        {
                            each.name: numbers.standard_normal(each.shape).astype(np.float32)
                            for each in session.get_inputs()
                        }
                    ]
                )

            def get_next(self) -> dict[str, np.ndarray] | None:
                return next(self._left, None)

            def set_range(self, start_index: int, end_index: int) -> None:
                """Nothing to select from."""

        quantize_static(source, target, Samples(), quant_format=getattr(QuantFormat, form))

    return change


def _dynamic(source: Path, target: Path) -> None:
    from onnxruntime.quantization import quantize_dynamic

    quantize_dynamic(source, target)


def _optimised(source: Path, target: Path) -> None:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.optimized_model_filepath = str(target)
    options.log_severity_level = 4
    onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def _halved(source: Path, target: Path) -> None:
    import onnx
    from onnxruntime.transformers.float16 import convert_float_to_float16

    onnx.save(convert_float_to_float16(onnx.load(source), keep_io_types=True), target)


CHANGES: dict[str, Change] = {
    "QDQ": _quantised("QDQ"),
    "QOperator": _quantised("QOperator"),
    "dynamic": _dynamic,
    "optimised": _optimised,
    "float16": _halved,
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("kind", ["GRU", "LSTM"])
def test_a_changed_step_is_recognised(
    exported: dict[str, Path], tmp_path: Path, kind: str, change: str
) -> None:
    path = tmp_path / "m.onnx"
    CHANGES[change](exported[kind], path)
    _hold(path, kind)


def _hold(path: Path, kind: str) -> None:
    of = report(path)
    cells = [(each.layer.cell, each.layer.sizes[:2]) for each in of.layers]
    assert cells == [(kind.partition(",")[0], (M, N))] * (2 if "two" in kind else 1)
    assert not errors(of)
