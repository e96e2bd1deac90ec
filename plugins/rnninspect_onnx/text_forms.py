"""Converts ONNX's text forms to the binary one, with the onnx package if it is installed."""

from __future__ import annotations

import warnings

from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_onnx.recognition import Form

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

# onnx's name of each form, and its parser's memory for each byte of text (onnx 1.23).
_FORMATS = {
    Form.TEXT: ("onnxtxt", 8),
    Form.TEXT_PROTO: ("textproto", 90),
    Form.JSON: ("json", 8),
}


def binary(source: Source, form: Form) -> bytes:
    """The model as an encoded ModelProto.

    Raises:
        UnreadableFile: the onnx package is not installed, or it cannot parse the text.
        RefusedFile: parsing the text would take more memory than the limit `header_bytes`.
    """
    name, memory = _FORMATS[form]
    source.limits.require(Limit.HEADER_BYTES, memory * source.size, f"memory to parse {form}")
    text = source.head(source.size)
    source.limits.require(Limit.NESTING, _depth(text), f"the depth of {form}")
    try:
        import onnx  # noqa: PLC0415 - an extra, and slow to load
    except ImportError as error:
        raise UnreadableFile(f"{form} needs the onnx package: pip install onnx") from error
    try:
        with warnings.catch_warnings(action="ignore"):  # a warning that the printed form may change
            model = onnx.load_model_from_string(text, format=name)
        encoded: bytes = model.SerializeToString()
    except Exception as error:  # the parsers raise errors of several packages
        raise UnreadableFile(f"malformed {form}: {_first_line(error)}") from error
    return encoded


def _depth(text: bytes) -> int:
    """The nesting depth of brackets outside strings and comments; onnx's parser crashes on many."""
    import re  # noqa: PLC0415 - only text forms need it

    bare = re.sub(rb'"(?:[^"\\]|\\.)*"|#[^\n]*', b"", text, flags=re.DOTALL)
    depth = deepest = 0
    for bracket in re.findall(rb"[<({\[>)}\]]", bare):
        depth += 1 if bracket in b"<({[" else -1
        deepest = max(deepest, depth)
    return deepest


def _first_line(error: Exception) -> str:
    """The first line of a reason; the C++ parser raises it as bytes."""
    reason = error.args[0] if error.args else ""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(error)
    lines = text.strip().splitlines()
    return lines[0][:200] if lines else type(error).__name__
