"""Reads the plain tensors of a graph in one pass, without a message for each.

A plain tensor has dims, a type, a name and raw_data, in this order, as protobuf writes them.
Whatever is unusual in its encoding is left to the decoder. The numbers in this module are the tags
of GraphProto and TensorProto: field number and wire type.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, VARINT, signed
from rnninspect.plugin import Record, UnreadableFile
from rnninspect_onnx.protobuf.initializers import TensorKind
from rnninspect_onnx.protobuf.tensor_decoder import INTEGER_SIZES
from rnninspect_onnx.protobuf.tensor_messages import KEPT_AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Span, WireReader
    from rnninspect_onnx.protobuf.initializers import Initializers
    from rnninspect_onnx.protobuf.tensor_decoder import TensorDecoder

_INITIALIZER = 0x2A  # of a graph
_DIM, _DIMS, _NAME, _RAW = 0x08, 0x0A, 0x42, 0x4A
_LONGEST_LENGTH = 5  # bytes of a length


class _Head(Record):
    """What precedes the name: a kind, the number of fields, and the bytes of one small integer."""

    kind: TensorKind
    fields: int
    width: int


class TensorRuns:
    """Reads the plain tensors of one file."""

    def __init__(self, wire: WireReader, tensors: TensorDecoder) -> None:
        self._wire, self._tensors = wire, tensors
        self._known: dict[bytes, _Head] = {}

    def take(self, offset: int, end: int, into: Initializers) -> int:
        """Add the plain tensors from an offset in a graph that ends at `end`; where they end."""
        while offset < end:
            following = self._run(*self._wire.window(offset, end), offset, end, into)
            if following == offset:
                break
            offset = following
        return offset

    def _run(self, data: bytes, base: int, offset: int, end: int, into: Initializers) -> int:
        """The plain tensors whose heads are in a window."""
        at, known = offset - base, self._known
        heads: list[_Head] = []
        names: list[bytes] = []
        try:
            while data[at] == _INITIALIZER:
                size, start = _length(data, at + 1)
                index = _after_dims(data, start) + 2
                head = known.get(data[start:index]) or self._learned(data, base, start, index)
                if head is None or data[index] != _NAME or data[index + 1] > 0x7F:
                    break
                name = index + 2
                index = name + data[index + 1]
                if data[index] != _RAW:
                    break
                length, payload = _length(data, index + 1)
                if payload + length != start + size or base + start + size > end:
                    break
                heads.append(head)
                names.append(data[name:index])
                into.offsets.append(base + start)
                into.payloads.append(base + payload)
                into.lengths.append(length)
                at = start + size
        except IndexError:  # the window ends
            pass
        if heads:
            self._add(heads, names, into)
        return base + at

    def _add(self, heads: list[_Head], names: list[bytes], into: Initializers) -> None:
        self._tensors.count(len(heads))
        self._wire.count(sum([head.fields for head in heads]))
        first = len(into.names)
        into.pack()
        into.names += self._wire.all_decoded(names)
        into.kinds += [head.kind for head in heads]
        for at, head in enumerate(heads, first):
            if head.width:
                tensor, payload = into[at], (into.payloads[at], into.lengths[at])
                into.kinds[at] = tensor._replace(integers=self._tensors.words(*payload, head.width))

    def _learned(self, data: bytes, base: int, start: int, index: int) -> _Head | None:
        """A head that occurs for the first time; None if it is not one of a plain tensor."""
        before = self._wire.counted
        try:
            kind = self._kind((base + start, base + index))
        except UnreadableFile:  # which the decoder will report
            kind = None
        fields = self._wire.counted - before
        self._wire.count(-fields)  # they are counted with each tensor
        if kind is None:
            return None
        width = INTEGER_SIZES.get(kind.element_type, 0)
        walks = 2 if width else 1  # of the decoder, whose counts these are
        head = _Head(kind, 1 + walks * (fields + 2), width)
        self._known[data[start:index]] = head
        return head

    def _kind(self, span: Span) -> TensorKind | None:
        dims: list[int] = []
        element_type = 0
        for number, kind, value, size in self._wire.fields((span,)):
            if (number, kind) == (1, VARINT):
                dims.append(value)
            elif (number, kind) == (1, LENGTH) and size <= KEPT_AXES:
                dims += self._wire.varints(value, size)
            elif (number, kind) == (2, VARINT):
                element_type = value
            else:
                return None
        known = 0 < element_type < 1 << 31 and len(dims) <= KEPT_AXES
        return TensorKind(tuple(map(signed, dims)), element_type) if known else None


def _length(data: bytes, index: int) -> tuple[int, int]:
    """A length, and the index after it; IndexError at the end of the data."""
    value = data[index]
    if value < 0x80:
        return value, index + 1
    value &= 0x7F
    for place in range(1, _LONGEST_LENGTH):
        byte = data[index + place]
        value |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return value, index + place + 1
    raise IndexError(index)  # longer than a message can be


def _after_dims(data: bytes, index: int) -> int:
    """Where the type begins, if it follows the dims."""
    while data[index] == _DIM:
        index += 2
        while data[index - 1] > 0x7F:
            index += 1
    return index + 2 + data[index + 1] if data[index] == _DIMS else index
