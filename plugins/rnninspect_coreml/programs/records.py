"""A program as the file has it: functions, blocks, operations, values; no element is read."""

from __future__ import annotations

from math import prod

from rnninspect.plugin import DTYPES, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message

    Shape = tuple[int | None, ...]


class Blob(Record):
    """Where elements are in another file: its path in the program, and an offset of metadata."""

    file: str
    offset: int


class Literal(Record):
    """A value in the program, or the place of its elements in a blob file.

    Attributes:
        dtype: the element type; empty for texts.
        shape: sizes of the axes.
        identity: equal for two values that are one stored thing.
        blob: where the elements are, if not in the program.
        bytes: those of its elements in the program; None where numbers have no fixed width.
        tensor: the message with the elements, where they are in the program.
    """

    dtype: str
    shape: tuple[int, ...]
    identity: str
    blob: Blob | None = None
    bytes: int | None = None
    tensor: Message = ()

    @property
    def needed_bytes(self) -> int | None:
        """Bytes by shape and type; None if the type is unknown."""
        element = DTYPES.get(self.dtype)
        return None if element is None else -(-prod(self.shape) * element.bits // 8)


class Output(Record):
    """A value that an operation gives: its name, and its shape if it is a tensor."""

    name: str
    shape: Shape | None = None


class Operation(Record):
    """An operation.

    Attributes:
        kind: the operator, `lstm`.
        name: its own name, else that of what it gives.
        inputs: what it is given by name, each a value or the name of one.
        outputs: what it gives.
        blocks: what it runs, such as a loop's body.
    """

    kind: str
    name: str
    inputs: dict[str, tuple[str | Literal, ...]]
    outputs: tuple[Output, ...]
    blocks: tuple[Block, ...] = ()


class Block(Record):
    """Operations with names for what they are given and give."""

    inputs: tuple[Output, ...]
    outputs: tuple[str, ...]
    operations: tuple[Operation, ...]


class Function(Record):
    """A function by its name, with the block that is run and the names of its inputs."""

    name: str
    inputs: tuple[Output, ...]
    block: Block
