"""Which sequence a layer reads, and in which order: as it is, or from its end."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_tflite.operators.values import Call, Value

Reading = tuple[int, bool]
"""A sequence, by a number of its own, and whether it is reversed."""

_TURNING = frozenset({"REVERSE_V2", "REVERSE_SEQUENCE"})
_MOVING = frozenset({"RESHAPE", "TRANSPOSE", "SQUEEZE", "EXPAND_DIMS", "QUANTIZE", "DEQUANTIZE"})
_LEAST_AXES = 2


class Readings:
    """The sequences of a run, through operators that reverse them or move their axes."""

    def __init__(self) -> None:
        self._origins: dict[Value, tuple[Value, bool]] = {}

    def ran(self, call: Call) -> None:
        """An operator was run: what it gives may be its input in another order."""
        value = call.input(0)
        if value is None or call.output is None or value.leaves:
            return
        if call.operator.name in _TURNING or call.operator.name in _MOVING:
            origin, turned = self._origins.get(value, (value, False))
            self._origins[call.output] = (origin, turned != (call.operator.name in _TURNING))

    def of(self, values: Iterable[Value | None]) -> frozenset[Reading]:
        """The sequences among some values; stored tensors are none."""
        found = set[Reading]()
        for value in values:
            if value is not None and not value.leaves and len(value.shape) >= _LEAST_AXES:
                origin, turned = self._origins.get(value, (value, False))
                found.add((id(origin), turned))
        return frozenset(found)
