"""Recognises plain Constant nodes without a message for each.

A plain one has an output, perhaps a name, and one attribute, in this order: a plain tensor, or a
few numbers. The numbers in this module are the tags of NodeProto and AttributeProto: field number
and wire type.
"""

from __future__ import annotations

from rnninspect.decode.protobuf import LONGEST_VARINT
from rnninspect.plugin import Record
from rnninspect_onnx.protobuf.initializers import TensorKind
from rnninspect_onnx.protobuf.messages import AttributeProto
from rnninspect_onnx.protobuf.payload import TYPED_FIELDS, payload_bytes
from rnninspect_onnx.protobuf.plain_tensors import SHORT, length_at
from rnninspect_onnx.protobuf.tensor_decoder import REAL_SIZE
from rnninspect_onnx.protobuf.tensor_messages import KEPT_INTEGERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import WireReader
    from rnninspect_onnx.protobuf.plain_tensors import PlainTensors
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto

_OUTPUT, _NAME = 0x12, 0x1A
_CONSTANT = b"\x22\x08Constant\x2a"
_TENSOR, _OF_TENSOR = b"\x0a\x05value\x2a", (b"\xa0\x01\x04", b"")  # older writers give no type
_FLOAT, _INT64 = 1, 7  # TensorProto.DataType
_PARTS_OF_A_NODE, _PARTS_OF_A_NUMBER, PARTS = 3, 2, 6  # the last of any other attribute


class _Form(Record):
    """A form of numbers: the tag of each, their type, that of the attribute, whether a list."""

    tag: int
    element_type: int
    of: tuple[bytes, bytes]
    is_list: bool


_FORMS = {  # by the attribute's name as a field
    b"\x0a\x0bvalue_float": _Form(0x15, _FLOAT, (b"\xa0\x01\x01", b""), is_list=False),
    b"\x0a\x09value_int": _Form(0x18, _INT64, (b"\xa0\x01\x02", b""), is_list=False),
    b"\x0a\x0cvalue_floats": _Form(0x3D, _FLOAT, (b"\xa0\x01\x06", b""), is_list=True),
    b"\x0a\x0avalue_ints": _Form(0x40, _INT64, (b"\xa0\x01\x07", b""), is_list=True),
}


class PlainConstant(Record):
    """A plain Constant node.

    Attributes:
        label: its output.
        attribute: where its attribute begins in the window.
        kind: of its value.
        offset: what identifies the value in the file: that of the tensor, else of the attribute.
        payload: as `Initializers` has it, and so are `length` and `numbers`.
        parts: what the node costs in parts.
        fields: what it costs in fields, its own among them.
        tensors: 1 if its value is a tensor, 0 if it is a number or some.
    """

    label: bytes
    attribute: int
    kind: TensorKind
    offset: int
    payload: int
    length: int
    numbers: bytes
    parts: int
    fields: int
    tensors: int


class PlainConstants:
    """Recognises the plain Constant nodes of one file."""

    def __init__(self, wire: WireReader, tensors: PlainTensors) -> None:
        self._wire, self._tensors = wire, tensors
        self._kinds: dict[tuple[bytes, int], tuple[TensorKind, int]] = {}
        self._named: dict[tuple[int, bytes], TensorKind] = {}

    def read(self, data: bytes, base: int, start: int, end: int) -> PlainConstant | None:
        """The node whose message is from `start` to `end`; None if it is not a plain Constant.

        Its payload may pass the end of the window.
        """
        try:
            index, fields = start, 4
            if data[index] != _OUTPUT or not 0 < data[index + 1] <= SHORT:
                return None
            index += 2 + data[index + 1]
            label = data[start + 2 : index]
            if data[index] == _NAME and data[index + 1] <= SHORT:
                index += 2 + data[index + 1]
                fields += 1
            size, first = length_at(data, index + len(_CONSTANT))
            if first + size != end or not data.startswith(_CONSTANT, index):
                return None
            if data.startswith(_TENSOR, first):
                return self._tensor(data, base, first, end, (label, fields))
            return self._number(data, base, first, end, (label, fields))
        except IndexError:
            return None

    def _tensor(
        self, data: bytes, base: int, start: int, end: int, node: tuple[bytes, int]
    ) -> PlainConstant | None:
        """A node with a tensor in its attribute from `start` to `end`."""
        size, first = length_at(data, start + len(_TENSOR))
        last = first + size
        rest = data[last:end]
        if rest not in _OF_TENSOR or len(rest) != end - last:
            return None
        found = self._tensors.read(data, base, first, last)
        if found is None:
            return None
        kind, name, payload, length, numbers, fields = found
        label, others = node
        if name != label:
            kind = self._named.get((id(kind), name)) or self._learned(kind, name)
        fields += others + 2 + bool(rest)
        cost = _PARTS_OF_A_NODE + PARTS, fields, 1
        return PlainConstant(label, start, kind, base + first, payload, length, numbers, *cost)

    def _learned(self, kind: TensorKind, name: bytes) -> TensorKind:
        named = kind._replace(name=self._wire.decoded(name))
        self._named[id(kind), name] = named  # all kinds are kept
        return named

    def _number(
        self, data: bytes, base: int, start: int, end: int, node: tuple[bytes, int]
    ) -> PlainConstant | None:
        """A node with numbers in its attribute from `start` to `end`."""
        index = start + 2 + data[start + 1]
        name = data[start:index]
        form = _FORMS.get(name)
        if form is None:
            return None
        numbers: list[bytes] = []
        while index < end and data[index] == form.tag:
            after = (
                index + 1 + REAL_SIZE if form.element_type == _FLOAT else _after(data, index + 1)
            )
            numbers.append(data[index + 1 : after])
            index = after
        count = len(numbers)
        is_list_or_one = count == 1 or (form.is_list and 1 < count <= KEPT_INTEGERS)
        whole = index <= end <= len(data) and data[index:end] in form.of
        if not is_list_or_one or not whole:
            return None
        kind, length = self._kinds.get((name, count)) or self._made(form, name, count)
        joined = b"" if form.is_list and form.element_type == _FLOAT else b"".join(numbers)
        label, fields = node
        fields += 1 + count + (index < end)
        cost = _PARTS_OF_A_NODE + (PARTS if form.is_list else _PARTS_OF_A_NUMBER), fields, 0
        return PlainConstant(label, start, kind, base + start, 0, length, joined, *cost)

    def _made(self, form: _Form, name: bytes, count: int) -> tuple[TensorKind, int]:
        dims = (count,) if form.is_list else ()
        kind = TensorKind(
            dims, form.element_type, (TYPED_FIELDS[form.element_type], count), None, ""
        )
        length = payload_bytes(kind.tensor("", 0, (0, 0), b"")) or 0
        self._kinds[name, count] = kind, length
        return kind, length


def attribute_of(name: str, offset: int, tensor: TensorProto) -> AttributeProto:
    """The attribute of this name and offset whose value a plain Constant's tensor is."""
    integers = tensor.integers or ()
    count = tensor.typed[0][1] if tensor.typed else 0
    match name:
        case "value_float":
            return AttributeProto(name, offset, has_real=True, bits=tensor.bits)
        case "value_int":
            return AttributeProto(name, offset, integers[0])
        case "value_floats":
            return AttributeProto(name, offset, counts=(0, count or 0, 0))
        case "value_ints":
            return AttributeProto(name, offset, integers=integers, counts=(len(integers), 0, 0))
    return AttributeProto(name, offset, tensors=(tensor,))


def _after(data: bytes, index: int) -> int:
    """The index after a varint; IndexError if it is too long for one."""
    for after in range(index, index + LONGEST_VARINT):
        if data[after] <= SHORT:
            return after + 1
    raise IndexError(index)
