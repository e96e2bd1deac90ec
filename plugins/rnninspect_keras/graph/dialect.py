"""Recovered layers in the words of Keras: which biases they have, and where weights come from."""

from __future__ import annotations

from rnninspect.plugin import BIASES, Fate, Role, Slot, Symbol
from rnninspect_keras.layout import Dialect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Operand, RecurrentLayer

_JOINED = frozenset({Role.KERNEL, Role.RECURRENT_KERNEL})


def in_dialect(layer: RecurrentLayer) -> RecurrentLayer:
    """A recovered layer by the dialect whose kernels and biases it has.

    A single bias fills one role; a weight that is stored nowhere in the file is an input.
    """
    operands = tuple(_two_rows([_operand(operand) for operand in layer.operands]))
    filled = {slot.role for operand in operands for slot in operand.slots}
    roles = layer.roles if filled >= BIASES else layer.roles - (BIASES - filled)
    joined = any({slot.role for slot in operand.slots} >= _JOINED for operand in operands)
    dialect = Dialect.TENSORFLOW if joined else Dialect.KERAS
    if roles >= BIASES:
        dialect = Dialect.RESET_AFTER if layer.cell == "GRU" else Dialect.CUDNN
    return layer._replace(convention=dialect, roles=roles, operands=operands)


def _two_rows(operands: list[Operand]) -> Iterator[Operand]:
    """Two biases that are the rows of one tensor as one operand, as Keras' GRU has them."""
    biases = [each for each in operands if {slot.role for slot in each.slots} < BIASES]
    same = {each.tensors for each in biases}
    tensors = same.pop() if len(same) == 1 else ()
    shape = tensors[0].shape if len(tensors) == 1 else ()
    joined = len(biases) == len(BIASES) and len(shape) == len(BIASES) and shape[0] == len(BIASES)
    for operand in operands:
        if not joined or operand not in biases:
            yield operand
        elif operand is biases[0]:
            slots = tuple(slot for each in biases for slot in each.slots)
            axes = ((len(BIASES),), (Symbol.GATES, Symbol.HIDDEN))
            yield operand._replace(slots=slots, axes=axes, shape=shape)


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
