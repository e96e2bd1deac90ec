"""Small stored numbers that a graph calculates with: axes, bounds, the 1 of `1 - z`; no weights."""

from __future__ import annotations

import math
import struct

from rnninspect.decode.flatbuffers import FLOAT32, INT64
from rnninspect_tflite.operators.values import Kind
from rnninspect_tflite.schema.numbers import ELEMENT_TYPES, TensorSlot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_tflite.operators.values import Value
    from rnninspect_tflite.schema.records import Key, Tensor
    from rnninspect_tflite.tensors.buffers import Buffers

_MOST = 64  # numbers in one tensor
_FORMS = {"float32": "f", "float16": "e", "float64": "d", "int8": "b", "uint8": "B", "int16": "h"}
_WHOLE = {"int32": "i", "int64": "q"}
_SCALE, _ZERO_POINT = 2, 3


class Numbers:
    """The numbers of small stored tensors, read when they are asked for."""

    def __init__(self, buffers: Buffers) -> None:
        self._buffers = buffers
        self._known: dict[Key, tuple[int, ...] | None] = {}

    def integers(self, value: Value | None) -> tuple[int, ...] | None:
        """Whole numbers: axes, sizes, places; None if they are not stored."""
        if value is None or value.kind is not Kind.STORED:
            return None
        tensor = value.leaves[0]
        if tensor.key not in self._known:
            form = _WHOLE.get(ELEMENT_TYPES.get(tensor.element_type, ""))
            found = None if form is None else self._read(tensor, form)
            self._known[tensor.key] = None if found is None else tuple(map(int, found))
        return self._known[tensor.key]

    def single(self, value: Value) -> float | None:
        """The one number of a tensor of one element; None if it has more, or is not stored."""
        if value.kind is not Kind.STORED or math.prod(value.tensor.dims) != 1:
            return None
        tensor = value.leaves[0]
        name = ELEMENT_TYPES.get(tensor.element_type, "")
        form = _FORMS.get(name) or _WHOLE.get(name)
        found = None if form is None else self._read(tensor, form)
        if not found or len(found) != 1 or not math.isfinite(found[0]):
            return None
        return _scaled(tensor, float(found[0]))

    def _read(self, tensor: Tensor, form: str) -> tuple[float, ...] | None:
        size = struct.calcsize(f"<{form}")
        extent = self._buffers.of(tensor)
        data = b"" if extent is None else self._buffers.data(extent, _MOST * size)
        if not data or len(data) % size:
            return None
        return struct.unpack(f"<{len(data) // size}{form}", data)


def _scaled(tensor: Tensor, number: float) -> float:
    """The real number that a quantised one stands for."""
    table = tensor.table.table(TensorSlot.QUANTISATION)
    scales = () if table is None else table.numbers(_SCALE, FLOAT32).reals(1)
    if table is None or not scales:
        return number
    zero_points = table.numbers(_ZERO_POINT, INT64).integers(1)
    found = (number - (zero_points[0] if zero_points else 0)) * scales[0]
    return found if math.isfinite(found) else number
