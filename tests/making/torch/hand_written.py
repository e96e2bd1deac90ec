"""Hand-written recurrent cells: modules with usual names of their tensors."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

Net = Any  # torch is untyped here
Expected = list[tuple[str, int, int]]  # cell, input size, hidden size
M = 3  # input size
N = 4  # hidden size


class Module(nn.Module):  # type: ignore[misc]  # torch is untyped here
    """A module with these attributes; it can be called, so that it can be traced."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - modules and parameters
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)

    def forward(self, values: torch.Tensor) -> torch.Tensor:
        for parameter in self.parameters():
            values = values + parameter.sum()
        return values


def linear(inputs: int, outputs: int, *, bias: bool = True) -> Net:
    return nn.Linear(inputs, outputs, bias=bias)


def conv(inputs: int, outputs: int, taps: int = 3, *, bias: bool = True) -> Net:
    return nn.Conv2d(inputs, outputs, taps, padding=taps // 2, bias=bias)


def parameter(*shape: int) -> Net:
    return nn.Parameter(torch.zeros(shape))


def levels(make: Callable[[int, int], Net], *widths: int) -> Net:
    return nn.ModuleList([make(inputs, hidden) for inputs, hidden in pairwise(widths)])


def by_gate(
    letters: str, side: str, columns: int, make: Callable[..., Net] = linear, *, bias: bool = True
) -> dict[str, Net]:
    return {f"{side}{letter}": make(columns, N, bias=bias) for letter in letters}


def conv_lstm(inputs: int, hidden: int) -> Net:
    return Module(conv=conv(inputs + hidden, 4 * hidden))


def conv_gru(inputs: int, hidden: int) -> Net:
    gates, candidate = conv(inputs + hidden, 2 * hidden), conv(inputs + hidden, hidden)
    return Module(conv_gates=gates, conv_can=candidate)


def three_gates(inputs: int, hidden: int) -> Net:
    return Module(
        **{f"{gate}_gate": conv(inputs + hidden, hidden) for gate in ("reset", "update", "out")}
    )


def peepholes(*shape: int) -> dict[str, Net]:
    return {f"Wc{gate}": parameter(*shape) for gate in "ifo"}


LAYERS: dict[str, tuple[Callable[[], Net], Expected]] = {
    "ConvLSTM, levels": (
        lambda: Module(cell_list=levels(conv_lstm, 1, 4, 4, 2)),
        [("ConvLSTM2D", 1, 4), ("ConvLSTM2D", 4, 4), ("ConvLSTM2D", 4, 2)],
    ),
    "ConvLSTM, cells of a stack by another name": (
        lambda: Module(cells=levels(conv_lstm, 1, 8, 16), head=conv(16, 1, 1)),
        [("ConvLSTM2D", 1, 8), ("ConvLSTM2D", 8, 16)],
    ),
    "ConvLSTM, a convolution for each gate and side, with peepholes": (
        lambda: Module(
            cell0=Module(
                **by_gate("ifco", "Wx", M, make=conv),
                **by_gate("ifco", "Wh", N, make=conv, bias=False),
                **peepholes(1, N, 5, 6),
            )
        ),
        [("ConvLSTM2D", M, N)],
    ),
    "ConvLSTM, a convolution for each gate": (
        lambda: Module(
            rnn=Module(
                **{f"{gate}_gate": conv(M + N, N) for gate in ("in", "remember", "out", "cell")}
            )
        ),
        [("ConvLSTM2D", M, N)],
    ),
    "ConvLSTM of an autoencoder": (
        lambda: Module(
            encoder_1_convlstm=conv_lstm(1, 8),
            encoder_2_convlstm=conv_lstm(8, 8),
            decoder_CNN=nn.Conv3d(8, 1, (1, 3, 3)),
        ),
        [("ConvLSTM2D", 1, 8), ("ConvLSTM2D", 8, 8)],
    ),
    "ConvLSTM along one axis": (
        lambda: Module(conv_lstm_cell=Module(conv=nn.Conv1d(M + N, 4 * N, 5))),
        [("ConvLSTM1D", M, N)],
    ),
    "ConvLSTM over three axes": (
        lambda: Module(convlstm=Module(Gates=nn.Conv3d(M + N, 4 * N, 3))),
        [("ConvLSTM3D", M, N)],
    ),
    "ConvLSTM of two convolutions": (
        lambda: Module(cell=Module(conv_x=conv(M, 4 * N), conv_h=conv(N, 4 * N, bias=False))),
        [("ConvLSTM2D", M, N)],
    ),
    "ConvGRU, levels": (
        lambda: Module(cell_list=levels(conv_gru, 1, 4, 2)),
        [("ConvGRU2D", 1, 4), ("ConvGRU2D", 4, 2)],
    ),
    "ConvGRU, three gates": (
        lambda: Module(cells=levels(three_gates, 8, 32, 64, 16)),
        [("ConvGRU2D", 8, 32), ("ConvGRU2D", 32, 64), ("ConvGRU2D", 64, 16)],
    ),
    "ConvGRU, two convolutions with other names": (
        lambda: Module(ConvGates=conv(M + N, 2 * N), Conv_ct=conv(M + N, N)),
        [("ConvGRU2D", M, N)],
    ),
    "ConvGRU of RAFT": (
        lambda: Module(update_block=Module(gru=Module(**by_gate("zrq", "conv", M + N, make=conv)))),
        [("ConvGRU2D", M, N)],
    ),
    "separable ConvGRU of RAFT": (
        lambda: Module(
            gru=Module(
                **{f"conv{gate}1": nn.Conv2d(M + N, N, (1, 5)) for gate in "zrq"},
                **{f"conv{gate}2": nn.Conv2d(M + N, N, (5, 1)) for gate in "zrq"},
            )
        ),
        [("ConvGRU2D", M, N), ("ConvGRU2D", M, N)],
    ),
    "ConvGRU of video matting": (
        lambda: Module(
            decode4=Module(
                gru=Module(
                    ih=nn.Sequential(conv(2 * N, 2 * N), nn.Sigmoid()),
                    hh=nn.Sequential(conv(2 * N, N), nn.Tanh()),
                )
            )
        ),
        [("ConvGRU2D", N, N)],
    ),
    "LSTM, Linears over input and state": (
        lambda: Module(
            forget_gate=linear(M + N, N),
            input_gate=linear(M + N, N),
            output_gate=linear(M + N, N),
            cell_gate=linear(M + N, N),
            fc=linear(N, 2),
        ),
        [("LSTM", M, N)],
    ),
    "LSTM, matrices over input and state": (
        lambda: Module(
            cell=Module(
                **{f"W_{gate}": parameter(M + N, N) for gate in "fico"},
                **{f"b_{gate}": parameter(N) for gate in "fico"},
            )
        ),
        [("LSTM", M, N)],
    ),
    "LSTM by the letters of torch's documentation": (
        lambda: Module(
            rnn=Module(
                **{f"W_i{gate}": parameter(N, M) for gate in "ifgo"},
                **{f"W_h{gate}": parameter(N, N) for gate in "ifgo"},
                **{f"b_i{gate}": parameter(N) for gate in "ifgo"},
                **{f"b_h{gate}": parameter(N) for gate in "ifgo"},
            )
        ),
        [("LSTM", M, N)],
    ),
    "LSTM, W, U and b by gate, the other way round": (
        lambda: Module(
            **{f"W_{gate}": parameter(M, N) for gate in "ifco"},
            **{f"U_{gate}": parameter(N, N) for gate in "ifco"},
            **{f"b_{gate}": parameter(N) for gate in "ifco"},
        ),
        [("LSTM", M, N)],
    ),
    "LSTM, U and V by gate": (
        lambda: Module(
            lstm=Module(
                **{f"U_{gate}": parameter(M, N) for gate in "ifco"},
                **{f"V_{gate}": parameter(N, N) for gate in "ifco"},
                **{f"b_{gate}": parameter(N) for gate in "ifco"},
            )
        ),
        [("LSTM", M, N)],
    ),
    "LSTM, W and U": (
        lambda: Module(
            lstm=Module(W=parameter(M, 4 * N), U=parameter(N, 4 * N), bias=parameter(4 * N))
        ),
        [("LSTM", M, N)],
    ),
    "LSTM, x2h and h2h": (
        lambda: Module(lstm=Module(x2h=linear(M, 4 * N), h2h=linear(N, 4 * N)), fc=linear(N, 2)),
        [("LSTM", M, N)],
    ),
    "LSTM by Keras' names": (
        lambda: Module(
            rnn=Module(
                kernel=parameter(M, 4 * N),
                recurrent_kernel=parameter(N, 4 * N),
                bias=parameter(4 * N),
            )
        ),
        [("LSTM", M, N)],
    ),
    "LSTM, one Linear over input and state": (
        lambda: Module(lstm_cell=Module(gates=linear(M + N, 4 * N))),
        [("LSTM", M, N)],
    ),
    "LSTM, wfx and ufh": (
        lambda: Module(
            cell=Module(
                **{f"w{gate}x": linear(M, N) for gate in "ifco"},
                **{f"u{gate}h": linear(N, N, bias=False) for gate in "ifco"},
            )
        ),
        [("LSTM", M, N)],
    ),
    "LSTM with peepholes": (
        lambda: Module(
            **{f"W_x{gate}": parameter(N, M) for gate in "ifco"},
            **{f"W_h{gate}": parameter(N, N) for gate in "ifco"},
            **{f"W_c{gate}": parameter(N) for gate in "ifo"},
            **{f"b_{gate}": parameter(N) for gate in "ifco"},
        ),
        [("LSTM", M, N)],
    ),
    "GRU by the letters of torch's documentation": (
        lambda: Module(**by_gate("rzn", "W_i", M), **by_gate("rzn", "W_h", N)),
        [("GRU", M, N)],
    ),
    "GRU, the candidate without a letter": (
        lambda: Module(
            gru=Module(
                **by_gate("rz", "W", M),
                W=linear(M, N),
                **by_gate("rz", "U", N, bias=False),
                U=linear(N, N, bias=False),
            )
        ),
        [("GRU", M, N)],
    ),
    "GRU, gates over input and state": (
        lambda: Module(
            gru=Module(reset=linear(M + N, N), update=linear(M + N, N), candidate=linear(M + N, N))
        ),
        [("GRU", M, N)],
    ),
    "GRU, weight_xh and weight_hh": (
        lambda: Module(
            rnn=Module(
                weight_xh=parameter(M, 3 * N), weight_hh=parameter(N, 3 * N), bias=parameter(3 * N)
            )
        ),
        [("GRU", M, N)],
    ),
    "RNN, i2h and h2h": (
        lambda: Module(i2h=linear(M, N), h2h=linear(N, N), h2o=linear(N, 2)),
        [("RNN", M, N)],
    ),
    "RNN, i2h over both": (
        lambda: Module(i2h=linear(M + N, N), i2o=linear(M + N, 2), softmax=nn.LogSoftmax(dim=1)),
        [("RNN", M, N)],
    ),
    "RNN by three matrices": (
        lambda: Module(
            Wxh=parameter(N, M),
            Whh=parameter(N, N),
            Why=parameter(2, N),
            bh=parameter(N, 1),
            by=parameter(2, 1),
        ),
        [("RNN", M, N)],
    ),
}
