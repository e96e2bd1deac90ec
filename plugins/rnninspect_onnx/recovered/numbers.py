"""Single numbers that a graph calculates with, such as the 1 in `1 - z`; weights are not read."""

from __future__ import annotations

import math
import struct

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_onnx.protobuf.decoding import Decoding
    from rnninspect_onnx.protobuf.tensor_messages import TensorProto
    from rnninspect_onnx.tensors.inventory import TensorEntry

_FLOAT = 1  # TensorProto.DataType
_FORMS = {_FLOAT: "<f", 3: "<b", 2: "<B", 6: "<i", 7: "<q", 9: "<?", 10: "<e", 11: "<d"}


class Numbers:
    """The numbers among the stored tensors, read when they are asked for."""

    def __init__(self, decoder: Decoding, entries: Iterable[TensorEntry]) -> None:
        self._decoder = decoder
        self._tensors = {
            entry.tensor.offset: entry.tensor
            for entry in entries
            if entry.dims is None and math.prod(entry.tensor.dims) == 1
        }

    def at(self, offset: int) -> float | None:
        """The number that is stored at an offset of the file; None if there are more, or none."""
        tensor = self._tensors.get(offset)
        return None if tensor is None else self._read(tensor)

    def _read(self, tensor: TensorProto) -> float | None:
        if tensor.integers is not None and len(tensor.integers) == 1:
            return float(tensor.integers[0])
        if tensor.bits is not None and tensor.element_type == _FLOAT:
            return _finite(*struct.unpack("<f", tensor.bits.to_bytes(4, "little")))
        form = _FORMS.get(tensor.element_type)
        if form is None or tensor.payload is None or tensor.payload[1] != struct.calcsize(form):
            return None
        return _finite(*struct.unpack(form, self._decoder.raw(*tensor.payload)))


def _finite(number: float) -> float | None:
    return float(number) if math.isfinite(number) else None
