"""Decodes the types that a graph declares of its values, and reads plain value_info in one pass.

A plain one has a name and a type, in this order. The constants of this module are the tags of
GraphProto and ValueInfoProto: field number and wire type; other numbers are field numbers.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LENGTH, VARINT, signed
from rnninspect.plugin import RefusedFile, UnreadableFile
from rnninspect_onnx.protobuf.tensor_messages import KEPT_AXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message, WireReader
    from rnninspect_onnx.protobuf.kept import Kept

_VALUE_INFO, _NAME, _TYPE = 0x6A, 0x0A, 0x12
_SHORT = 0x7F  # the longest length of one byte
_PARTS, _FIELDS = 3, 3  # that the decoder counts of each
_MOST_KNOWN = 1_000  # types, and shapes


class TypeDecoder:
    """Decodes each TypeProto when it is asked for."""

    def __init__(self, wire: WireReader) -> None:
        self._wire = wire
        self._shapes: dict[Message, tuple[int | None, ...] | None] = {}

    def shape(self, declared: Message) -> tuple[int | None, ...] | None:
        """The dims of its tensor, None for each without a number; None for no shape."""
        if declared not in self._shapes:
            if len(self._shapes) >= _MOST_KNOWN:
                self._shapes.clear()
            self._shapes[declared] = self.decoded_shape(declared)
        return self._shapes[declared]

    def decoded_shape(self, declared: Message) -> tuple[int | None, ...] | None:
        """The same, decoded in any case."""
        tensor = self._wire.collect(declared, {1}).message(1)
        shape = self._wire.collect(tensor, {2}).message(2)
        if not shape:
            return None
        spans = self._wire.collect(shape, {1}).spans(1)
        if len(spans) > KEPT_AXES:
            return None
        return tuple(self._dim((span,)) for span in spans)

    def element_type(self, declared: Message) -> int:
        """The number of its element type; 0 for none."""
        tensor = self._wire.collect(declared, {1}).message(1)
        found = 0
        for number, kind, value, _ in self._wire.fields(tensor):
            if number == 1 and kind == VARINT:
                found = value
        return found

    def _dim(self, message: Message) -> int | None:
        known = None
        for number, kind, value, _ in self._wire.fields(message):
            if number == 1 and kind == VARINT:
                known = signed(value)
            elif number == 2 and kind == LENGTH:  # a name instead; the last of the two is used
                known = None
        return known if known is not None and known >= 0 else None


class ValueRuns:
    """Reads the plain value_info of one file."""

    def __init__(self, wire: WireReader, kept: Kept, types: TypeDecoder) -> None:
        self._wire, self._kept, self._types = wire, kept, types
        self._known: dict[bytes, Message | None] = {}  # by their bytes, where the first ones are

    def take(self, offset: int, end: int, types: dict[str, Message]) -> int:
        """Add the plain ones from an offset in a graph that ends at `end`; where they end.

        Types of the same bytes are where the first one is, so that they are decoded once.
        """
        while offset < end:
            following = self._run(*self._wire.window(offset, end), offset, end, types)
            if following == offset:
                break
            offset = following
        return offset

    def _run(self, data: bytes, base: int, offset: int, end: int, types: dict[str, Message]) -> int:
        """The plain ones that are in a window."""
        at, stop = offset - base, min(end - base, len(data))
        names: list[bytes] = []
        found: list[Message] = []
        try:
            while data[at] == _VALUE_INFO and data[at + 1] <= _SHORT:
                after = at + 2 + data[at + 1]
                middle = at + 4 + data[at + 3]
                last = middle + 2 + data[middle + 1]
                heads = (data[at + 2], data[middle], last)
                if heads != (_NAME, _TYPE, after) or after > stop or not data[middle + 1]:
                    break
                names.append(data[at + 4 : middle])
                found.append(self._of(data[middle + 2 : after], base + middle + 2))
                at = after
        except IndexError:  # the window ends
            pass
        if names:
            self._add(names, found, types)
        return base + at

    def _add(self, names: list[bytes], found: list[Message], types: dict[str, Message]) -> None:
        self._kept.add(_PARTS * len(names))
        self._wire.count_light(_FIELDS * len(names))
        for name, declared in zip(self._wire.all_decoded(names), found, strict=True):
            types.setdefault(name, declared)

    def _of(self, data: bytes, offset: int) -> Message:
        """Where a type with these bytes is, that which occurred first if it can be decoded."""
        own = ((offset, offset + len(data)),)
        known = self._known.get(data, own)
        if known is own and len(self._known) < _MOST_KNOWN:
            before = self._wire.counted
            try:
                self._types.decoded_shape(own)
                self._known[data] = own
            except (UnreadableFile, RefusedFile):  # said if it is asked for
                self._known[data] = None
            self._wire.count(before - self._wire.counted)
        return known or own
