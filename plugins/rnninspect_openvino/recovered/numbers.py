"""Small constants that a graph calculates with: axes, places, the 1 of `1 - z`; no weights."""

from __future__ import annotations

import math
import struct

from rnninspect.plugin import UnreadableFile
from rnninspect_openvino.values import source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source
    from rnninspect_openvino.constants import Constant
    from rnninspect_openvino.records import Operator
    from rnninspect_openvino.tensors import Stored
    from rnninspect_openvino.values import Scope

_MOST = 64  # numbers of one constant
_FORMS = {
    "float16": "e", "float32": "f", "float64": "d", "int8": "b", "uint8": "B", "int32": "i",
    "int64": "q",
}  # fmt: skip


class Numbers:
    """Reads small constants when they are asked for."""

    def __init__(self, source: Source, stored: Stored) -> None:
        self._source, self._stored = source, stored
        self._file: Source | None = None
        self._known: dict[str, tuple[float, ...] | None] = {}

    def integers(self, scope: Scope, operator: Operator, position: int) -> tuple[int, ...] | None:
        """The whole numbers that an input is; None if they are not stored."""
        constant = source_of(scope, scope.producer(operator, position))
        parts = () if constant is None else self._stored.constants.get(constant, ())
        found = self._of(parts[0]) if parts else None
        return None if found is None else tuple(map(int, found))

    def single(self, part: Constant) -> float | None:
        """The number of a constant of one element."""
        if math.prod(part.shape) != 1:
            return None
        found = self._of(part)
        return found[0] if found and math.isfinite(found[0]) else None

    def _of(self, part: Constant) -> tuple[float, ...] | None:
        key = f"{part.identity} {part.dtype}"
        if key not in self._known:
            self._known[key] = self._read(part)
        return self._known[key]

    def _read(self, part: Constant) -> tuple[float, ...] | None:
        form = _FORMS.get(part.dtype)
        count = math.prod(part.shape)
        if form is None or not 0 < count <= _MOST:
            return None
        packed = struct.Struct(f"<{count}{form}")
        try:
            if self._file is None:
                self._file = self._source.open_neighbour(self._stored.file)
            return packed.unpack(self._file.read(part.offset, packed.size))
        except UnreadableFile:  # missing or truncated, which is reported already
            return None
