"""Decodes a program (mlmodel/format/MIL.proto) without the elements of its values."""

from __future__ import annotations

from math import prod
from struct import calcsize, iter_unpack

from rnninspect.decode.protobuf import FIXED32, FIXED64, LENGTH, signed
from rnninspect.plugin import LARGEST_SIZE, Limit, UnreadableFile
from rnninspect_coreml.programs.element_types import ELEMENT_TYPES, TEXT
from rnninspect_coreml.programs.records import Blob, Block, Function, Literal, Operation, Output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.protobuf import Message, Span, WireReader
    from rnninspect_coreml.description import Description
    from rnninspect_coreml.programs.records import Shape

_FUNCTIONS = 2
_INPUTS, _OPSET, _SPECIALISATIONS = 1, 2, 3  # of a function
_OUTPUTS, _OPERATIONS = 2, 3  # of a block
_STEPS_OF_AN_OPERATION = 20
_FLOATS, _DOUBLES, _BYTES = 1, 6, 7  # fields of TensorValue whose sizes tell their numbers
_FIXED = {_FLOATS: FIXED32, _DOUBLES: FIXED64}
_OTHERS = (2, 3, 4, 5)
_MOST_AXES = 64
_WHOLE, _MOST_NUMBERS = (2, 3, 5), 64  # fields of integers and bools; how many are read
_WIDTHS = {FIXED32: 4, FIXED64: 8}
_FORMS = {
    "float32": "<f",
    "float16": "<e",
    "float64": "<d",
    "int8": "<b",
    "uint8": "<B",
    "int16": "<h",
    "uint16": "<H",
}


class Decoder:
    """Decodes functions one after the other."""

    def __init__(self, wire: WireReader, into: Description) -> None:
        self.wire, self._into = wire, into

    def functions(self, program: Message) -> Iterator[Function]:
        """The functions of a program.

        Raises:
            UnreadableFile: malformed.
            RefusedFile: a limit is exceeded.
        """
        for name, message in self._entries(program, _FUNCTIONS):
            found = self.wire.collect(message, (_INPUTS, _OPSET, _SPECIALISATIONS))
            opset = self.wire.last_text(found, _OPSET)
            blocks = dict(self._entries(message, _SPECIALISATIONS))
            chosen = blocks.get(opset) or next(iter(blocks.values()), ())
            inputs = tuple(map(self._output, found.spans(_INPUTS)))
            yield Function(name, inputs, self._block(chosen, 0))

    def _entries(self, message: Message, number: int) -> Iterator[tuple[str, Message]]:
        """The entries of a map by text."""
        yield from map(self._entry, self.wire.collect(message, (number,)).spans(number))

    def _block(self, message: Message, depth: int) -> Block:
        self._into.source.limits.require(Limit.NESTING, depth, "the depth of blocks")
        found = self.wire.collect(message, (_INPUTS, _OUTPUTS, _OPERATIONS))
        return Block(
            tuple(map(self._output, found.spans(_INPUTS))),
            self.wire.texts(found, _OUTPUTS),
            tuple(self._operation(span, depth) for span in found.spans(_OPERATIONS)),
        )

    def _operation(self, span: Span, depth: int) -> Operation:
        self._into.count_layer(_STEPS_OF_AN_OPERATION)
        wire, kind, name = self.wire, "", ""
        inputs: dict[str, tuple[str | Literal, ...]] = {}
        outputs, blocks = list[Output](), list[Block]()
        for number, wire_type, start, size in wire.fields((span,)):
            if wire_type != LENGTH:
                continue
            inner = (start, start + size)
            if number == 1:
                kind = wire.text(start, size)
            elif number == 2:
                key, argument = self._entry(inner)
                inputs[key] = tuple(self._bindings(argument))
            elif number == 3:
                outputs.append(self._output(inner))
            elif number == 4:
                blocks.append(self._block((inner,), depth + 1))
            elif number == 5:
                key, value = self._entry(inner)
                literal = self._literal(value)
                if literal is not None and key == "name" and literal.dtype == TEXT:
                    name = self.text(literal)
                elif literal is not None:
                    inputs[key] = (literal,)
        name = name or (outputs[0].name if outputs else kind)
        return Operation(kind, name, inputs, tuple(outputs), tuple(blocks))

    def _entry(self, span: Span) -> tuple[str, Message]:
        entry = self.wire.collect((span,), (1, 2))
        return self.wire.last_text(entry, 1), entry.message(2)

    def _bindings(self, argument: Message) -> Iterator[str | Literal]:
        for span in self.wire.collect(argument, (1,)).spans(1):
            found = self.wire.collect((span,), (1, 2))
            literal = self._literal(found.message(2)) if found.message(2) else None
            yield self.wire.last_text(found, 1) if literal is None else literal

    def _output(self, span: Span) -> Output:
        found = self.wire.collect((span,), (1, 2))
        known = self._type(found.message(2))
        return Output(self.wire.last_text(found, 1), None if known is None else known[1])

    def _type(self, message: Message) -> tuple[int, Shape] | None:
        """Element type and shape of a tensor; None for lists, dictionaries and states."""
        tensor = self.wire.collect(message, (1,)).message(1)
        if not tensor:
            return None
        found = self.wire.collect(tensor, (1, 3))
        spans = found.spans(3)
        if len(spans) > _MOST_AXES:
            raise UnreadableFile(f"a tensor of {len(spans)} axes at offset {tensor[0][0]}")
        return found.number(1) or 0, tuple(map(self._size, spans))

    def _size(self, span: Span) -> int | None:
        constant = self.wire.collect((span,), (1,)).message(1)
        if not constant:
            return None
        size = self.wire.collect(constant, (1,)).number(1) or 0
        if size > LARGEST_SIZE:
            raise UnreadableFile(f"an impossible size at offset {span[0]}")
        return size

    def _literal(self, message: Message) -> Literal | None:
        """A value that is a tensor; None for lists and others."""
        found = self.wire.collect(message, (2, 3, 5))
        known = self._type(found.message(2))
        if known is None:
            return None
        code, shape = known
        dtype = ELEMENT_TYPES.get(code, f"type {code}")
        sizes = tuple(size or 0 for size in shape)
        blob = found.message(5)
        if blob:
            place = self.wire.collect(blob, (1, 2))
            file, offset = self.wire.last_text(place, 1), place.number(2) or 0
            return Literal(dtype, sizes, f"{file}@{offset}", Blob(file, offset))
        tensor = self.wire.collect(found.message(3), (1,)).message(1)
        held = self._bytes(tensor) if dtype != TEXT else None
        place_of = tensor or message
        identity = str(place_of[0][0]) if place_of else ""
        return Literal(dtype, sizes, identity, None, held, tensor)

    def _bytes(self, tensor: Message) -> int | None:
        found = self.wire.collect(tensor, (*_FIXED, _BYTES, *_OTHERS))
        for number, width in _FIXED.items():
            if found.spans(number):
                values = self.wire.collect(found.message(number), (1,))
                return self.wire.count_fixed(values, 1, width) * (4 if width == FIXED32 else 8)
        if found.spans(_BYTES):
            values = self.wire.collect(found.message(_BYTES), (1,))
            return sum(end - start for start, end in values.spans(1)[-1:])
        return None if found.numbers() else 0

    def numbers(self, literal: Literal) -> tuple[float, ...] | None:
        """The numbers of a small value in the program; None if it is large, or elsewhere."""
        if not literal.tensor or literal.dtype == TEXT or prod(literal.shape) > _MOST_NUMBERS:
            return None
        found = self.wire.collect(literal.tensor, (*_FIXED, _BYTES, *_WHOLE))
        for number in found.numbers():
            values = self.wire.collect(found.message(number), (1,))
            if number in _WHOLE:
                return tuple(map(signed, self.wire.integers(values, 1)[0]))
            form = _FORMS.get(literal.dtype)
            data = b"".join(
                self.wire.raw(at, size) if kind == LENGTH else at.to_bytes(_WIDTHS[kind], "little")
                for kind, at, size in values.entries(1)
            )
            if form is None or len(data) % calcsize(form):
                return None
            return tuple(float(value) for (value,) in iter_unpack(form, data))
        return None

    def text(self, given: str | Literal | None) -> str:
        """The text of a value; empty if it is none."""
        if not isinstance(given, Literal) or given.dtype != TEXT:
            return ""
        strings = self.wire.collect(given.tensor, (4,)).message(4)
        return self.wire.last_text(self.wire.collect(strings, (1,)), 1)
