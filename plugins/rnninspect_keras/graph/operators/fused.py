"""Operators that are recurrent layers: the shapes of their outputs."""

from __future__ import annotations

from rnninspect_keras.graph.running.values import UNKNOWN, Kind, Value, made_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_keras.graph.running.calls import Call


def _lstm_cell(call: Call) -> Sequence[Value]:
    """LSTMBlockCell: seven outputs of the shape of the state."""
    return [Value(Kind.DYNAMIC, call.shape(2)) for _ in range(7)]


def _lstm(call: Call) -> Sequence[Value]:
    """BlockLSTM and BlockLSTMV2: seven outputs of all steps."""
    steps, state = call.shape(1), call.shape(3)
    shape = None if not steps or not state else (steps[0], *state)
    return [Value(Kind.DYNAMIC, shape) for _ in range(7)]


def _gru_cell(call: Call) -> Sequence[Value]:
    """GRUBlockCell: four outputs of the shape of the state."""
    return [Value(Kind.DYNAMIC, call.shape(1)) for _ in range(4)]


def _cudnn(call: Call) -> Sequence[Value]:
    """CudnnRNN in its versions: the outputs of all steps, the last states."""
    steps, state = call.shape(0), call.shape(1)
    both = 2 if call.node.text("direction") == "bidirectional" else 1
    width = None if not state or state[-1] is None else both * state[-1]
    shape = None if not steps else (*steps[:-1], width)
    return [
        Value(Kind.DYNAMIC, shape),
        Value(Kind.DYNAMIC, state),
        Value(Kind.DYNAMIC, call.shape(2)),
        UNKNOWN,
        UNKNOWN,
    ]


def canonical(call: Call) -> tuple[Value]:
    """CudnnRNNCanonicalToParams: one buffer of the weights and the biases of all gates."""
    given = call.inputs[3:]
    count = call.node.number("num_params_weights") or call.node.number("num_params")
    found = made_of(given, (None,))
    found.packed = (tuple(given[:count]), tuple(given[count:]))
    return (found,)


FUSED: dict[str, Callable[[Call], Sequence[Value]]] = {
    "LSTMBlockCell": _lstm_cell,
    **dict.fromkeys(("BlockLSTM", "BlockLSTMV2"), _lstm),
    "GRUBlockCell": _gru_cell,
    **dict.fromkeys(("CudnnRNN", "CudnnRNNV2", "CudnnRNNV3"), _cudnn),
}

TABLE = {
    **dict.fromkeys(("CudnnRNNCanonicalToParams", "CudnnRNNCanonicalToParamsV2"), canonical),
}
