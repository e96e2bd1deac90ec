"""Programs: their variables and operators (paddle/fluid/framework/framework.proto)."""

from __future__ import annotations

from rnninspect.decode.protobuf import WireReader, signed, signed32
from rnninspect.plugin import Limit, Record
from rnninspect_paddle.parameters import ELEMENT_TYPES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message
    from rnninspect.plugin import Source

    Names = dict[str, tuple[str, ...]]
    Attribute = int | str | None

_DENSE = 7  # VarType.Type of the one kind of variable whose elements are stored
_STEPS_OF_AN_OPERATOR = 20
_STEPS_OF_A_VARIABLE = 10
# Fields of the messages.
_BLOCKS, _VERSION = 1, 4
_VARIABLES, _OPERATORS = 3, 4
_NAME, _TYPE, _PERSISTABLE = 1, 2, 3
_INPUTS, _OUTPUTS, _KIND, _ATTRIBUTES = 1, 2, 3, 4
_INTEGER, _STRING, _BOOLEAN, _BLOCK, _LONG = 3, 5, 10, 12, 13


class Variable(Record):
    """A variable that the program keeps between runs, such as a weight.

    Attributes:
        name: of the variable.
        shape: as the program declares it.
        dtype: the element type.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str


class Operation(Record):
    """An operator.

    Attributes:
        kind: `lstm`.
        inputs, outputs: names of variables, by parameter.
        attributes: numbers and strings, by name.
        block: the number of its block; 0 is the main one.
    """

    kind: str
    inputs: Names
    outputs: Names
    attributes: dict[str, Attribute]
    block: int = 0

    def number(self, name: str) -> int:
        """The value of a number; 0 if it is missing."""
        value = self.attributes.get(name)
        return value if isinstance(value, int) else 0

    def first(self, parameter: str) -> str:
        """The first variable of an input; empty without one."""
        return next(iter(self.inputs.get(parameter, ())), "")


class Program(Record):
    """What a program says.

    Attributes:
        variables: those that are kept, by name.
        operations: of all blocks, in their order.
        producer: what wrote it; empty if unknown.
    """

    variables: dict[str, Variable]
    operations: tuple[Operation, ...]
    producer: str


def read_program(source: Source) -> Program:
    """The program in a file.

    Raises:
        UnreadableFile: malformed bytes; the message has their offset.
        RefusedFile: a limit would be exceeded.
    """
    reader = _Reader(source)
    top = reader.wire.collect(reader.wire.whole(), (_BLOCKS, _VERSION))
    for number, span in enumerate(top.spans(_BLOCKS)):
        reader.block((span,), number)
    version = reader.wire.collect(top.message(_VERSION), (1,)).number(1) or 0
    return Program(reader.variables, tuple(reader.operations), _version(version))


def _version(number: int) -> str:
    """`paddle 2.6.2` for 2006002."""
    if not 0 < number < 10**9:
        return ""
    return f"paddle {number // 10**6}.{number // 1000 % 1000}.{number % 1000}"


class _Reader:
    """Collects the variables and the operators of all blocks."""

    def __init__(self, source: Source) -> None:
        self.wire = WireReader(source)
        self.variables: dict[str, Variable] = {}
        self.operations: list[Operation] = []

    def block(self, message: Message, number: int) -> None:
        """Add what a block has."""
        wire, source = self.wire, self.wire.source
        found = wire.collect(message, (_VARIABLES, _OPERATORS))
        source.spend(Limit.STEPS, _STEPS_OF_A_VARIABLE * len(found.spans(_VARIABLES)))
        for span in found.spans(_VARIABLES):
            self._variable((span,))
        source.limits.require(Limit.TENSORS, len(self.variables))
        source.spend(Limit.STEPS, _STEPS_OF_AN_OPERATOR * len(found.spans(_OPERATORS)))
        for span in found.spans(_OPERATORS):
            self.operations.append(self._operation((span,), number))
        source.limits.require(Limit.NODES, len(self.operations))

    def _variable(self, message: Message) -> None:
        """Keep a variable, if it is kept between runs and has elements."""
        wire = self.wire
        found = wire.collect(message, (_NAME, _TYPE, _PERSISTABLE))
        if not found.number(_PERSISTABLE):
            return
        kind = wire.collect(found.message(_TYPE), (1, 3))
        if kind.number(1) != _DENSE:
            return
        dense = wire.collect(kind.message(3), (1,))
        tensor = wire.collect(dense.message(1), (1, 2))
        dims, _ = wire.integers(tensor, 2)
        code = tensor.number(1)
        name = wire.last_text(found, _NAME)
        dtype = ELEMENT_TYPES.get(-1 if code is None else code, f"type {code}")
        self.variables.setdefault(name, Variable(name, tuple(map(signed, dims)), dtype))

    def _operation(self, message: Message, block: int) -> Operation:
        wire = self.wire
        found = wire.collect(message, (_INPUTS, _OUTPUTS, _KIND, _ATTRIBUTES))
        sides: list[Names] = []
        for side in (_INPUTS, _OUTPUTS):
            pairs = [wire.collect((span,), (1, 2)) for span in found.spans(side)]
            sides.append({wire.last_text(pair, 1): wire.texts(pair, 2) for pair in pairs})
        attributes = dict(self._attribute((span,)) for span in found.spans(_ATTRIBUTES))
        return Operation(wire.last_text(found, _KIND), sides[0], sides[1], attributes, block)

    def _attribute(self, message: Message) -> tuple[str, Attribute]:
        wire = self.wire
        wanted = (_NAME, _INTEGER, _STRING, _BOOLEAN, _BLOCK, _LONG)
        found = wire.collect(message, wanted)
        name = wire.last_text(found, _NAME)
        for field in (_INTEGER, _BOOLEAN, _BLOCK):
            if (number := found.number(field)) is not None:
                return name, signed32(number)
        if (number := found.number(_LONG)) is not None:
            return name, signed(number)
        spans = found.spans(_STRING)
        short = spans and spans[-1][1] - spans[-1][0] <= 100
        return name, wire.last_text(found, _STRING) if short else None
