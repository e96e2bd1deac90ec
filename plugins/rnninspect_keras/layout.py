"""Keras' dialect: which tensor fills which slots of a cell, and the axes that it should have."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.plugin import BIASES, Convention, Role, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from rnninspect.plugin import Axis

G, M, N, K = Symbol.GATES, Symbol.INPUT, Symbol.HIDDEN, Symbol.TAPS
J, P, R = Symbol.JOINED, Symbol.PROJECTION, Symbol.FED_BACK

DIRECTIONS = ("forward", "backward")  # as names of layers and variables spell them


class Dialect(StrEnum):
    """How the bias of a cell is kept, in the words of a layer's `convention`."""

    KERAS = "keras"  # one bias vector
    RESET_AFTER = "keras reset_after"  # two bias vectors as two rows of one tensor: GRU alone
    CUDNN = "cudnn"  # two bias vectors, one after the other
    COMPATIBLE = "tensorflow 1 cudnn-compatible"  # the candidate has a recurrent bias: GRU alone
    SONNET = "sonnet"  # two bias vectors, one with each kernel: VanillaRNN of Sonnet 1 alone
    TENSORFLOW = "tensorflow 1"  # one bias vector; kernels joined, input rows above state rows


class WeightName(StrEnum):
    """A tensor of a cell by its name in Keras.

    One letter is for Keras 1's arrays, one for each gate; the last eight are TensorFlow 1's.
    """

    KERNEL = "kernel"
    RECURRENT = "recurrent_kernel"
    BIAS = "bias"
    PEEPHOLE = "peephole"
    NORM = "norm of all gates"
    STATE_NORM = "norm of the state"
    GATE_KERNEL = "W"
    GATE_RECURRENT = "U"
    GATE_BIAS = "b"
    JOINED = "kernel of all rows"
    GATES = "gates/kernel"
    CANDIDATE = "candidate/kernel"
    GATES_BIAS = "gates/bias"
    CANDIDATE_BIAS = "candidate/bias"
    PROJECTION = "projection/kernel"
    DIAGONAL = "kernel_u"
    HIDDEN_BIAS = "hidden_projection/bias"


_BOTH_KERNELS = (Role.KERNEL, Role.RECURRENT_KERNEL)
_BOTH_BIASES = (Role.BIAS, Role.RECURRENT_BIAS)

_PLAIN: dict[WeightName, tuple[tuple[Role, ...], tuple[Axis, ...]]] = {
    WeightName.KERNEL: ((Role.KERNEL,), ((M,), (G, N))),
    WeightName.RECURRENT: ((Role.RECURRENT_KERNEL,), ((R,), (G, N))),
    WeightName.BIAS: ((Role.BIAS,), ((G, N),)),
    WeightName.PEEPHOLE: ((Role.PEEPHOLE,), ((N,),)),
    WeightName.NORM: ((Role.NORMALISATION,), ((G, N),)),
    WeightName.STATE_NORM: ((Role.NORMALISATION,), ((N,),)),
    WeightName.GATE_KERNEL: ((Role.KERNEL,), ((M,), (N,))),
    WeightName.GATE_RECURRENT: ((Role.RECURRENT_KERNEL,), ((N,), (N,))),
    WeightName.GATE_BIAS: ((Role.BIAS,), ((N,),)),
    WeightName.JOINED: (_BOTH_KERNELS, ((J,), (G, N))),
    WeightName.GATES: (_BOTH_KERNELS, ((J,), (2, N))),
    WeightName.CANDIDATE: (_BOTH_KERNELS, ((J,), (N,))),
    WeightName.GATES_BIAS: ((Role.BIAS,), ((2, N),)),
    WeightName.CANDIDATE_BIAS: ((Role.BIAS,), ((N,),)),
    WeightName.PROJECTION: ((Role.PROJECTION,), ((N,), (P,))),
    WeightName.DIAGONAL: ((Role.RECURRENT_KERNEL,), ((1,), (G, N))),
    WeightName.HIDDEN_BIAS: ((Role.RECURRENT_BIAS,), ((N,),)),
}

# What a part fills, and its axes, in each dialect.
LAYOUT: dict[Dialect, dict[WeightName, tuple[tuple[Role, ...], tuple[Axis, ...]]]] = {
    Dialect.KERAS: _PLAIN,
    Dialect.RESET_AFTER: {**_PLAIN, WeightName.BIAS: (_BOTH_BIASES, ((2,), (G, N)))},
    Dialect.CUDNN: {**_PLAIN, WeightName.BIAS: (_BOTH_BIASES, ((2, G, N),))},
    Dialect.COMPATIBLE: {**_PLAIN, WeightName.BIAS: (_BOTH_BIASES, ((2, G, N),))},
    Dialect.SONNET: {**_PLAIN, WeightName.BIAS: (_BOTH_BIASES, ((2, G, N),))},
    Dialect.TENSORFLOW: _PLAIN,
}

# The gates of Keras' own cells in the order in which each weight has them, as
# `RecurrentLayer.gate_order` has them; those of TensorFlow 1 are in other orders.
_LSTM = ("LSTM", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "LayerNormLSTM")
_GATE_ORDERS = {**dict.fromkeys(_LSTM, "ifgo"), "GRU": "zrg"}


def gate_order(cell: str, dialect: Dialect, names: Collection[WeightName | None]) -> str:
    """The order of the gates in a declared layer's weights; empty where each gate has its own."""
    if dialect not in (Dialect.KERAS, Dialect.RESET_AFTER, Dialect.CUDNN):
        return ""
    return "" if WeightName.GATE_KERNEL in names else _GATE_ORDERS.get(cell, "")


def axes_of(dialect: Dialect, part: WeightName, *, convolution: bool) -> tuple[Axis, ...]:
    """The axes of a part; the taps of a convolution come before a kernel's others."""
    axes = LAYOUT[dialect][part][1]
    is_kernel = LAYOUT[dialect][part][0][0] in _BOTH_KERNELS
    return ((K,), *axes) if convolution and is_kernel else axes


def conventions() -> tuple[Convention, ...]:
    """How Keras counts each cell."""
    one, two = frozenset({Role.BIAS}), BIASES
    plain = ("RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D")
    addons = ("LayerNormLSTM", "LayerNormRNN", "ESN")
    peepholes, projection = frozenset({Role.PEEPHOLE}), frozenset({Role.PROJECTION})
    return (
        *(Convention(Dialect.KERAS, cell, one) for cell in plain),
        Convention(Dialect.KERAS, "LSTM", one, peepholes, "peepholes with the addons' cell"),
        *(Convention(Dialect.KERAS, cell, one, note="tensorflow-addons") for cell in addons),
        Convention(
            Dialect.KERAS, "NAS", one, projection, "tensorflow-addons; as built without bias"
        ),
        Convention(
            Dialect.RESET_AFTER,
            "GRU",
            two,
            note="reset_after=True, the default",
            reset_after=True,
        ),
        Convention(
            Dialect.KERAS,
            "GRU",
            one,
            note="reset_after=False, Keras 1's only one",
            reset_after=False,
        ),
        Convention(Dialect.CUDNN, "LSTM", two, note="CuDNNLSTM"),
        Convention(Dialect.CUDNN, "GRU", two, note="CuDNNGRU", reset_after=True),
    )
