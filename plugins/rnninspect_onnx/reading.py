"""Reads an ONNX model in the form in which it is saved."""

from __future__ import annotations

from rnninspect.plugin import UnreadableFile
from rnninspect_onnx.describing import describe
from rnninspect_onnx.recognition import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source


def read(source: Source, form: Form) -> SavedModel:
    """Describe the model in the form that was recognised.

    Raises:
        UnreadableFile: it cannot be parsed, or its form needs a package that is not installed.
        RefusedFile: a limit is exceeded.
    """
    match form:
        case Form.BINARY:
            return describe(source)
        case Form.RUNTIME:
            raise UnreadableFile("ONNX Runtime's own format (.ort) is not supported yet")
        case _:
            from rnninspect_onnx.text_forms import binary

            return describe(source.holding(binary(source, form)), form)
