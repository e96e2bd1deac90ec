"""Modules that resemble hand-written cells: of a library, without a formula, or not recurrent."""

from __future__ import annotations

from collections.abc import Callable

from torch import nn

from making.torch.hand_written import (
    Expected,
    M,
    Module,
    N,
    Net,
    conv,
    conv_lstm,
    linear,
    parameter,
)

POSSIBLE: dict[str, Callable[[], Net]] = {
    "normalised after the convolution": lambda: Module(
        clstm_cell=Module(conv=nn.Sequential(conv(M + N, 4 * N), nn.GroupNorm(2, 4 * N)))
    ),
    "batch normalisation of LSTM": lambda: Module(
        cell_0=Module(
            weight_ih=parameter(M, 4 * N),
            weight_hh=parameter(N, 4 * N),
            bias=parameter(4 * N),
            bn_ih=nn.BatchNorm1d(4 * N),
        )
    ),
    "PredRNN": lambda: Module(
        cell_list=nn.ModuleList(
            [
                Module(
                    conv_x=conv(M, 7 * N, 5),
                    conv_h=conv(N, 4 * N, 5),
                    conv_m=conv(N, 3 * N, 5),
                    conv_o=conv(2 * N, N, 5),
                    conv_last=conv(2 * N, N, 1),
                )
            ]
        )
    ),
    "one convolution of a cell alone": lambda: Module(cell=conv_lstm(M, N)),
}
SIGNED: dict[str, tuple[Callable[[], Net], Expected]] = {  # known by the names of their weights
    "LSTM of trees": (
        lambda: Module(
            cell=Module(
                W_iou=linear(M, 3 * N, bias=False),
                U_iou=linear(N, 3 * N, bias=False),
                U_f=linear(N, N),
                b_iou=parameter(1, 3 * N),
            )
        ),
        [("TreeLSTM", M, N)],
    ),
}
NOTHING: dict[str, Callable[[], Net]] = {
    "convolutions": lambda: nn.Sequential(
        conv(3, 16), nn.BatchNorm2d(16), conv(16, 32), conv(32, 4)
    ),
    "convolutions with names": lambda: Module(
        layers=nn.ModuleList([Module(conv=conv(3, 16)), Module(conv=conv(16, 32))])
    ),
    "transformer": lambda: nn.TransformerEncoderLayer(8, 2, 16),
    "transformer's decoder": lambda: nn.TransformerDecoderLayer(8, 2, 16),
    "additive attention": lambda: Module(
        attention=Module(i2h=linear(6, 6, bias=False), h2h=linear(6, 6), score=linear(6, 1))
    ),
    "octave convolution": lambda: Module(h2h=conv(4, 4), h2l=conv(4, 2), l2h=conv(2, 4)),
    "highway": lambda: Module(gate=linear(8, 8), linear=linear(8, 8), nonlinear=linear(8, 8)),
    "gated convolution": lambda: Module(conv=conv(8, 8), gate=conv(8, 8)),
    "squeeze and excitation": lambda: Module(se=Module(fc1=linear(8, 2), fc2=linear(2, 8))),
    "embedding and head": lambda: Module(embedding=nn.Embedding(9, 4), linear=linear(4, 2)),
}
