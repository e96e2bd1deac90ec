"""Turns ONNX's text forms into the binary one, with the onnx package if it is installed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.plugin import UnreadableFile
from rnninspect_onnx.recognition import Form

if TYPE_CHECKING:
    from rnninspect.plugin import Source

_FORMATS = {Form.TEXT: "onnxtxt", Form.TEXT_PROTO: "textproto", Form.JSON: "json"}


def binary(source: Source, form: Form) -> bytes:
    """The model as an encoded ModelProto.

    Raises:
        UnreadableFile: the onnx package is not there, or it cannot parse the text.
        RefusedFile: the text is longer than the limit `header_bytes`.
    """
    source.limits.require("header_bytes", source.size, f"a model as {form}")
    try:
        import onnx  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise UnreadableFile(f"{form} needs the onnx package: pip install onnx") from error
    try:
        model = onnx.load_model_from_string(source.head(source.size), format=_FORMATS[form])
        encoded: bytes = model.SerializeToString()
    except Exception as error:  # the parsers raise errors of several packages
        raise UnreadableFile(f"no {form}: {_first_line(error)}") from error
    return encoded


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
