"""What decodes a file into ONNX's messages, whatever the encoding: protobuf, FlatBuffers."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Protocol

    from rnninspect.decode.protobuf import Message
    from rnninspect.plugin import Limits, Source
    from rnninspect_onnx.protobuf.messages import ModelProto

    Decoders = Callable[[Source], "Decoding"]
else:  # a decoder need not be a subclass, only alike
    Protocol = object


class Decoding(Protocol):
    """A decoder of one file.

    Attributes:
        source: the file.
        limits: its limits.
    """

    source: Source
    limits: Limits

    def model(self) -> ModelProto:
        """The whole file; UnreadableFile if it has no graph."""

    def shape(self, declared: Message) -> tuple[int | None, ...] | None:
        """The dims of a type in `GraphProto.types`, None for each without a number."""

    def element_type(self, declared: Message) -> int:
        """The TensorProto.DataType of a type in `GraphProto.types`; 0 for none."""

    def raw(self, offset: int, length: int) -> bytes:
        """A short run of bytes, such as a single number."""
