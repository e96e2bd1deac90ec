"""The options of operators, by name: their slots in the schema."""

from __future__ import annotations

from rnninspect.decode.flatbuffers import INT8, INT32

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_tflite.schema.records import Operator

_ACTIVATION_SLOTS = {
    **dict.fromkeys(("FULLY_CONNECTED", "ADD", "SUB", "MUL", "DIV"), 0),
    **dict.fromkeys(("RNN", "LSTM", "UNIDIRECTIONAL_SEQUENCE_LSTM"), 0),
    **dict.fromkeys(("BIDIRECTIONAL_SEQUENCE_LSTM",), 0),
    **dict.fromkeys(("CONCATENATION", "SVDF", "UNIDIRECTIONAL_SEQUENCE_RNN"), 1),
    **dict.fromkeys(("BIDIRECTIONAL_SEQUENCE_RNN",), 1),
    "CONV_2D": 3,
}


def activation(operator: Operator) -> int:
    """The number of the activation that an operator applies to its result; 0 for none."""
    slot = _ACTIVATION_SLOTS.get(operator.name)
    return 0 if slot is None else integer(operator, slot, byte=True)


def integer(operator: Operator, slot: int, *, byte: bool = False) -> int:
    """A number among the options; 0 where there is none."""
    options = operator.options
    return 0 if options is None else options.integer(slot, INT8 if byte else INT32)


def flag(operator: Operator, slot: int) -> bool:
    """A flag among the options."""
    options = operator.options
    return False if options is None else options.flag(slot)


def integers(operator: Operator, slot: int, most: int) -> tuple[int, ...]:
    """The numbers of a list among the options."""
    options = operator.options
    return () if options is None else options.numbers(slot, INT32).integers(most)


def text(operator: Operator, slot: int) -> str:
    """A text among the options."""
    options = operator.options
    return "" if options is None else options.text(slot) or ""
