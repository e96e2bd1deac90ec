"""onnxruntime's judge: a session, and the optimised graph that it runs."""

from __future__ import annotations

import onnx
import onnxruntime

from rnninspect_onnx.judge.by_onnx import count_layers, stored_elements
from rnninspect_onnx.judge.steps import run_steps
from rnninspect_onnx.recognition import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.verification.question import Answer, Question

_FOLDED = "folded.onnx"
_EXTERNAL = "session.optimized_model_external_initializers"


def version() -> str:
    """The version of onnxruntime."""
    return str(onnxruntime.__version__)


def answer(question: Question, given: Answer) -> None:
    """Create a session, and count the weights in its graph: functions inlined, constants folded.

    A file of its own format is counted as it is: onnxruntime writes it out as an ONNX model.
    """
    own = question.format == Form.RUNTIME
    levels = onnxruntime.GraphOptimizationLevel
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = levels.ORT_DISABLE_ALL if own else levels.ORT_ENABLE_BASIC
    options.optimized_model_filepath = _FOLDED
    # whatever its suffix
    options.add_session_config_entry("session.load_model_format", "ORT" if own else "ONNX")
    options.add_session_config_entry(f"{_EXTERNAL}_file_name", "folded.data")
    options.add_session_config_entry(f"{_EXTERNAL}_min_size_in_bytes", "1048576")
    onnxruntime.InferenceSession(question.path, options, providers=["CPUExecutionProvider"])
    model = onnx.load(_FOLDED, load_external_data=False)
    if own:
        given.total, given.everything = sum(stored_elements(model)), True
    count_layers(question.parts, onnx.shape_inference.infer_shapes(model).graph, given)
    if any(part.recovered for part in question.parts):
        run_steps(_FOLDED if own else question.path, question.parts, given)
