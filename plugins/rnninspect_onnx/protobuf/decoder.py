"""Decodes ONNX's protobuf messages without their payloads (onnx.proto, IR version 14).

As protobuf does, it merges a message that occurs twice: it decodes the concatenation of both. A
field of another wire type than onnx.proto declares is unknown, and skipped.
The numbers in this module are onnx.proto's field numbers.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import FIXED32, KEPT_NUMBERS, LENGTH, VARINT, WireReader, signed
from rnninspect.plugin import Limit, UnreadableFile
from rnninspect_onnx.protobuf.encoded_nodes import plain
from rnninspect_onnx.protobuf.initializers import Initializers
from rnninspect_onnx.protobuf.kept import Kept
from rnninspect_onnx.protobuf.messages import (
    AttributeProto,
    FunctionProto,
    GraphProto,
    ModelProto,
    NodeProto,
    Nodes,
    by_name,
)
from rnninspect_onnx.protobuf.node_runs import OF_FUNCTION, NodeRuns
from rnninspect_onnx.protobuf.plain_constants import PlainConstants
from rnninspect_onnx.protobuf.plain_tensors import PlainTensors
from rnninspect_onnx.protobuf.tensor_decoder import TensorDecoder
from rnninspect_onnx.protobuf.tensor_runs import TensorRuns
from rnninspect_onnx.protobuf.value_runs import TypeDecoder, ValueRuns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.decode.protobuf import Found, Message, Span
    from rnninspect.plugin import Source
    from rnninspect_onnx.protobuf.encoded_nodes import NodeRun
    from rnninspect_onnx.protobuf.tensor_messages import SparseTensorProto

_MODEL = frozenset({2, 3, 7, 20, 25})
_ATTRIBUTE = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 21, 22, 23})
_LONGEST_WORD = 256
_PARTS = 4  # extra cost of an attribute with more than a word


class Decoder:
    """Decodes one file."""

    def __init__(self, source: Source) -> None:
        self.source, self.limits = source, source.limits
        self.wire = WireReader(source)
        self._tensors, self._kept = TensorDecoder(self.wire), Kept(source)
        plain_tensors = PlainTensors(self.wire)
        self._tensor_runs = TensorRuns(self.wire, self._tensors, plain_tensors)
        constants = PlainConstants(self.wire, plain_tensors)
        self._types = TypeDecoder(self.wire)
        self._value_runs = ValueRuns(self.wire, self._kept, self._types)
        self._node_runs = NodeRuns(self.wire, self._kept, self._tensors, constants, self._attribute)

    def raw(self, offset: int, length: int) -> bytes:
        """A short run of bytes, such as a single number."""
        return self.wire.raw(offset, length)

    def model(self) -> ModelProto:
        """The whole file; UnreadableFile if it has no graph."""
        found = self.wire.collect(self.wire.whole(), _MODEL)
        if not found.message(7):
            raise UnreadableFile("not an ONNX model: no graph")
        producer = (self.wire.last_text(found, 2), self.wire.last_text(found, 3))
        return ModelProto(
            producer=" ".join(producer).strip(),
            graph=self._graph(found.message(7), 1),
            functions=tuple(self._function(span) for span in found.spans(25)),
            training=tuple(graph for span in found.spans(20) for graph in self._training((span,))),
        )

    def shape(self, declared: Message) -> tuple[int | None, ...] | None:
        """The dims of a TypeProto's tensor, None for each without a number; None for no shape."""
        return self._types.shape(declared)

    def element_type(self, declared: Message) -> int:
        """The number of a TypeProto's element type; 0 for none."""
        return self._types.element_type(declared)

    def _training(self, message: Message) -> list[GraphProto]:
        found = self.wire.collect(message, {1, 2})
        return [self._graph(part, 2) for part in (found.message(1), found.message(2)) if part]

    def _function(self, span: Span) -> FunctionProto:
        nodes: list[NodeProto | NodeRun] = []
        inputs: list[str] = []
        outputs: list[str] = []
        defaults: list[AttributeProto] = []
        types: dict[str, Message] = {}
        texts = {1: "", 10: "", 13: ""}
        fields = self.wire.passing((span,))
        for number, kind, value, size in fields:
            part = (value, value + size)
            if kind != LENGTH:
                continue
            if number == 4:
                inputs.append(self.wire.text(value, size))
            elif number == 5:
                outputs.append(self.wire.text(value, size))
            elif number == 7:
                nodes.append(self._node(part, 2))
                fields.go_on(self._node_runs.take(part[1], span[1], 2, nodes, OF_FUNCTION))
            elif number == 11:
                defaults.append(self._attribute(part, 2))
            elif number == 12:
                self._value_info(part, types)
            elif number in texts:
                texts[number] = self.wire.text(value, size)
        runs = Nodes(nodes, self._node_runs)
        stored = Initializers(), ()
        body = GraphProto(runs, *stored, tuple(inputs), tuple(outputs), types)
        return FunctionProto(plain(texts[10]), texts[1], texts[13], tuple(defaults), body)

    def _graph(self, message: Message, depth: int) -> GraphProto:
        self.limits.require(Limit.NESTING, depth, "the depth of messages")
        nodes: list[NodeProto | NodeRun] = []
        initializers = Initializers()
        sparse: list[SparseTensorProto] = []
        inputs, outputs = list[str](), list[str]()
        output_types: list[Message] = []
        types: dict[str, Message] = {}
        fields = self.wire.passing(message)
        last = message[0][1] if len(message) == 1 else 0  # before which runs end
        for number, kind, value, size in fields:
            end = value + size
            span = (value, end)
            match number, kind:
                case 1, 2:
                    nodes.append(self._node(span, depth + 1))
                    fields.go_on(self._node_runs.take(end, last, depth + 1, nodes))
                case 5, 2:
                    initializers.add(self._tensors.tensor((span,)))
                    fields.go_on(self._tensor_runs.take(end, last, initializers))
                case 11, 2:
                    inputs.append(self._value_info(span, types))
                case 12, 2:
                    declared: dict[str, Message] = {}
                    outputs.append(self._value_info(span, declared))
                    output_types.append(next(iter(declared.values()), ()))
                case 13, 2:
                    self._value_info(span, types)
                    fields.go_on(self._value_runs.take(end, last, types))
                case 15, 2:
                    sparse.append(self._tensors.sparse_tensor((span,)))
        return GraphProto(
            Nodes(nodes, self._node_runs),
            initializers,
            tuple(sparse),
            tuple(inputs),
            tuple(outputs),
            types,
            tuple(output_types),
        )

    def _value_info(self, span: Span, types: dict[str, Message]) -> str:
        self._kept.add(3)
        name = ""
        declared: Message = ()
        for number, kind, value, size in self.wire.fields((span,)):
            if number == 1 and kind == LENGTH:
                name = self.wire.text(value, size)
            elif number == 2 and kind == LENGTH:
                declared = (*declared, (value, value + size))
        if declared:
            types.setdefault(name, declared)
        return name

    def _node(self, span: Span, depth: int) -> NodeProto:
        inputs: list[str] = []
        outputs: list[str] = []
        attributes: list[AttributeProto] = []
        texts = {3: "", 4: "", 7: "", 8: ""}
        for number, kind, value, size in self.wire.fields((span,)):
            if kind != LENGTH:
                continue
            if number == 1:
                inputs.append(self.wire.text(value, size))
            elif number == 2:
                outputs.append(self.wire.text(value, size))
            elif number == 5:
                attributes.append(self._attribute((value, value + size), depth + 1))
            elif number in texts:
                texts[number] = self.wire.text(value, size)
        self._kept.add(2 + len(inputs) + len(outputs))
        return NodeProto(
            operator=texts[4],
            domain=plain(texts[7]),
            overload=texts[8],
            name=texts[3],
            inputs=tuple(inputs),
            outputs=tuple(outputs),
            attributes=tuple(attributes),
            by_name=by_name(attributes),
        )

    def _attribute(self, span: Span, depth: int) -> AttributeProto:
        self._kept.add(2)
        if depth > self.limits.nesting:
            self.limits.require(Limit.NESTING, depth, "the depth of messages")
        common = self._common(span)
        if common is not None:
            return common
        self._kept.add(_PARTS)
        return self._any(self.wire.collect((span,), _ATTRIBUTE), span, depth)

    def _common(self, span: Span) -> AttributeProto | None:
        """A fast path for nearly every attribute: one number, text or tensor."""
        name = reference = text = (0, -1)
        tensor: Message = ()
        integer: int | None = None
        bits: int | None = None
        for number, kind, value, size in self.wire.fields((span,)):
            if kind == LENGTH and number == 1:
                name = (value, size)
            elif kind == VARINT and number == 3:
                integer = signed(value)
            elif kind == LENGTH and number == 5:
                tensor = (*tensor, (value, value + size))
            elif kind == LENGTH and number == 4:
                text = (value, size)
            elif kind == FIXED32 and number == 2:
                bits = value
            elif kind == LENGTH and number == 21:
                reference = (value, size)
            elif number in _ATTRIBUTE:
                return None
        if tensor:
            self._kept.add(_PARTS)
        return AttributeProto(
            self.wire.text(*name) if name[0] else "",
            span[0],
            integer,
            self._short_text((text[0], text[0] + text[1])) if text[0] else None,
            bits is not None,
            self.wire.text(*reference) if reference[0] else "",
            (self._tensors.tensor(tensor),) if tensor else (),
            bits=bits,
        )

    def _any(self, found: Found, span: Span, depth: int) -> AttributeProto:
        number = found.number(3)
        integers, integer_count = self.wire.integers(found, 8)
        strings = found.spans(9)
        counts = (integer_count, self.wire.count_fixed(found, 7, FIXED32), len(strings))
        tensors, sparse = self._tensors.several, self._tensors.several_sparse
        return AttributeProto(
            name=self.wire.last_text(found, 1),
            offset=span[0],
            number=None if number is None else signed(number),
            text=self._short_text(found.spans(4)[-1]) if found.spans(4) else None,
            has_real=found.number(2, FIXED32) is not None,
            reference=self.wire.last_text(found, 21),
            tensors=tensors((found.message(5), *_each(found.spans(10)))),
            sparse_tensors=sparse((found.message(22), *_each(found.spans(23)))),
            graphs=self._graphs((found.message(6), *_each(found.spans(11))), depth + 1),
            integers=tuple(signed(value) for value in integers),
            counts=counts,
            strings=tuple(self._short_text(span) for span in strings[:KEPT_NUMBERS]),
            bits=found.number(2, FIXED32),
        )

    def _graphs(self, messages: tuple[Message, ...], depth: int) -> tuple[GraphProto, ...]:
        return tuple(self._graph(message, depth) for message in messages if message)

    def _short_text(self, span: Span) -> str:
        """A word such as `bidirectional`; longer strings (a compiled blob) are not read."""
        start, end = span
        return self.wire.text(start, end - start) if end - start <= _LONGEST_WORD else ""


def _each(spans: Sequence[Span]) -> list[Message]:
    return [(span,) for span in spans]
