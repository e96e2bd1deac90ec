"""Operators of fluid: a cell in one direction, after the product with its inputs.

Sources: lstm_op.cc, lstmp_op.cc, gru_op.cc, gru_unit_op.cc, lstm_unit_op.cc and, under fused,
fusion_lstm_op.cc, fusion_gru_op.cc and multi_gru_op.cc in paddle/fluid/operators.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.plugin import (
    CELLS,
    Origin,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    Slot,
    Symbol,
    plural,
)
from rnninspect_paddle.framework import FLUID, FLUID_GATE_ORDERS, FLUID_LAYOUT
from rnninspect_paddle.programs.tracing import Fed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Axis
    from rnninspect_paddle.programs.filling import Filler
    from rnninspect_paddle.programs.messages import Operation

    _Part = tuple[tuple[Slot, ...], tuple[Axis, ...], tuple[str, ...]]

# Operators with a product of the state alone; their input has the gates.
_GATED = {"lstm": "LSTM", "lstmp": "LSTM", "gru": "GRU", "gru_unit": "GRU"}
_FUSED = {"fusion_lstm": "LSTM", "fusion_gru": "GRU", "multi_gru": "GRU"}
_UNIT = "lstm_unit"
KINDS = frozenset({*_GATED, *_FUSED, _UNIT})
_PEEPHOLES = 7  # times hidden_size: a bias with the peepholes after it
_JOINED = (Role.KERNEL, Role.RECURRENT_KERNEL)
_ROWS = FLUID_LAYOUT[Role.KERNEL][1]


class _Weights(Record):
    """The weights of a cell, by the names of their variables; empty where there is none."""

    fed: Fed
    recurrent: str
    bias: str = ""
    projection: str = ""


def layers_of(operation: Operation, name: str, fill: Filler) -> list[RecurrentLayer] | str:
    """The layers of an operator of KINDS; why there are none."""
    if operation.kind in _FUSED:
        return _fused(operation, name, fill)
    fed = fill.trace.back(operation.first("X" if operation.kind == _UNIT else "Input"))
    if not fed.kernels or not fed.complete:
        return f"the product that feeds {operation.kind} was not found"
    if operation.kind == _UNIT:
        return _unit(operation, name, fed, fill)
    names = map(operation.first, ("Weight", "Bias", "ProjWeight"))
    return [_layer(operation, name, _GATED[operation.kind], _Weights(fed, *names), fill)]


def _fused(operation: Operation, name: str, fill: Filler) -> list[RecurrentLayer] | str:
    kernels, recurrent, biases = (
        operation.inputs.get(word, ()) for word in ("WeightX", "WeightH", "Bias")
    )
    if not kernels or len(kernels) != len(recurrent) or len(biases) not in (0, len(kernels)):
        counts = (
            plural(len(kernels), "kernel"),
            plural(len(recurrent), "recurrent kernel"),
            plural(len(biases), "bias", "biases"),
        )
        return ", ".join(counts)
    every = [
        _Weights(Fed(((kernel, False),)), state, biases[number] if biases else "")
        for number, (kernel, state) in enumerate(zip(kernels, recurrent, strict=True))
    ]
    cell = _FUSED[operation.kind]
    return [
        _layer(operation, f"{name}[{number}]" if len(every) > 1 else name, cell, weights, fill)
        for number, weights in enumerate(every)
    ]


def _unit(operation: Operation, name: str, fed: Fed, fill: Filler) -> list[RecurrentLayer] | str:
    """A step of an LSTM, after a product with inputs and state together."""
    if len(fed.kernels) != 1:
        return "several products feed lstm_unit"
    kernel, turned = fed.kernels[0]
    rows, columns = (*fill.shape(kernel), 0, 0)[:2][:: -1 if turned else 1]
    joined = tuple(Slot(0, role) for role in _JOINED)
    axes: tuple[Axis, ...] = ((Symbol.JOINED,), _ROWS)
    operands = fill.operands(joined, axes[::-1] if turned else axes, (kernel,))
    operands += fill.operands((Slot(0, Role.BIAS),), (_ROWS,), fed.biases[:1])
    return [
        RecurrentLayer(
            name=name,
            kind=operation.kind,
            cell="LSTM",
            sizes=Sizes(max(rows - columns // 4, 0), columns // 4),
            origin=Origin.INFERRED,
            convention=FLUID,
            roles=frozenset((*_JOINED, Role.BIAS) if fed.biases else _JOINED),
            operands=tuple(operands),
            gate_order="ifog",
        )
    ]


def _layer(
    operation: Operation, name: str, cell: str, weights: _Weights, fill: Filler
) -> RecurrentLayer:
    peepholes = cell == "LSTM" and bool(operation.attributes.get("use_peepholes", 1))
    parts = list(_parts(weights, peepholes=peepholes))
    gates = len(CELLS[cell].gates)
    hidden = _hidden(weights, gates, fill, peepholes=peepholes)
    inputs = ((*fill.shape(one), 0, 0)[1 if turned else 0] for one, turned in weights.fed.kernels)
    narrow = [*fill.shape(weights.projection)[1:2], *fill.shape(weights.recurrent)[:1]]
    return RecurrentLayer(
        name=name,
        kind=operation.kind,
        cell=cell,
        sizes=Sizes(
            sum(inputs),
            hidden,
            narrow[0] if weights.projection and narrow else None,
        ),
        origin=Origin.INFERRED,
        convention=FLUID,
        roles=frozenset(slot.role for slots, _, _ in parts for slot in slots),
        operands=tuple(one for part in parts for one in fill.operands(*part, gates * hidden)),
        gate_order=FLUID_GATE_ORDERS[cell],
    )


def _hidden(weights: _Weights, gates: int, fill: Filler, *, peepholes: bool) -> int:
    """The hidden size that most weights agree on."""
    kernels = [name for name, turned in weights.fed.kernels if not turned]
    turned = [name for name, turned in weights.fed.kernels if turned]
    wide = [
        *(fill.shape(name)[-1:] for name in (weights.recurrent, *kernels, *weights.fed.biases[:1])),
        *(fill.shape(name)[:1] for name in turned),
    ]
    votes = [width[0] // gates for width in wide if width and width[0] % gates == 0]
    times = _PEEPHOLES if peepholes else gates
    votes += [width // times for width in fill.shape(weights.bias)[-1:] if width % times == 0]
    votes += fill.shape(weights.projection or weights.recurrent)[:1]
    return Counter(votes).most_common(1)[0][0] if votes else 0


def _parts(weights: _Weights, *, peepholes: bool) -> Iterator[_Part]:
    """What the operator reads: slots, their axes, and the names that fill them."""
    fed = weights.fed
    turned = bool(fed.kernels) and all(turn for _, turn in fed.kernels)
    kernel = FLUID_LAYOUT[Role.KERNEL]
    names = tuple(name for name, _ in fed.kernels)
    yield (Slot(0, Role.KERNEL),), kernel[::-1] if turned else kernel, names
    state = Slot(0, Role.RECURRENT_KERNEL)
    yield (state,), FLUID_LAYOUT[state.role], (weights.recurrent,)
    outer = fed.biases[:1]  # of the product in front
    if outer:
        yield (Slot(0, Role.BIAS),), (_ROWS,), outer
    if weights.bias:
        own = Slot(0, Role.RECURRENT_BIAS if outer else Role.BIAS)
        slots = (own, Slot(0, Role.PEEPHOLE)) if peepholes else (own,)
        yield slots, FLUID_LAYOUT[Role.PEEPHOLE if peepholes else Role.BIAS], (weights.bias,)
    if weights.projection:
        slot = Slot(0, Role.PROJECTION)
        yield (slot,), FLUID_LAYOUT[slot.role], (weights.projection,)
