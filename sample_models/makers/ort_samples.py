"""The intact samples in ONNX Runtime's own format, which it writes of ONNX models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import onnxruntime

from makers import onnx_samples
from makers.records import Intact, Truth

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVELS = onnxruntime.GraphOptimizationLevel
_FROM = {recipe.path: recipe for recipe in onnx_samples.INTACT}


def convert(source: str, target: Path, *, optimise: bool) -> None:
    """Write an ONNX model in ONNX Runtime's own format, as a session saves it."""
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = (
        _LEVELS.ORT_ENABLE_ALL if optimise else _LEVELS.ORT_DISABLE_ALL
    )
    options.optimized_model_filepath = str(target)
    options.add_session_config_entry("session.save_model_format", "ORT")
    onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])


def _converted(base: str, *, optimise: bool) -> Callable[[Path], Truth]:
    """What makes the runtime's form of another sample."""

    def make(path: Path) -> Truth:
        with TemporaryDirectory() as folder:
            original = Path(folder, "model.onnx")
            truth = _FROM[base].make(original)
            convert(str(original), path, optimise=optimise)
        return replace(truth, companions=())

    return make


INTACT = (
    Intact(
        "onnx/runtime_gru.ort",
        "onnxruntime, of bidirectional_gru.onnx, optimised",
        _converted("onnx/bidirectional_gru.onnx", optimise=True),
    ),
    Intact(
        "onnx/runtime_loop_lstm.ort",
        "onnxruntime, of loop_lstm.onnx, as it is",
        _converted("onnx/loop_lstm.onnx", optimise=False),
    ),
    Intact(
        "onnx/runtime_lstm.ort",
        "onnxruntime, of external_lstm.onnx, its weights stored with it",
        _converted("onnx/external_lstm.onnx", optimise=False),
    ),
)
