"""Decodes GraphDef, NodeDef, AttrValue and FunctionDef; the payloads of tensors are not read.

The numbers in this module are the field numbers of those messages.
"""

from __future__ import annotations

import struct

from rnninspect.decode.protobuf import FIXED32, LENGTH, VARINT, signed
from rnninspect.plugin import Limit
from rnninspect_keras.graph.messages.records import (
    KEPT_ATTRIBUTES,
    Constant,
    Function,
    FunctionName,
    GraphDef,
    Node,
    Shape,
)
from rnninspect_keras.graph.messages.tensors import TensorDecoder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message, Span, WireReader
    from rnninspect_keras.graph.messages.records import Attribute

_PORTION = 4_000  # kept parts after which the limits are checked
_LONGEST_WORD = 4_096  # bytes of an attribute that is a text
SHORT, _MOST_ENTRIES = 64, 4_096  # bytes of an attribute that is kept as encoded; how many are
_LISTED = 1_000  # values of an attribute that is a list


class GraphDecoder:
    """Decodes the graph of one file, within its limits.

    Raises:
        UnreadableFile: it is not a valid message.
        RefusedFile: a limit would be exceeded.
    """

    def __init__(self, wire: WireReader) -> None:
        self.wire, self._limits = wire, wire.limits
        self._tensors = TensorDecoder(wire)
        self._kept = self._settled = 0
        # Entries as encoded: name, value, how many fields they have and how many parts are kept.
        self._entries: dict[bytes, tuple[str, Attribute | None, int, int]] = {}
        self._next_check = min(_PORTION, wire.limits.nodes)

    def graph(self, message: Message) -> GraphDef:
        """A GraphDef."""
        nodes: list[Node] = []
        libraries: list[Span] = []
        producer = 0
        for number, kind, value, size in self.wire.fields(message):
            if number == 1 and kind == LENGTH:
                nodes.append(self._node((value, value + size)))
            elif number == 2 and kind == LENGTH:
                libraries.append((value, value + size))
            elif number == 4 and kind == LENGTH:
                found = self.wire.collect(((value, value + size),), (1,))
                producer = found.number(1) or producer
        functions: dict[str, Function] = {}
        for number, kind, value, size in self.wire.fields(tuple(libraries)):
            if number == 1 and kind == LENGTH:
                function = self._function((value, value + size))
                functions.setdefault(function.name, function)
        return GraphDef(tuple(nodes), functions, producer)

    def _function(self, span: Span) -> Function:
        signature: list[Span] = []
        nodes: list[Node] = []
        returns: dict[str, str] = {}
        for number, kind, value, size in self.wire.fields((span,)):
            if kind != LENGTH:
                continue
            if number == 1:
                signature.append((value, value + size))
            elif number == 3:
                nodes.append(self._node((value, value + size)))
            elif number == 4:
                found = self.wire.collect(((value, value + size),), (1, 2))
                returns[self.wire.last_text(found, 1)] = self.wire.last_text(found, 2)
                self._keep(2)
        found = self.wire.collect(tuple(signature), (1, 2, 3))
        inputs, outputs = (tuple(map(self._argument, found.spans(each))) for each in (2, 3))
        return Function(self.wire.last_text(found, 1), inputs, outputs, tuple(nodes), returns)

    def _argument(self, span: Span) -> str:
        self._keep(1)
        return self.wire.last_text(self.wire.collect((span,), (1,)), 1)

    def _node(self, span: Span) -> Node:
        name = operator = ""
        inputs: list[str] = []
        attributes: dict[str, Attribute] = {}
        for number, kind, value, size in self.wire.fields((span,)):
            if kind != LENGTH:
                continue
            if number == 3:
                inputs.append(self.wire.text(value, size))
            elif number == 5:
                self._attribute((value, value + size), attributes)
            elif number == 1:
                name = self.wire.text(value, size)
            elif number == 2:
                operator = self.wire.text(value, size)
        self._keep(1 + len(inputs))
        return Node(name, operator, tuple(inputs), attributes)

    def _attribute(self, span: Span, attributes: dict[str, Attribute]) -> None:
        """Add an entry of the map from names to values; short ones are decoded once.

        Nodes have many in common: their element types, what they do not transpose.
        """
        start, end = span
        encoded = self.wire.raw(start, end - start) if end - start <= SHORT else b""
        known = self._entries.get(encoded)
        if known is None:
            fields, kept = self.wire.counted, self._kept
            name, found = self._entry(span)
            if encoded and not _has_place(found) and len(self._entries) < _MOST_ENTRIES:
                self._entries[encoded] = (
                    *(name, found),
                    *(self.wire.counted - fields, (self._kept - kept) // 2),
                )
        else:
            name, found, fields, kept = known
            self.wire.count(fields)
            self._keep(kept)
        if found is not None:
            attributes[name] = found

    def _entry(self, span: Span) -> tuple[str, Attribute | None]:
        """An attribute's name, and its value if the name is one of those that count."""
        name = ""
        message: Message = ()
        for number, kind, value, size in self.wire.fields((span,)):
            if number == 1 and kind == LENGTH and size <= _LONGEST_WORD:
                name = self.wire.text(value, size)
            elif number == 2 and kind == LENGTH:
                message = (*message, (value, value + size))
        found = self._value(message) if name in KEPT_ATTRIBUTES else None
        if found is not None:
            self._keep(1)
        return name, found

    def _value(self, message: Message) -> Attribute | None:
        """An AttrValue; the last of its alternatives counts."""
        found: Attribute | None = None
        for number, kind, value, size in self.wire.fields(message):
            span = (value, value + size)
            if number == 1 and kind == LENGTH:
                found = self._list(span)
            elif number == 10 and kind == LENGTH:
                found = self._name_of_function(span)
            else:
                single = self._single(number, kind, value, size)
                found = found if single is None else single
        return found

    def _list(self, span: Span) -> tuple[Attribute, ...]:
        values: list[Attribute] = []
        for number, kind, value, size in self.wire.fields((span,)):
            if kind == LENGTH and number in (3, 5, 6):  # packed
                values += [signed(each) for each in self.wire.varints(value, size)]
            elif number == 9 and kind == LENGTH:
                values.append(self._name_of_function((value, value + size)))
            elif (found := self._single(number, kind, value, size)) is not None:
                values.append(found)
            if len(values) > _LISTED:
                break
        self._keep(len(values))
        return tuple(values)

    def _single(self, number: int, kind: int, value: int, size: int) -> Attribute | None:
        """A value whose field numbers are the same alone and in a list."""
        span = (value, value + size)
        if kind == LENGTH:
            if number == 2 and size <= _LONGEST_WORD:
                return self.wire.text(value, size)
            if number == 7:
                return Shape(self._tensors.shape((span,)))
            if number == 8:
                return self._tensors.tensor((span,))
        if kind == VARINT and number in (3, 5, 6):
            return signed(value)
        if kind == FIXED32 and number == 4:
            real: float = struct.unpack("<f", value.to_bytes(4, "little"))[0]
            return real
        return None

    def _name_of_function(self, span: Span) -> FunctionName:
        return FunctionName(self.wire.last_text(self.wire.collect((span,), (1,)), 1))

    def _keep(self, count: int) -> None:
        self._kept += 2 * count
        if self._kept > self._next_check:
            self._limits.require(Limit.NODES, self._kept, "the graph with its names")
            self.wire.source.spend(Limit.STEPS, (self._kept - self._settled) // 2)
            self._settled = self._kept
            self._next_check = min(self._kept + _PORTION, self._limits.nodes)


def _has_place(found: Attribute | None) -> bool:
    """Whether a value is or contains a constant, whose place in the file is its identity."""
    each = found if type(found) is tuple else (found,)
    return any(isinstance(value, Constant) for value in each)
