"""The kinds of networks by their names in files (lstm/network.cpp, kTypeNames)."""

from __future__ import annotations

CONTAINERS = frozenset({
    *("Series", "Parallel", "Replicated", "ParBidiLSTM", "DepParUDLSTM", "Par2dLSTM"),
    *("RTLReversed", "TTBReversed", "XYTranspose"),
})  # fmt: skip
BOTH_WAYS = "ParBidiLSTM"
CELLS = frozenset({"LSTM", "SummLSTM", "LSTMSoftmax", "LSTMBinarySoftmax"})
WITH_OUTPUT = frozenset({"LSTMSoftmax", "LSTMBinarySoftmax"})  # they read their own output
CONNECTED = frozenset({
    *("Logistic", "PosClip", "SymClip", "Tanh", "Relu", "Linear", "Softmax", "SoftmaxNoCTC"),
    *("LinLogistic", "LinTanh"),
})  # fmt: skip
SCALED = frozenset({"Convolve", "Maxpool", "Reconfig"})  # two numbers follow
INPUT = "Input"  # five numbers follow
KINDS = CONTAINERS | CELLS | CONNECTED | SCALED | {INPUT}
