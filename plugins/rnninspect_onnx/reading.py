"""Reads an ONNX model in whichever form it is saved."""

from __future__ import annotations

from rnninspect.plugin import UnreadableFile
from rnninspect_onnx.describing import describe
from rnninspect_onnx.recognition import Form, form_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import SavedModel, Source


def read(source: Source) -> SavedModel:
    """Describe the model.

    Raises:
        UnreadableFile: it is of no form that is known, cannot be parsed, or needs a package.
        RefusedFile: a limit is exceeded.
    """
    match form_of(source):
        case Form.BINARY:
            return describe(source)
        case Form.RUNTIME:
            raise UnreadableFile("ONNX Runtime's own format (.ort), which is not read yet")
        case None:
            raise UnreadableFile("no ONNX model: it holds no graph with a version beside it")
        case form:
            from rnninspect_onnx.protobuf.text import binary  # noqa: PLC0415 - seldom needed

            return describe(source.holding(binary(source, form)), form)
