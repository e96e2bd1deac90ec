"""Layers and their weights by their fields (mlmodel/format/NeuralNetwork.proto).

A shape is a tuple of the fields that have its sizes; a repeated field has several of them.
"""

from __future__ import annotations

from rnninspect.plugin import Axis, Record, Role, Symbol

TYPE_CHECKING = False
if TYPE_CHECKING:
    Shape = tuple[int, ...]


class Held(Record):
    """Weights in a layer: their field, its name, and the fields of their sizes."""

    field: int
    label: str
    shape: tuple[int, ...] | None = None


class Kind(Record):
    """A kind of layer that has weights."""

    name: str
    weights: tuple[Held, ...]


CONVOLUTION, CONVOLUTION_3D, ACTIVATION, CUSTOM, BRANCH, LOOP = 100, 1471, 130, 500, 605, 615
CONSTANTS = frozenset({290, 1070})
KINDS: dict[int, Kind] = {
    CONVOLUTION: Kind("convolution", (Held(90, "weights"), Held(91, "bias", (1,)))),
    140: Kind("innerProduct", (Held(20, "weights", (2, 1)), Held(21, "bias", (2,)))),
    150: Kind("embedding", (Held(20, "weights", (2, 1)), Held(21, "bias", (2,)))),
    160: Kind(
        "batchnorm",
        (
            Held(15, "gamma", (1,)),
            Held(16, "beta", (1,)),
            Held(17, "mean", (1,)),
            Held(18, "variance", (1,)),
        ),
    ),
    245: Kind("scale", (Held(2, "scale", (1,)), Held(5, "bias", (4,)))),
    250: Kind("bias", (Held(2, "bias", (1,)),)),
    290: Kind("loadConstant", (Held(2, "data", (1,)),)),
    1040: Kind("embeddingND", (Held(20, "weights", (2, 1)), Held(21, "bias", (2,)))),
    1045: Kind("batchedMatmul", (Held(8, "weights", (5, 6)), Held(9, "bias", (6,)))),
    1070: Kind("loadConstantND", (Held(2, "data", (1,)),)),
    1350: Kind("layerNormalization", (Held(3, "gamma", (1,)), Held(4, "beta", (1,)))),
    CONVOLUTION_3D: Kind("convolution3d", (Held(60, "weights"), Held(61, "bias", (1,)))),
}
ACTIVATIONS = {  # those with weights, by their field in ActivationParams
    25: (Held(1, "alpha"),),
    71: (Held(1, "alpha"), Held(2, "beta")),
}
# Layers without weights.
_PLAIN = """
    120 165 170 175 180 190 200 210 211 212 220 230 231 240 260 261 270 280 300 301 310 320 330
    340 345 350 600 620 625 635 640 660 665 670 680 685 700 710 715 720 730 735 740 750 755 760
    770 775 780 790 795 815 820 825 827 830 832 840 845 850 855 865 870 875 880 885 890 895 900
    905 920 925 930 935 940 945 950 952 954 960 965 975 980 985 995 1000 1005 1015 1020 1025 1065
    1080 1085 1090 1100 1105 1110 1120 1125 1130 1135 1140 1145 1150 1155 1170 1175 1180 1190 1195
    1200 1210 1215 1220 1230 1250 1255 1260 1265 1270 1275 1280 1285 1290 1295 1313 1315 1320 1325
    1330 1400 1450 1455 1460 1461 1465 1466 1470
"""
PLAIN = frozenset(map(int, _PLAIN.split()))
# Layers that hand on what they are given, through which a state may come from a constant.
PASSING = frozenset({300, 310, 330, 600, 975, 985, 995, 1120, 1125, 1140, 1150})
# On the way of a state through a cell that was taken apart.
PRODUCTS = frozenset({140, 1045, CONVOLUTION})
ACTIVE = frozenset({ACTIVATION, 760})

_KERNEL: tuple[Axis, ...] = ((Symbol.HIDDEN,), (Symbol.INPUT,))
_RECURRENT: tuple[Axis, ...] = ((Symbol.HIDDEN,), (Symbol.HIDDEN,))
_VECTOR: tuple[Axis, ...] = ((Symbol.HIDDEN,),)


class Gate(Record):
    """A weight of a gate: its field, its name, its role and its axes."""

    field: int
    label: str
    role: Role
    axes: tuple[Axis, ...]


def _gates(
    role: Role, axes: tuple[Axis, ...], what: str, gates: dict[int, str]
) -> tuple[Gate, ...]:
    return tuple(Gate(field, f"{gate}{what}", role, axes) for field, gate in gates.items())


_LSTM = ("inputGate", "forgetGate", "blockInput", "outputGate")
_GRU = ("updateGate", "resetGate", "outputGate")
LSTM_WEIGHTS = (
    *_gates(Role.KERNEL, _KERNEL, "WeightMatrix", dict(enumerate(_LSTM, 1))),
    *_gates(Role.RECURRENT_KERNEL, _RECURRENT, "RecursionMatrix", dict(enumerate(_LSTM, 20))),
    *_gates(Role.BIAS, _VECTOR, "BiasVector", dict(enumerate(_LSTM, 40))),
    *_gates(
        Role.PEEPHOLE,
        _VECTOR,
        "PeepholeVector",
        {60: "inputGate", 61: "forgetGate", 62: "outputGate"},
    ),
)
FORGET_GATE = frozenset({2, 21, 41, 61})


class Recurrent(Record):
    """A kind of recurrent layer.

    Attributes:
        name: its own name.
        cell: key of CELLS.
        weights: of each direction.
        directions: one or two.
        has_bias: the field that says whether it has a bias; in LSTMParams for an LSTM.
        within: the fields of LSTMParams and of the messages with the weights; None if the weights
            are in the layer itself.
    """

    name: str
    cell: str
    weights: tuple[Gate, ...]
    directions: int = 1
    has_bias: int = 20
    within: tuple[int, int] | None = None


LAYOUT: dict[int, Recurrent] = {
    400: Recurrent(
        "simpleRecurrent",
        "RNN",
        (
            Gate(30, "weightMatrix", Role.KERNEL, _KERNEL),
            Gate(31, "recursionMatrix", Role.RECURRENT_KERNEL, _RECURRENT),
            Gate(32, "biasVector", Role.BIAS, _VECTOR),
        ),
    ),
    410: Recurrent(
        "gru",
        "GRU",
        (
            *_gates(Role.KERNEL, _KERNEL, "WeightMatrix", dict(enumerate(_GRU, 30))),
            *_gates(
                Role.RECURRENT_KERNEL, _RECURRENT, "RecursionMatrix", dict(enumerate(_GRU, 50))
            ),
            *_gates(Role.BIAS, _VECTOR, "BiasVector", dict(enumerate(_GRU, 70))),
        ),
    ),
    420: Recurrent("uniDirectionalLSTM", "LSTM", LSTM_WEIGHTS, within=(15, 20)),
    430: Recurrent("biDirectionalLSTM", "LSTM", LSTM_WEIGHTS, 2, within=(15, 20)),
}
