"""What fills the slots of an operator's layers: stored tensors, by the names of its inputs."""

from __future__ import annotations

from rnninspect.plugin import Fate, Operand
from rnninspect_paddle.programs.tracing import Trace

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.plugin import Axis, Slot, Source, StoredTensor
    from rnninspect_paddle.programs.messages import Operation, Program


class Filler:
    """Makes operands of names.

    Attributes:
        trace: finds the products in front of an operator.
    """

    def __init__(
        self, program: Program, tensors: Mapping[str, StoredTensor], source: Source
    ) -> None:
        self._tensors = tensors
        self.trace = Trace(program, source)

    def shape(self, name: str) -> tuple[int, ...]:
        """The shape of a stored tensor; empty if it is not stored."""
        tensor = self._tensors.get(name)
        return tensor.shape if tensor is not None else ()

    def weights(self, operation: Operation) -> tuple[StoredTensor, ...]:
        """The stored tensors that an operator reads, each once."""
        names = dict.fromkeys(name for names in operation.inputs.values() for name in names)
        return tuple(self._tensors[name] for name in names if name in self._tensors)

    def operand(
        self, slots: tuple[Slot, ...], axes: tuple[Axis, ...], names: tuple[str, ...]
    ) -> Operand:
        """What fills some slots; several matrices are one below the other."""
        tensors = tuple(self._tensors[name] for name in names if name in self._tensors)
        shape = tensors[0].shape if tensors else None
        if len(tensors) > 1:
            shape = (sum((*one.shape, 0)[0] for one in tensors), *tensors[0].shape[1:])
        name = names[0] if names else ""
        fate = Fate.STORED
        if not tensors:  # dequantised, for one, or fed from outside
            fate = Fate.COMPUTED if self.trace.makes(name) else Fate.INPUT
        return Operand(name, slots, axes, shape, fate, tensors)
