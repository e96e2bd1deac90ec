"""Nodes of a graph that nobody asked for yet, and so are still encoded; not the messages."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rnninspect_onnx.protobuf.initializers import Initializers

_INPUT, _OUTPUT, _NAME, _DOMAIN = 0x0A, 0x12, 0x1A, 0x3A  # tags of NodeProto: number and wire type
_SAYING_NOTHING = frozenset({_NAME, 0x32, 0x4A})  # of what it makes; doc_string, metadata_props


class Links(Record):
    """What a node is and which values it connects."""

    operator: str
    domain: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]


class NodeRun(Record):
    """Encoded plain nodes, one after another.

    Attributes:
        data: the fields of the graph that they are; without its attribute that of a large Constant,
            which is alone.
        base: the offset of the first of them in the file, or that of the missing attribute.
        operators: of each node.
        constants: the values of its Constant nodes, and of those of runs before and after.
        first: the index in them of the first one of this run.
    """

    data: bytes
    base: int
    operators: list[str]
    constants: Initializers
    first: int


def links_of(run: NodeRun, operators: Collection[str] | None) -> Iterator[Links]:
    """What the nodes of a run connect, of these operators or of all."""
    data, end = run.data, 0
    text, made = data.decode("latin-1"), tuple.__new__  # a name in ASCII is a part of this text
    for operator in run.operators:
        at, end = head_of(data, end)
        if operators is None or operator in operators:
            inputs: tuple[str, ...] = ()
            outputs: tuple[str, ...] = ()
            domain = ""
            while at < end:
                tag, length = data[at], data[at + 1]
                at += 2
                if length > 0x7F:
                    length = length & 0x7F | data[at] << 7
                    at += 1
                after = at + length
                if tag <= _OUTPUT or tag == _DOMAIN:
                    name = text[at:after]
                    if not name.isascii():
                        name = data[at:after].decode("utf-8", "surrogateescape")
                    if tag == _INPUT:
                        inputs = (*inputs, name)
                    elif tag == _OUTPUT:
                        outputs = (*outputs, name)
                    else:
                        domain = plain(name)
                at = after
            yield made(Links, (operator, domain, inputs, outputs))


def saying(data: bytes, text: str, at: int, end: int) -> tuple[list[str], list[str], bytes]:
    """The inputs and outputs of an encoded node, and all other fields that say what it makes.

    An input or output that comes after one of those is among them. `text` is the data in Latin-1.
    """
    inputs: list[str] = []
    outputs: list[str] = []
    rest, begin = b"", -1
    while at < end:
        tag, length, start = data[at], data[at + 1], at
        at += 2
        if length > 0x7F:
            length = length & 0x7F | data[at] << 7
            at += 1
        after = at + length
        if tag <= _OUTPUT and begin < 0 and not rest:
            name = text[at:after]
            if not name.isascii():
                name = data[at:after].decode("utf-8", "surrogateescape")
            (inputs if tag == _INPUT else outputs).append(name)
        elif tag in _SAYING_NOTHING:
            if begin >= 0:
                rest, begin = rest + data[begin:start], -1
        elif begin < 0:
            begin = start
        at = after
    return inputs, outputs, rest + data[begin:end] if begin >= 0 else rest


def names_of(run: NodeRun) -> Iterator[str]:
    """The names of the nodes of a run."""
    end = 0
    for _ in run.operators:
        at, end = head_of(run.data, end)
        name = b""
        for tag, part, _ in parts_of(run.data, at, end):
            if tag == _NAME:
                name = part
        yield name.decode("utf-8", "surrogateescape")


def parts_of(data: bytes, at: int, end: int) -> Iterator[tuple[int, bytes, int]]:
    """The fields of a node: tag, bytes, and where these are; `links_of` has this inlined."""
    while at < end:
        tag, length = data[at], data[at + 1]
        at += 2
        if length > 0x7F:
            length = length & 0x7F | data[at] << 7
            at += 1
        yield tag, data[at : at + length], at
        at += length


def head_of(data: bytes, at: int) -> tuple[int, int]:
    """Where a node of a run begins and ends, after the head of its field."""
    size = data[at + 1]
    if size > 0x7F:
        return at + 3, at + 3 + (size & 0x7F | data[at + 2] << 7)
    return at + 2, at + 2 + size


def plain(domain: str) -> str:
    """The domain as it is compared: `ai.onnx` is another name of the empty one."""
    return "" if domain == "ai.onnx" else domain
