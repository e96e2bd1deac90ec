"""The inputs of TFLite's recurrent operators that contain weights, and their axes in symbols.

Facts: the kernels in tensorflow/lite/kernels (lstm, unidirectional_sequence_lstm,
bidirectional_sequence_lstm, basic_rnn, …) and tensorflow/lite/experimental/kernels
(unidirectional_sequence_gru). Each gate has a tensor of its own, whose rows are its units.
"""

from __future__ import annotations

from rnninspect.plugin import Axis, Convention, Record, Role, Symbol

_HIDDEN: Axis = (Symbol.HIDDEN,)
_KERNEL: tuple[Axis, ...] = (_HIDDEN, (Symbol.INPUT,))
_RECURRENT: tuple[Axis, ...] = (_HIDDEN, (Symbol.FED_BACK,))
_VECTOR: tuple[Axis, ...] = (_HIDDEN,)
_JOINED = (Role.KERNEL, Role.RECURRENT_KERNEL)


class WeightInput(Record):
    """One input with a weight, of one gate or of all.

    Attributes:
        position: which input.
        roles: what it is for.
        axes: its shape in symbols; empty where only its elements count.
        gate: a letter of the gate that an operator with coupled gates does not have.
    """

    position: int
    roles: tuple[Role, ...]
    axes: tuple[Axis, ...]
    gate: str = ""


class Direction(Record):
    """The inputs of one direction; the states are tensors that have the layer's sizes."""

    weights: tuple[WeightInput, ...]
    fed_back: int
    hidden: int


class Fused(Record):
    """A recurrent operator.

    Attributes:
        cell: key of CELLS; that of coupled gates is chosen by the inputs.
        directions: one or two.
        optional: roles that the operator may do without.
        auxiliary: the input that a kernel reads beside the first one.
    """

    cell: str
    directions: tuple[Direction, ...]
    optional: frozenset[Role] = frozenset()
    auxiliary: int | None = None


def _gates(
    first: int, role: Role, axes: tuple[Axis, ...], gates: str = "ifgo"
) -> tuple[WeightInput, ...]:
    return tuple(WeightInput(first + at, (role,), axes, gate) for at, gate in enumerate(gates))


def _lstm(first: int, states: tuple[int, int], auxiliary: int | None = None) -> Direction:
    """The seventeen inputs of one direction, from input_to_input_weights on."""
    beside = () if auxiliary is None else _gates(auxiliary, Role.KERNEL, ())
    return Direction(
        (
            *_gates(first, Role.KERNEL, _KERNEL),
            *beside,
            *_gates(first + 4, Role.RECURRENT_KERNEL, _RECURRENT),
            *_gates(first + 8, Role.PEEPHOLE, _VECTOR, "ifo"),
            *_gates(first + 11, Role.BIAS, _VECTOR),
            WeightInput(first + 15, (Role.PROJECTION,), ((Symbol.PROJECTION,), _HIDDEN)),
            WeightInput(first + 16, (Role.PROJECTION_BIAS,), ((Symbol.PROJECTION,),)),
        ),
        *states,
    )


def _normalised(plain: Direction) -> Direction:
    norms = _gates(20, Role.NORMALISATION, _VECTOR)
    return plain._replace(weights=(*plain.weights, *norms))


def _rnn(first: int, *, auxiliary: int | None = None) -> Direction:
    beside = () if auxiliary is None else (WeightInput(auxiliary, (Role.KERNEL,), ()),)
    return Direction(
        (
            WeightInput(first, (Role.KERNEL,), _KERNEL),
            *beside,
            WeightInput(first + 1, (Role.RECURRENT_KERNEL,), _RECURRENT),
            WeightInput(first + 2, (Role.BIAS,), _VECTOR),
        ),
        first + 3,
        first + 3,
    )


_EXTRAS = frozenset({Role.PEEPHOLE, Role.PROJECTION, Role.PROJECTION_BIAS, Role.NORMALISATION})
_UNIDIRECTIONAL = Fused("LSTM", (_normalised(_lstm(1, (18, 19))),), _EXTRAS)
BASIC_LSTM = Fused(
    "LSTM",
    (
        Direction(
            (
                WeightInput(2, _JOINED, ((Symbol.GATES, Symbol.HIDDEN), (Symbol.JOINED,))),
                WeightInput(3, (Role.BIAS,), ((Symbol.GATES, Symbol.HIDDEN),)),
            ),
            fed_back=1,
            hidden=4,
        ),
    ),
)
"""LSTM of kernel_type BASIC: all gates in one matrix over input and state."""
_GRU = Fused(
    "GRU",
    (
        Direction(
            (
                WeightInput(2, _JOINED, ((2, Symbol.HIDDEN), (Symbol.JOINED,))),
                WeightInput(4, _JOINED, (_HIDDEN, (Symbol.JOINED,))),
                WeightInput(3, (Role.BIAS,), ((2, Symbol.HIDDEN),)),
                WeightInput(5, (Role.BIAS,), _VECTOR),
            ),
            fed_back=1,
            hidden=1,
        ),
    ),
)
BUILT_IN: dict[str, Fused] = {
    "LSTM": _UNIDIRECTIONAL,
    "UNIDIRECTIONAL_SEQUENCE_LSTM": _UNIDIRECTIONAL,
    "BIDIRECTIONAL_SEQUENCE_LSTM": Fused(
        "LSTM", (_lstm(1, (35, 36), 40), _lstm(18, (37, 38), 44)), _EXTRAS, 39
    ),
    "RNN": Fused("RNN", (_rnn(1),)),
    "UNIDIRECTIONAL_SEQUENCE_RNN": Fused("RNN", (_rnn(1),)),
    "BIDIRECTIONAL_SEQUENCE_RNN": Fused(
        "RNN", (_rnn(1, auxiliary=10), _rnn(5, auxiliary=11)), auxiliary=9
    ),
}
CUSTOM: dict[str, Fused] = {"UNIDIRECTIONAL_SEQUENCE_GRU": _GRU}
_BIAS = frozenset({Role.BIAS})
CONVENTIONS = (
    Convention("tflite", "RNN", _BIAS, note="operators RNN and *_SEQUENCE_RNN"),
    Convention("tflite", "GRU", _BIAS, note="custom UNIDIRECTIONAL_SEQUENCE_GRU", reset_after=None),
    Convention("tflite", "LSTM", _BIAS, _EXTRAS, "operators LSTM and *_SEQUENCE_LSTM"),
    Convention("tflite", "CIFG-LSTM", _BIAS, _EXTRAS, "without the input gate's tensors"),
    Convention("tflite", "SVDF", _BIAS, note="operator SVDF"),
)
