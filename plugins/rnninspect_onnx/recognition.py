"""Recognises ONNX files by content: ModelProto, ONNX Runtime's own format, the text forms."""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, VARINT, CutField, WireReader
from rnninspect.lean import StrEnum
from rnninspect.plugin import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Span
    from rnninspect.plugin import Source


class Form(StrEnum):
    """A form in which ONNX models are saved."""

    BINARY = "onnx"
    RUNTIME = "ort"
    TEXT = "onnx text"  # written by onnx.printer, .onnxtxt
    TEXT_PROTO = "onnx textproto"
    JSON = "onnx json"


_HEAD = 4096
_MOST_FIELDS = 1000
# ModelProto's fields and their wire types; metadata_props, training_info, functions among them.
_MODEL = {
    1: VARINT,
    2: LENGTH,
    3: LENGTH,
    4: LENGTH,
    5: VARINT,
    6: LENGTH,
    7: LENGTH,
    8: LENGTH,
    14: LENGTH,
    20: LENGTH,
    25: LENGTH,
    26: LENGTH,
}
_GRAPH = frozenset({1, 2, 5, 10, 11, 12, 13, 14, 15, 16})


def form_of(source: Source) -> Form | None:
    """The form of a file; None if it is not an ONNX model. Reads a few windows at most."""
    head = source.head(_HEAD)
    if head[4:8] == b"ORTM":
        return Form.RUNTIME
    return _text_form(head) or (Form.BINARY if _is_model(source) else None)


def _text_form(head: bytes) -> Form | None:
    start = head.lstrip()
    if start.startswith(b"<") and b"ir_version" in head and b"opset_import" in head:
        return Form.TEXT
    if start.startswith(b"{") and (b'"ir_version"' in head or b'"irVersion"' in head):
        return Form.JSON
    if start.startswith((b"ir_version:", b"ir_version :")):
        return Form.TEXT_PROTO
    return None


def _is_model(source: Source) -> bool:
    """Whether the fields up to a graph and a version or operator set fit ModelProto."""
    wire = WireReader(source)
    has_graph = has_version = False
    try:
        for count, (number, kind, value, size) in enumerate(wire.fields(wire.whole())):
            if count > _MOST_FIELDS or _MODEL.get(number, kind) != kind:
                return False
            has_version = has_version or number in (1, 8)
            has_graph = has_graph or (number == 7 and _is_graph(wire, (value, value + size)))
            if has_graph and has_version:
                return True
    except CutField as cut:
        return has_version and cut.number == 7
    except UnreadableFile:
        return False
    return False


def _is_graph(wire: WireReader, span: Span) -> bool:
    first = next(wire.fields((span,)), None)
    return first is None or (first[0] in _GRAPH and first[1] == LENGTH)
