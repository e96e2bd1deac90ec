"""Passes over the plain nodes of a graph without decoding them; they are decoded when asked for.

A node is plain if its attributes have neither tensors nor graphs: it says something only to those
who follow the values of the graph. The values of plain Constants are put in columns. Whatever is
unusual in its encoding is left to the decoder.
The numbers in this module are the tags of GraphProto and NodeProto: field number and wire type.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH
from rnninspect.plugin import Limit, Record, UnreadableFile
from rnninspect.stored.tensor import IN_COLUMNS
from rnninspect_onnx.protobuf.encoded_nodes import NodeRun, head_of, parts_of, plain
from rnninspect_onnx.protobuf.initializers import Initializers
from rnninspect_onnx.protobuf.messages import NodeProto, by_name
from rnninspect_onnx.protobuf.plain_constants import PARTS, attribute_of
from rnninspect_onnx.protobuf.plain_tensors import length_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    from rnninspect.decode.protobuf import Span, WireReader
    from rnninspect_onnx.protobuf.kept import Kept
    from rnninspect_onnx.protobuf.messages import AttributeProto
    from rnninspect_onnx.protobuf.plain_constants import PlainConstant, PlainConstants
    from rnninspect_onnx.protobuf.tensor_decoder import TensorDecoder
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto

OF_GRAPH, OF_FUNCTION = 0x0A, 0x3A  # of a node
_INPUT, _OUTPUT, _NAME, _OPERATOR, _ATTRIBUTE = range(0x0A, 0x32, 8)
_DOMAIN, _OVERLOAD = 0x3A, 0x42
_NAMES = (_INPUT, _OUTPUT)
_NOT_PLAIN = frozenset({5, 6, 10, 11, 22, 23})  # AttributeProto's tensors and graphs
_LONGEST_ATTRIBUTE = 256
_MOST_HELD = 64 * 2**20  # bytes of nodes that are not decoded


class _Attribute(Record):
    """A plain attribute: its first occurrence, and what each costs in parts and in fields."""

    first: AttributeProto
    kept: int
    fields: int


class NodeRuns:
    """Passes over the plain nodes of one file."""

    def __init__(
        self,
        wire: WireReader,
        kept: Kept,
        tensors: TensorDecoder,
        constants: PlainConstants,
        attribute: Callable[[Span, int], AttributeProto],
    ) -> None:
        self._wire, self._kept, self._attribute = wire, kept, attribute
        self._tensors, self._constants = tensors, constants
        self._known: dict[bytes, _Attribute] = {}
        self._operators: dict[bytes, str] = {}
        self._held = 0

    def take(
        self,
        offset: int,
        end: int,
        depth: int,
        into: list[NodeProto | NodeRun],
        tag: int = OF_GRAPH,
    ) -> int:
        """Add the plain nodes from an offset in a graph that ends at `end`; where they end.

        `depth` is that of the nodes, `tag` that of their fields.
        """
        values = _values_before(into)
        while offset < end and self._held < _MOST_HELD and depth < self._wire.limits.nesting:
            window = self._wire.window(offset, end)
            run, following = self._run(*window, offset, end, (tag, depth), values)
            if following == offset:
                run, following = self._large(*window, offset, end, tag, values)
            if following == offset:
                break
            into.append(run)
            self._hold(len(run.data))
            offset = following
        return offset

    def _hold(self, length: int) -> None:
        self._held += length
        self._wire.hold(length)

    def _run(
        self,
        data: bytes,
        base: int,
        offset: int,
        end: int,
        field: tuple[int, int],
        values: Initializers,
    ) -> tuple[NodeRun, int]:
        """The plain nodes in a window, and where they end; adds the values of Constants."""
        tag, depth = field
        stop = min(end - base, len(data) - 2)  # a length has two bytes
        begin = at = offset - base
        kept = fields = 0
        operators: list[str] = []
        constants: list[PlainConstant] = []
        while at < stop and data[at] == tag:
            index, following = head_of(data, at)
            if following > stop:
                break
            constant = None
            if data[index] == _OUTPUT:
                constant = self._constants.read(data, base, index, following)
            if constant is None:
                node = self._plain(data, base, index, following, depth)
                if node is None:
                    break
                operators.append(node[0])
                kept, fields = kept + node[1], fields + node[2]
            elif following - constant.attribute <= _LONGEST_ATTRIBUTE:
                operators.append("Constant")
                constants.append(constant)
            else:
                break
            at = following
        self._charge(len(operators), kept, fields)
        first = len(values)
        if constants:
            self._add(constants, values)
        return NodeRun(data[begin:at], offset, operators, values, first), base + at

    def _charge(self, nodes: int, kept: int, fields: int) -> None:
        self._kept.add_encoded(kept)
        self._wire.count_light(fields)
        short = nodes - fields // IN_COLUMNS  # nodes of hardly a field take a step, too
        self._wire.source.spend(Limit.STEPS, max(short, 0))

    def _plain(
        self, data: bytes, base: int, index: int, end: int, depth: int
    ) -> tuple[str, int, int] | None:
        """The operator of a plain node, and what it costs in parts and in fields."""
        known = self._known.get
        parts, fields, operator = 2, 1, b""
        while index < end:
            tag, length = data[index], data[index + 1]
            index += 2
            if length > 0x7F:
                length = length & 0x7F | data[index] << 7
                index += 1
            if tag in _NAMES:
                parts += 1
            elif tag == _OPERATOR:
                operator = data[index : index + length]
            elif tag == _ATTRIBUTE:
                part = data[index : index + length]
                found = known(part) or self._learned(part, base + index, depth)
                if found is None:
                    return None
                parts += found.kept
                fields += found.fields
            elif tag & 7 != LENGTH or not 8 <= tag <= 0x7F:
                return None
            fields += 1
            index += length
        if index != end or operator == b"Constant":
            return None
        return self._operators.get(operator) or self._named(operator), parts, fields

    def _large(
        self, data: bytes, base: int, offset: int, end: int, tag: int, values: Initializers
    ) -> tuple[NodeRun, int]:
        """A plain Constant whose attribute is not kept, and where it ends."""
        at, first = offset - base, len(values)
        nothing = NodeRun(b"", offset, [], values, first), offset
        if data[at] != tag:
            return nothing
        try:
            size, start = length_at(data, at + 1)
        except IndexError:
            return nothing
        following = start + size
        constant = self._constants.read(data, base, start, following)
        if constant is None or base + following > end:
            return nothing
        self._add([constant], values)
        others = data[start : constant.attribute]
        others = others[: others.rindex(_ATTRIBUTE)]
        head = bytes([tag, len(others) & 0x7F | 0x80, len(others) >> 7])
        base += constant.attribute
        return NodeRun(head + others, base, ["Constant"], values, first), offset + following - at

    def _add(self, constants: list[PlainConstant], values: Initializers) -> None:
        self._kept.add_encoded(sum([each.parts for each in constants]))
        self._wire.count_light(sum([each.fields for each in constants]))
        self._tensors.count_light(sum([each.tensors for each in constants]))
        labels = b"\0".join([each.label for each in constants])
        self._wire.hold(len(labels) if labels.isascii() else 4 * len(labels))
        values.extend(
            [each.kind for each in constants],
            [each.label.decode("utf-8", "surrogateescape") for each in constants],
            [each.offset for each in constants],
            [each.payload for each in constants],
            [each.length for each in constants],
            [each.numbers for each in constants],
        )

    def _named(self, operator: bytes) -> str:
        return self._operators.setdefault(operator, operator.decode("utf-8", "surrogateescape"))

    def _learned(self, data: bytes, offset: int, depth: int) -> _Attribute | None:
        """An attribute that occurs for the first time; None if it is not plain."""
        if len(data) > _LONGEST_ATTRIBUTE:
            return None
        span = (offset, offset + len(data))
        before = self._wire.counted
        try:
            is_plain = all(number not in _NOT_PLAIN for number, *_ in self._wire.fields((span,)))
        except UnreadableFile:  # which the decoder will report
            is_plain = False
        self._wire.count(before - self._wire.counted)
        if not is_plain:
            return None
        kept, before = self._kept.count, self._wire.counted
        attribute = self._attribute(span, depth + 1)
        fields = self._wire.counted - before
        found = _Attribute(attribute, (self._kept.count - kept) // 2, fields)
        self._kept.add(-found.kept)  # both are counted with the node
        self._wire.count(-fields)
        self._known[data] = found
        return found

    def nodes(self, run: NodeRun, chosen: Collection[int] | None) -> Iterator[NodeProto]:
        """The nodes of a run, decoded, of these indices or all."""
        if chosen is None:
            self._hold(-len(run.data))
        end, constant = 0, run.first
        for index, operator in enumerate(run.operators):
            at, end = head_of(run.data, end)
            if chosen is None or index in chosen:
                value = run.constants[constant] if operator == "Constant" else None
                yield self.node(run, at, end, operator, value)
            constant += operator == "Constant"

    def node(
        self, run: NodeRun, at: int, end: int, operator: str, value: TensorProto | None = None
    ) -> NodeProto:
        """The node between two indices of a run's data; `value` is that of a Constant."""
        text = self._wire.decoded
        inputs: list[str] = []
        outputs: list[str] = []
        attributes: list[AttributeProto] = []
        texts, kept = {_NAME: "", _DOMAIN: "", _OVERLOAD: ""}, 0 if value is None else PARTS
        for tag, part, place in parts_of(run.data, at, end):
            if tag == _INPUT:
                inputs.append(text(part))
            elif tag == _OUTPUT:
                outputs.append(text(part))
            elif tag == _ATTRIBUTE:
                attribute, parts = self._attribute_in(part, run.base + place, value)
                attributes.append(attribute)
                kept += parts
            elif tag in texts:
                texts[tag] = text(part)
        if value is not None and not attributes:  # a large one
            attributes.append(attribute_of("value", run.base, value))
        self._kept.decode(2 + len(inputs) + len(outputs) + kept)
        return NodeProto(
            operator,
            plain(texts[_DOMAIN]),
            texts[_OVERLOAD],
            texts[_NAME],
            tuple(inputs),
            tuple(outputs),
            tuple(attributes),
            by_name(attributes),
        )

    def _attribute_in(
        self, data: bytes, offset: int, value: TensorProto | None
    ) -> tuple[AttributeProto, int]:
        """An attribute, and how many parts are kept of it beside the value of a Constant."""
        if value is not None:
            return attribute_of(data[2 : 2 + data[1]].decode(), offset, value), 0
        known = self._known[data]
        return known.first._replace(offset=offset), known.kept


def _values_before(into: list[NodeProto | NodeRun]) -> Initializers:
    """The values of Constants to which those after the last node, which was decoded, are added."""
    last, before = into[-1], into[-2] if len(into) > 1 else None
    stores = isinstance(last, NodeProto) and (
        last.operator == "Constant"
        or any(each.tensors or each.sparse_tensors or each.graphs for each in last.attributes)
    )
    return before.constants if isinstance(before, NodeRun) and not stores else Initializers()
