"""Networks that apply the same weights again and again, and are not recurrent for all that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

from making.torch_nets import IMAGE, OTHER, ROWS, SEQUENCE, WIDTH, linear, square

if TYPE_CHECKING:
    from torch import Tensor

    from making.torch_nets import Applied


def albert(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(3):
        x = p[1](x + p[0](x, x, x)[0])
        x = p[4](x + p[3](functional.gelu(p[2](x))))
    return x


def universal_transformer(p: nn.ModuleList, x: Tensor) -> Tensor:
    for step in range(3):
        x = x + torch.sin(torch.arange(WIDTH) * (step + 1.0))
        x = p[1](x + p[0](x, x, x)[0])
        x = x + p[3](torch.relu(p[2](x)))
    return x


def tied_resnet(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = torch.relu(x + p[1](torch.relu(p[0](x))))
    return x


def power_iteration(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = p[0](x)
        x = x / x.norm(dim=1, keepdim=True)
    return x


def neural_ode(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = x + 0.25 * p[1](torch.tanh(p[0](x)))
    return x


def runge_kutta(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(3):
        middle = x + 0.1 * torch.tanh(p[0](x))
        x = x + 0.2 * torch.tanh(p[0](middle))
    return x


def newton_schulz(p: nn.ModuleList, x: Tensor) -> Tensor:
    x = p[0](x)
    for _ in range(4):
        x = 1.5 * x - 0.5 * x @ x.transpose(1, 2) @ x
    return x


def equilibrium(p: nn.ModuleList, x: Tensor) -> Tensor:
    z = torch.zeros_like(x)
    for _ in range(5):
        z = torch.tanh(p[0](z) + p[1](x))
    return z


def thresholding(p: nn.ModuleList, x: Tensor) -> Tensor:
    """Learned iterative shrinkage (LISTA)."""
    z = functional.softshrink(p[0](x), 0.1)
    for _ in range(4):
        z = functional.softshrink(p[0](x) + p[1](z), 0.1)
    return z


def messages(p: nn.ModuleList, x: Tensor, edges: Tensor) -> Tensor:
    for _ in range(3):
        x = torch.relu(p[0](x) + p[1](edges @ x))
    return x


def descent(p: nn.ModuleList, x: Tensor, z: Tensor) -> Tensor:
    """Gradient descent on |W·z - x|² with momentum."""
    speed = torch.zeros_like(z)
    for _ in range(4):
        residual = p[0](z) - x
        speed = 0.9 * speed - 0.1 * residual @ p[0].weight
        z = z + speed
    return z


def sampler(p: nn.ModuleList, x: Tensor) -> Tensor:
    """Denoising, each step with the embedding of its time."""
    for step in range(4):
        time = torch.sin(torch.arange(WIDTH) * (step + 1.0))[None]
        x = 1.1 * x - 0.3 * p[2](functional.silu(p[0](x) + p[1](time)))
    return x


def tied_unet(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(3):
        down = torch.relu(p[0](x))
        x = x - 0.1 * p[1](functional.interpolate(down, scale_factor=2.0) + x)
    return x


def hopfield(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = torch.softmax(p[0](x), -1) @ p[0].weight
    return x


def tied_gates(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(3):
        x = x + torch.sigmoid(p[0](x)) * torch.tanh(p[1](x))
    return x


_ATTENTION = nn.MultiheadAttention(WIDTH, 4, batch_first=True)
_FORWARD = linear((WIDTH, 32), (32, WIDTH))
_WINDOWS = [nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1)]

TIED: dict[str, Applied] = {
    "albert": (
        albert,
        [_ATTENTION, nn.LayerNorm(WIDTH), *_FORWARD, nn.LayerNorm(WIDTH)],
        (SEQUENCE,),
    ),
    "universal transformer": (
        universal_transformer,
        [_ATTENTION, nn.LayerNorm(WIDTH), *_FORWARD],
        (SEQUENCE,),
    ),
    "tied resnet": (tied_resnet, _WINDOWS, (IMAGE,)),
    "power iteration": (power_iteration, square(1), (ROWS,)),
    "neural ode": (neural_ode, square(2), (ROWS,)),
    "runge kutta": (runge_kutta, square(1), (ROWS,)),
    "newton schulz": (newton_schulz, square(1), (SEQUENCE,)),
    "equilibrium": (equilibrium, square(2), (ROWS,)),
    "thresholding": (thresholding, square(2), (ROWS,)),
    "messages": (messages, square(2), (SEQUENCE, torch.rand(2, 7, 7))),
    "descent": (descent, square(1), (ROWS, OTHER)),
    "sampler": (sampler, square(3), (ROWS,)),
    "tied unet": (
        tied_unet,
        [nn.Conv2d(8, 8, 3, padding=1, stride=2), nn.Conv2d(8, 8, 3, padding=1)],
        (IMAGE,),
    ),
    "hopfield": (hopfield, square(1), (ROWS,)),
    "tied gates": (tied_gates, square(2), (ROWS,)),
}
