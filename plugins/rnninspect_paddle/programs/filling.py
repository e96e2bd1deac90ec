"""What fills the slots of an operator's layers: stored tensors, by the names of its inputs."""

from __future__ import annotations

from rnninspect.plugin import Fate, Operand
from rnninspect_paddle.programs.tracing import Trace

_FEEDING = frozenset({"feed", "data"})

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

    def operands(
        self,
        slots: tuple[Slot, ...],
        axes: tuple[Axis, ...],
        names: tuple[str, ...],
        columns: int = 0,
    ) -> list[Operand]:
        """What fills some slots; nothing if no variable and no operator has such a name.

        Several matrices are one below the other, and should all have so many columns.
        """
        tensors = tuple(self._tensors[name] for name in names if name in self._tensors)
        if tensors:
            shape = _one_below_the_other([tensor.shape for tensor in tensors], columns)
            return [Operand(names[0], slots, axes, shape, Fate.STORED, tensors)]
        made = self.trace.maker(names[0]) if names else None
        if made is None:
            return []
        fate = Fate.INPUT if made.kind in _FEEDING else Fate.COMPUTED  # dequantised, for one
        return [Operand(names[0], slots, axes, None, fate)]


def _one_below_the_other(shapes: list[tuple[int, ...]], columns: int) -> tuple[int, ...]:
    """The shape of matrices together; with the columns of one that has others, if there is one."""
    if len(shapes) == 1:
        return shapes[0]
    odd = next((shape[1:] for shape in shapes if shape[1:] != (columns,)), (columns,))
    return (sum((*shape, 0)[0] for shape in shapes), *odd)
