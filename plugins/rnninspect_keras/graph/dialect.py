"""Recovered layers in the words of Keras: which biases they have, and where weights come from."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Fate, Role, Slot, Symbol
from rnninspect_keras.layout import Dialect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Operand, RecurrentLayer

_JOINED = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})


def in_dialect(layer: RecurrentLayer) -> RecurrentLayer:
    """A recovered layer by the dialect whose kernels and biases it has.

    A single bias fills one role; a weight that is stored nowhere in the file is an input.
    """
    operands = tuple(map(_operand, layer.operands))
    filled = {slot.role for operand in operands for slot in operand.slots}
    roles = layer.roles if filled >= BIASES else layer.roles - (BIASES - filled)
    joined = any({slot.role for slot in operand.slots} >= _JOINED for operand in operands)
    dialect = Dialect.TENSORFLOW if joined else Dialect.KERAS
    if roles >= BIASES:
        dialect = Dialect.RESET_AFTER if layer.cell == "GRU" else Dialect.CUDNN
    return layer._replace(convention=dialect, roles=roles, operands=operands)


def _operand(operand: Operand) -> Operand:
    if not operand.tensors:
        return operand._replace(fate=Fate.INPUT) if operand.fate is Fate.COMPUTED else operand
    roles = {slot.role for slot in operand.slots}
    stored = sum(tensor.parameters for tensor in operand.tensors)
    if roles != BIASES or operand.shape is None or stored != operand.shape[0]:
        return operand
    return operand._replace(
        slots=(Slot(operand.slots[0].direction, Role.BIAS),),
        axes=((Symbol.GATES, Symbol.HIDDEN),),
        fate=Fate.STORED,
    )
