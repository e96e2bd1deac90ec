"""Reads the plain tensors of a graph in one pass, without a message for each."""

from __future__ import annotations

from rnninspect_onnx.protobuf.plain_tensors import length_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.protobuf import WireReader
    from rnninspect_onnx.protobuf.initializers import Initializers
    from rnninspect_onnx.protobuf.plain_tensors import Plain, PlainTensors
    from rnninspect_onnx.protobuf.tensor_decoder import TensorDecoder

_INITIALIZER = 0x2A  # tag of a graph's field: number and wire type


class TensorRuns:
    """Reads the plain tensors of one file."""

    def __init__(self, wire: WireReader, tensors: TensorDecoder, plain: PlainTensors) -> None:
        self._wire, self._tensors, self._plain = wire, tensors, plain

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
        at, read = offset - base, self._plain.read
        found: list[Plain] = []
        offsets: list[int] = []
        try:
            while data[at] == _INITIALIZER:
                size, start = length_at(data, at + 1)
                plain = (
                    read(data, base, start, start + size) if base + start + size <= end else None
                )
                if plain is None:
                    break
                found.append(plain)
                offsets.append(base + start)
                at = start + size
        except IndexError:  # the window ends
            pass
        if found:
            self._add(found, offsets, into)
        return base + at

    def _add(self, found: list[Plain], offsets: list[int], into: Initializers) -> None:
        kinds, names, payloads, lengths, numbers, fields = zip(*found, strict=True)
        self._tensors.count_light(len(kinds))
        self._wire.count_light(len(kinds) + sum(fields))
        into.extend(kinds, self._wire.all_decoded(names), offsets, payloads, lengths, numbers)
