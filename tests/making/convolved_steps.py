"""Cells whose maps are convolutions, written by hand, and nets of convolutions that are none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor

INPUTS, UNITS, SIDE = 3, 4, 6


class ConvLSTM(nn.Module):  # type: ignore[misc]
    """One convolution over input and state for all gates, with or without peepholes."""

    def __init__(self, axes: int = 2, taps: int = 3, *, peepholes: bool = False) -> None:
        super().__init__()
        convolution = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]
        self.gates = convolution(INPUTS + UNITS, 4 * UNITS, taps, padding=taps // 2)
        shape = (3, 1, UNITS, *(SIDE,) * axes)
        self.peep = nn.Parameter(torch.randn(shape)) if peepholes else None

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = self.gates(torch.cat([x, h], 1)).chunk(4, 1)
        if self.peep is not None:
            i, f = i + self.peep[0] * c, f + self.peep[1] * c
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        if self.peep is not None:
            o = o + self.peep[2] * c
        return torch.sigmoid(o) * torch.tanh(c), c


class ConvGRU(nn.Module):  # type: ignore[misc]
    """Convolutions over input and state, the state reset before the second."""

    def __init__(self, axes: int = 2, taps: int = 3) -> None:
        super().__init__()
        convolution = (nn.Conv1d, nn.Conv2d, nn.Conv3d)[axes - 1]
        self.gates = convolution(INPUTS + UNITS, 2 * UNITS, taps, padding=taps // 2)
        self.candidate = convolution(INPUTS + UNITS, UNITS, taps, padding=taps // 2)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        z, r = torch.sigmoid(self.gates(torch.cat([x, h], 1))).chunk(2, 1)
        g = torch.tanh(self.candidate(torch.cat([x, r * h], 1)))
        return (1 - z) * h + z * g


class SeparateLSTM(nn.Module):  # type: ignore[misc]
    """A convolution over the input beside one over the state."""

    def __init__(self) -> None:
        super().__init__()
        self.x = nn.Conv2d(INPUTS, 4 * UNITS, 3, padding=1)
        self.h = nn.Conv2d(UNITS, 4 * UNITS, 3, padding=1, bias=False)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = (self.x(x) + self.h(h)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class Unrolled(nn.Module):  # type: ignore[misc]
    """A cell over each image of a sequence, from zeros."""

    def __init__(self, cell: nn.Module) -> None:
        super().__init__()
        self.cell = cell

    def forward(self, xs: Tensor) -> Tensor:
        state = torch.zeros(xs.shape[0], UNITS, *xs.shape[3:])
        states = (state,) if isinstance(self.cell, ConvGRU) else (state, state)
        for at in range(xs.shape[1]):
            given = self.cell(xs[:, at], *states)
            states = (given,) if isinstance(given, torch.Tensor) else given
        return states[0]


class UNet(nn.Module):  # type: ignore[misc]
    """Down and up again, with a way around."""

    def __init__(self) -> None:
        super().__init__()
        self.first, self.down = nn.Conv2d(4, 4, 3, padding=1), nn.Conv2d(4, 8, 3, 2, 1)
        self.up, self.last = nn.Conv2d(8, 4, 3, padding=1), nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        around = torch.relu(self.first(x))
        up = functional.interpolate(torch.relu(self.down(around)), scale_factor=2.0)
        return torch.tanh(self.last(torch.cat([around, torch.relu(self.up(up))], 1)))


class Fusion(nn.Module):  # type: ignore[misc]
    """A gate between two images, by one convolution over both."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        gate = torch.sigmoid(self.gate(torch.cat([x, y], 1)))
        return gate * x + (1 - gate) * y


class Depthwise(nn.Module):  # type: ignore[misc]
    """A gated convolution in groups, four times the same."""

    def __init__(self) -> None:
        super().__init__()
        self.way, self.gate = (nn.Conv2d(4, 4, 3, padding=1, groups=4) for _ in range(2))

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(4):
            x = x + torch.tanh(self.way(x)) * torch.sigmoid(self.gate(x))
        return x


class Refinement(nn.Module):  # type: ignore[misc]
    """An image made better beside another one, in one activation."""

    def __init__(self) -> None:
        super().__init__()
        self.both = nn.Conv2d(8, 4, 3, padding=1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return torch.relu(self.both(torch.cat([x, y], 1)))
