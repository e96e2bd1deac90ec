"""Recognises graphs of TensorFlow, which have no magic number, by their first messages."""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, VARINT, CutField, WireReader
from rnninspect.lean import re
from rnninspect.plugin import UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Span
    from rnninspect.plugin import Source

_HEAD = 4_096
_CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_WORD = f"{_CAPITALS}{_CAPITALS.lower()}0123456789_"
_IN_OPERATORS, _IN_NAMES = f"{_WORD}>.", f"{_WORD}.-/\\>^~"
_GRAPH_FIELDS = {1: LENGTH, 2: LENGTH, 3: VARINT, 4: LENGTH, 5: LENGTH}
_NODE_FIELDS = frozenset({1, 2, 3, 4, 5, 6, 7})
_MOST_NODES = 8  # that are looked at
_LONGEST = 1_000
_TEXT_START = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?P<field>[a-z_]+)\s*:?\s*[{<\[]")
_TEXT_BYTES = b"#abcdefghijklmnopqrstuvwxyz_"  # that it begins with, a comment or a field
_TEXT_NODE = re.compile(rb"""\bop\s*:\s*['"][A-Z_]""")
_TEXT_VERSION = re.compile(rb"\bproducer\s*:\s*\d")
_META = b"meta_info_def"


def is_graph(source: Source) -> bool:
    """Whether a file begins as a GraphDef does: with nodes that have names and operators."""
    wire = WireReader(source)
    seen = 0
    try:
        for number, kind, value, size in wire.fields(wire.whole()):
            if _GRAPH_FIELDS.get(number) != kind:
                return False
            if number == 1 and not _is_node(wire, (value, value + size)):
                return False
            seen += number == 1
            if seen >= _MOST_NODES:
                return True
    except CutField as cut:
        return bool(seen) and cut.number in _GRAPH_FIELDS
    except UnreadableFile:
        return False
    return bool(seen)


def _is_node(wire: WireReader, span: Span) -> bool:
    name = operator = ""
    for number, kind, value, size in wire.fields((span,)):
        if number not in _NODE_FIELDS or kind != LENGTH:
            return False
        if number in (1, 2):
            if not 0 < size <= _LONGEST:
                return False
            if number == 1:
                name = wire.text(value, size)
            else:
                operator = wire.text(value, size)
        if number > 2 and name and operator:  # its inputs and attributes follow
            break
    if not name or name.strip(_IN_NAMES) or operator[:1] not in (*_CAPITALS, "_"):
        return False
    return not operator.strip(_IN_OPERATORS)


def is_meta_graph(source: Source) -> bool:
    """Whether a file is a MetaGraphDef: a description, then a graph."""
    wire = WireReader(source)
    found = 0
    try:
        for number, kind, value, size in wire.fields(wire.whole()):
            if kind != LENGTH or not 1 <= number <= 7:
                return False
            if number == 2:
                first = next(wire.fields(((value, value + size),)), None)
                start = None if first is None else first[2]
                return bool(
                    first
                    and start is not None
                    and first[:2] == (1, LENGTH)
                    and _is_node(wire, (start, start + first[3]))
                )
            found += 1
            if found > _MOST_NODES:
                return False
    except UnreadableFile:
        return False
    return False


def is_text(source: Source) -> bool:
    """Whether a file is a graph's text form."""
    head = source.head(_HEAD)
    match _first_field(head):
        case b"node":
            return _TEXT_NODE.search(head) is not None
        case b"library":
            return b"function" in head and b"signature" in head
        case b"versions":
            return _TEXT_VERSION.search(head) is not None
    return False


def is_meta_text(source: Source) -> bool:
    """Whether a file is a meta graph's text form."""
    return _first_field(source.head(_HEAD)) in (_META, b"graph_def")


def _first_field(head: bytes) -> bytes:
    """The field that a text form begins with; empty if it is none."""
    if head.lstrip()[:1] not in _TEXT_BYTES:
        return b""
    start = _TEXT_START.match(head)
    return b"" if start is None else start["field"]
