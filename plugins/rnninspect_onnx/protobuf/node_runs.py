"""Passes over the plain nodes of a graph without decoding them; they are decoded when asked for.

A node is plain if its attributes have neither tensors nor graphs: it says something only to those
who follow the values of the graph. Whatever is unusual in its encoding is left to the decoder.
The numbers in this module are the tags of GraphProto and NodeProto: field number and wire type.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH
from rnninspect.plugin import Record, UnreadableFile
from rnninspect_onnx.protobuf.encoded_nodes import NodeRun, head_of, plain
from rnninspect_onnx.protobuf.messages import NodeProto, by_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from rnninspect.decode.protobuf import Span, WireReader
    from rnninspect_onnx.protobuf.kept import Kept
    from rnninspect_onnx.protobuf.messages import AttributeProto

_NODE = 0x0A  # of a graph
_INPUT, _OUTPUT, _NAME, _OPERATOR, _ATTRIBUTE = range(0x0A, 0x32, 8)
_DOMAIN, _OVERLOAD = 0x3A, 0x42
_NAMES = (_INPUT, _OUTPUT)
_NOT_PLAIN = frozenset({5, 6, 10, 11, 22, 23})  # AttributeProto's tensors and graphs
_LONGEST_ATTRIBUTE = 256
_MOST_HELD = 32 * 2**20  # bytes of nodes that are not decoded


class _Attribute(Record):
    """A plain attribute: its first occurrence, and what each costs in parts and in fields."""

    first: AttributeProto
    kept: int
    fields: int


class NodeRuns:
    """Passes over the plain nodes of one file."""

    def __init__(
        self, wire: WireReader, kept: Kept, attribute: Callable[[Span, int], AttributeProto]
    ) -> None:
        self._wire, self._kept, self._attribute = wire, kept, attribute
        self._known: dict[bytes, _Attribute] = {}
        self._operators: dict[bytes, str] = {}
        self._held = 0

    def take(self, offset: int, end: int, depth: int, into: list[NodeProto | NodeRun]) -> int:
        """Add the plain nodes from an offset in a graph that ends at `end`; where they end.

        `depth` is that of the nodes.
        """
        while offset < end and self._held < _MOST_HELD and depth < self._wire.limits.nesting:
            run = self._run(*self._wire.window(offset, end), offset, end, depth)
            if not run.operators:
                break
            into.append(run)
            offset += len(run.data)
            self._hold(len(run.data))
        return offset

    def _hold(self, length: int) -> None:
        self._held += length
        self._wire.hold(length)

    def _run(self, data: bytes, base: int, offset: int, end: int, depth: int) -> NodeRun:
        """The plain nodes in a window."""
        stop = min(end - base, len(data) - 2)  # a length has two bytes
        first = at = offset - base
        kept = fields = 0
        operators: list[str] = []
        known = self._known.get
        while at < stop and data[at] == _NODE:
            index, following = head_of(data, at)
            parts, passed, operator = 2, 1, b""
            while index < following <= stop:
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
                        break
                    parts += found.kept
                    passed += found.fields
                elif tag & 7 != LENGTH or not 8 <= tag <= 0x7F:
                    break
                passed += 1
                index += length
            else:
                if index == following <= stop and operator != b"Constant":
                    operators.append(self._operators.get(operator) or self._named(operator))
                    kept, fields, at = kept + parts, fields + passed, following
                    continue
            break
        self._kept.add(kept)
        self._wire.count(fields)
        return NodeRun(data[first:at], offset, operators)

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

    def nodes(self, run: NodeRun) -> Iterator[NodeProto]:
        """The nodes of a run, decoded."""
        self._hold(-len(run.data))
        end = 0
        for operator in run.operators:
            at, end = head_of(run.data, end)
            yield self._node(run, at, end, operator)

    def _node(self, run: NodeRun, at: int, end: int, operator: str) -> NodeProto:
        data, text, known = run.data, self._wire.decoded, self._known
        inputs: list[str] = []
        outputs: list[str] = []
        attributes: list[AttributeProto] = []
        texts = {_NAME: "", _DOMAIN: "", _OVERLOAD: ""}
        while at < end:
            tag, length = data[at], data[at + 1]
            at += 2
            if length > 0x7F:
                length = length & 0x7F | data[at] << 7
                at += 1
            part = data[at : at + length]
            if tag == _INPUT:
                inputs.append(text(part))
            elif tag == _OUTPUT:
                outputs.append(text(part))
            elif tag == _ATTRIBUTE:
                attributes.append(known[part].first._replace(offset=run.base + at))
            elif tag in texts:
                texts[tag] = text(part)
            at += length
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
