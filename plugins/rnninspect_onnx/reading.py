"""Reads an ONNX model in the form in which it is saved."""

from __future__ import annotations

from rnninspect_onnx.describing import describe
from rnninspect_onnx.protobuf.decoder import Decoder
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
            return describe(source, Decoder)
        case Form.RUNTIME:
            from rnninspect_onnx.ort.decoder import OrtDecoder

            return describe(source, OrtDecoder, form)
        case _:
            from rnninspect_onnx.text_forms import binary

            return describe(source.holding(binary(source, form)), Decoder, form)
