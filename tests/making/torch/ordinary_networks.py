"""Networks with gates, loops and returning values that are no recurrent cells."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional as F  # noqa: N812 - as everybody writes it


class Attn(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.q = nn.Linear(8, 8)
        self.k = nn.Linear(8, 8)
        self.v = nn.Linear(8, 8)
        self.o = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a = torch.softmax(self.q(x) @ self.k(x).transpose(1, 2) / 8**0.5, -1)
        return torch.tanh(self.o(a @ self.v(x)))


class Mha(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.m = nn.MultiheadAttention(8, 2, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.m(x, x, x)[0]


class Enc(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.m = nn.TransformerEncoderLayer(8, 2, 16, batch_first=True)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.m(x)


class Highway(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.t = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.h = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for t, h in zip(self.t, self.h, strict=False):
            g = torch.sigmoid(t(x))
            x = g * torch.relu(h(x)) + (1 - g) * x
        return x


class HighwayShared(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.t = nn.Linear(8, 8)
        self.h = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        g = torch.sigmoid(self.t(x))
        return g * torch.relu(self.h(x)) + (1 - g) * x


class SE(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.c = nn.Conv2d(3, 8, 3, padding=1)
        self.a = nn.Linear(8, 4)
        self.b = nn.Linear(4, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.c(x)
        w = torch.sigmoid(self.b(torch.relu(self.a(x.mean([2, 3])))))
        return x * w[:, :, None, None]


class GatedConv(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.f = nn.ModuleList([nn.Conv1d(8, 8, 2, dilation=2**i, padding=2**i) for i in range(3)])
        self.g = nn.ModuleList([nn.Conv1d(8, 8, 2, dilation=2**i, padding=2**i) for i in range(3)])
        self.r = nn.ModuleList([nn.Conv1d(8, 8, 1) for i in range(3)])

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for f, g, r in zip(self.f, self.g, self.r, strict=False):
            n = x.size(2)
            y = torch.tanh(f(x)[:, :, :n]) * torch.sigmoid(g(x)[:, :, :n])
            x = x + r(y)
        return x


class Mlp(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.s = nn.Sequential(
            nn.Linear(8, 8), nn.Sigmoid(), nn.Linear(8, 8), nn.Tanh(), nn.Linear(8, 8), nn.Sigmoid()
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.s(x)


class Glu(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Linear(8, 16)
        self.v = nn.Linear(8, 16)
        self.o = nn.Linear(16, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        a, b = self.w(x).chunk(2, -1)
        return self.o(F.silu(self.w(x)) * self.v(x)) + a * torch.sigmoid(b)


class Diffusion(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(9, 16)
        self.b = nn.Linear(16, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for t in range(4):
            tt = torch.full((x.size(0), 1), float(t))
            e = self.b(F.silu(self.a(torch.cat([x, tt], 1))))
            x = 0.9 * x - 0.1 * e
        return x


class DiffusionLoop(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(9, 16)
        self.b = nn.Linear(16, 8)

    def forward(self, x: torch.Tensor, n: int) -> torch.Tensor:
        for t in range(n):
            tt = torch.full([x.size(0), 1], float(t))
            e = self.b(torch.tanh(self.a(torch.cat([x, tt], 1))))
            x = 0.9 * x - 0.1 * e
        return x


class Flow(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.n = nn.ModuleList(
            [nn.Sequential(nn.Linear(4, 16), nn.Tanh(), nn.Linear(16, 8)) for _ in range(3)]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for m in self.n:
            a, b = x.chunk(2, 1)
            sc, t = m(a).chunk(2, 1)
            b = b * torch.exp(torch.tanh(sc)) + t
            x = torch.cat([b, a], 1)
        return x


class Counter(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        tot = torch.zeros(8)
        i = 0
        while i < x.size(0):
            tot = tot + torch.sigmoid(self.w(x[i]))
            i += 1
        return tot


class Siamese(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        f = torch.tanh(self.b(torch.sigmoid(self.a(x))))
        g = torch.tanh(self.b(torch.sigmoid(self.a(y))))
        return torch.sigmoid((f * g).sum(-1))


class Film(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.g = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor, c: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return torch.relu(torch.sigmoid(self.g(c)) * self.a(x) + self.b(c)), torch.tanh(self.b(c))


class Ema(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.w = nn.Linear(8, 8)
        self.register_buffer("m", torch.zeros(8))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = torch.tanh(self.w(x))
        self.m = 0.9 * self.m + 0.1 * y.mean(0)  # type: ignore[has-type]
        return y - self.m


class Beam(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.e = nn.Embedding(20, 8)
        self.w = nn.Linear(8, 20)

    def forward(self, tok: torch.Tensor, n: int) -> tuple[torch.Tensor, torch.Tensor]:
        sc = torch.zeros(tok.size(0), 1)
        for _i in range(n):
            scores = torch.log_softmax(self.w(torch.tanh(self.e(tok))), -1)
            v, ix = scores.max(-1)
            sc = sc + v.unsqueeze(-1)
            tok = ix
        return tok, sc


class Mixture(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.e = nn.ModuleList([nn.Linear(8, 8) for _ in range(3)])
        self.g = nn.Linear(8, 3)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        w = torch.sigmoid(self.g(x))
        out = torch.zeros_like(x)
        for i, m in enumerate(self.e):
            out = out + w[:, i : i + 1] * torch.tanh(m(x))
        return out


class Resmlp(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(8, 8)
        self.b = nn.Linear(8, 8)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for _ in range(3):
            x = x + self.b(torch.relu(self.a(x)))
        return x


class Gan(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(8, 16)
        self.b = nn.Linear(16, 8)

    def forward(self, z: torch.Tensor, y: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        h = F.leaky_relu(self.a(z))
        return torch.tanh(self.b(h)) * torch.sigmoid(y), h


FLAT, SEQUENCE, IMAGE = torch.randn(3, 8), torch.randn(2, 5, 8), torch.randn(2, 3, 6, 6)
ORDINARY: tuple[tuple[Any, tuple[Any, ...]], ...] = (
    (Attn, (SEQUENCE,)),
    (Mha, (SEQUENCE,)),
    (Enc, (SEQUENCE,)),
    (Highway, (FLAT,)),
    (HighwayShared, (FLAT,)),
    (SE, (IMAGE,)),
    (GatedConv, (torch.randn(2, 8, 9),)),
    (Mlp, (FLAT,)),
    (Glu, (FLAT,)),
    (Diffusion, (FLAT,)),
    (DiffusionLoop, (FLAT, 3)),
    (Flow, (FLAT,)),
    (Counter, (FLAT,)),
    (Siamese, (FLAT, FLAT + 1)),
    (Film, (FLAT, FLAT + 1)),
    (Ema, (FLAT,)),
    (Beam, (torch.zeros(2, dtype=torch.long), 3)),
    (Mixture, (FLAT,)),
    (Resmlp, (FLAT,)),
    (Gan, (FLAT, FLAT + 1)),
)
