"""A layer of a neural network, as the file has it."""

from __future__ import annotations

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import Message


class Layer(Record):
    """A layer.

    Attributes:
        name: with the path of the network that it is in.
        kind: the field that its parameters are in; 0 if it has none.
        message: its parameters.
        inputs: names of the values that it reads.
        outputs: names of those that it gives.
    """

    name: str
    kind: int
    message: Message
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
