"""Steps of cells written by hand, as modules that torch can script."""

from __future__ import annotations

import torch
from torch import Tensor, nn

M, N, STEPS_OF_A_SEQUENCE, BATCH = 5, 3, 4, 2


class Gru(nn.Module):  # type: ignore[misc]
    """A step of a GRU."""

    def __init__(self) -> None:
        super().__init__()
        self.x_map, self.h_map = nn.Linear(M, 3 * N), nn.Linear(N, 3 * N)

    def forward(self, x: Tensor, h: Tensor) -> Tensor:
        xr, xz, xg = self.x_map(x).chunk(3, 1)
        hr, hz, hg = self.h_map(h).chunk(3, 1)
        z = torch.sigmoid(xz + hz)
        g = torch.tanh(xg + torch.sigmoid(xr + hr) * hg)
        return (1 - z) * g + z * h


class Lstm(nn.Module):  # type: ignore[misc]
    """A step of an LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.x_map, self.h_map = nn.Linear(M, 4 * N), nn.Linear(N, 4 * N)

    def forward(self, x: Tensor, h: Tensor, c: Tensor) -> tuple[Tensor, Tensor]:
        i, f, g, o = (self.x_map(x) + self.h_map(h)).chunk(4, 1)
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        return torch.sigmoid(o) * torch.tanh(c), c


class Loop(nn.Module):  # type: ignore[misc]
    """A GRU over a sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = Gru()

    def forward(self, xs: Tensor, h: Tensor) -> Tensor:
        for t in range(xs.size(0)):
            h = self.cell(xs[t], h)
        return h


class Taken(nn.Module):  # type: ignore[misc]
    """A GRU that is run at some steps of a sequence only."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = Gru()

    def forward(self, xs: Tensor, h: Tensor) -> Tensor:
        for t in range(xs.size(0)):
            if bool(xs[t].sum() > 0):
                h = self.cell(xs[t], h)
        return h


class Unbound(nn.Module):  # type: ignore[misc]
    """A GRU over the elements of an unbound sequence."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = Gru()

    def forward(self, xs: Tensor, h: Tensor) -> Tensor:
        for x in xs.unbind(0):
            h = self.cell(x, h)
        return h


class Alternating(nn.Module):  # type: ignore[misc]
    """Two GRUs that take turns."""

    def __init__(self) -> None:
        super().__init__()
        self.even, self.odd = Gru(), Gru()

    def forward(self, xs: Tensor, h: Tensor) -> Tensor:
        for t in range(xs.size(0)):
            if t % 2 == 0:  # noqa: SIM108 - a branch of an If is the point
                h = self.even(xs[t], h)
            else:
                h = self.odd(xs[t], h)
        return h


_X, _XS = torch.randn(BATCH, M), torch.randn(STEPS_OF_A_SEQUENCE, BATCH, M)
_H, _C = torch.randn(BATCH, N), torch.randn(BATCH, N)

STEPS: dict[str, nn.Module] = {
    "GRU": Gru(),
    "LSTM": Lstm(),
    "GRU, loop": Loop(),
    "GRU, branch": Taken(),
    "GRU, unbound": Unbound(),
    "GRU, two": Alternating(),
}
INPUTS: dict[str, tuple[Tensor, ...]] = {
    "GRU": (_X, _H),
    "LSTM": (_X, _H, _C),
    **dict.fromkeys(("GRU, loop", "GRU, branch", "GRU, unbound", "GRU, two"), (_XS, _H)),
}
