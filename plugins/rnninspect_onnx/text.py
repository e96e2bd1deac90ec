"""Turns ONNX's text forms into the binary one, with the onnx package if it is installed."""

from __future__ import annotations

import warnings
from typing import TYPE_CHECKING

from rnninspect.plugin import UnreadableFile
from rnninspect_onnx.recognition import Form

if TYPE_CHECKING:
    from rnninspect.plugin import Source

# onnx's name of each form, and bytes of memory that its parser took for one of text (onnx 1.23).
_FORMATS = {
    Form.TEXT: ("onnxtxt", 8),
    Form.TEXT_PROTO: ("textproto", 90),
    Form.JSON: ("json", 8),
}


def binary(source: Source, form: Form) -> bytes:
    """The model as an encoded ModelProto.

    Raises:
        UnreadableFile: the onnx package is not there, or it cannot parse the text.
        RefusedFile: parsing the text would take more memory than the limit `header_bytes`.
    """
    name, memory = _FORMATS[form]
    source.limits.require("header_bytes", memory * source.size, f"what {form} is parsed into")
    try:
        import onnx  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise UnreadableFile(f"{form} needs the onnx package: pip install onnx") from error
    try:
        with warnings.catch_warnings(action="ignore"):  # that the printer's form may change
            model = onnx.load_model_from_string(source.head(source.size), format=name)
        encoded: bytes = model.SerializeToString()
    except Exception as error:  # the parsers raise errors of several packages
        raise UnreadableFile(f"no {form}: {_first_line(error)}") from error
    return encoded


def _first_line(error: Exception) -> str:
    lines = str(error).strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
