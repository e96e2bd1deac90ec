"""Networks of other kinds than recurrent ones, with gates, activations and shared weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from torch import nn
from torch.nn import functional

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    Applied = tuple[Callable[..., Tensor], list[nn.Module], tuple[Tensor, ...]]

WIDTH = 16
ROWS, OTHER = torch.randn(4, WIDTH), torch.randn(4, WIDTH)
SEQUENCE = torch.randn(2, 7, WIDTH)
IMAGE, SIGNAL = torch.randn(1, 8, 12, 12), torch.randn(1, 8, 20)


class Net(nn.Module):  # type: ignore[misc]
    """Some layers, and a function that applies them."""

    def __init__(self, apply: Callable[..., Tensor], layers: list[nn.Module]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(layers)
        self.apply_layers = apply

    def forward(self, *inputs: Tensor) -> Tensor:
        return self.apply_layers(self.layers, *inputs)


def linear(*sizes: tuple[int, int]) -> list[nn.Module]:
    return [nn.Linear(*size) for size in sizes]


def square(count: int) -> list[nn.Module]:
    return linear(*[(WIDTH, WIDTH)] * count)


def highway(p: nn.ModuleList, x: Tensor) -> Tensor:
    for at in range(0, len(p), 2):
        t = torch.sigmoid(p[at](x))
        x = t * torch.tanh(p[at + 1](x)) + (1 - t) * x
    return x


def shared_highway(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = highway(p, x)
    return x


def glu(p: nn.ModuleList, x: Tensor) -> Tensor:
    return p[1](functional.glu(p[0](x)))


def swiglu(p: nn.ModuleList, x: Tensor) -> Tensor:
    return x + p[2](functional.silu(p[0](x)) * p[1](x))


def squeeze_and_excite(p: nn.ModuleList, x: Tensor) -> Tensor:
    return x * torch.sigmoid(p[1](torch.relu(p[0](x.mean((2, 3), keepdim=True)))))


def squeeze_and_excite_linear(p: nn.ModuleList, x: Tensor) -> Tensor:
    return x * torch.sigmoid(p[1](torch.relu(p[0](x.mean((2, 3))))))[:, :, None, None]


def sigmoid_mlp(p: nn.ModuleList, x: Tensor) -> Tensor:
    return torch.sigmoid(p[1](torch.sigmoid(p[0](x))))


def sum_of_two(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return torch.tanh(p[0](x) + p[1](y))


def sum_and_layer(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return p[2](torch.tanh(p[0](x) + p[1](y)))


def actor(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return torch.tanh(p[0](torch.cat([x, y], 1)))


def critic(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return torch.tanh(p[1](torch.relu(p[0](torch.cat([x, y], 1)))))


def siamese(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return torch.tanh(p[1](torch.tanh(p[0](x)))) * torch.tanh(p[1](torch.tanh(p[0](y))))


def shared_layer(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = torch.tanh(p[0](x))
    return x


def shared_residual(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(5):
        x = x + p[1](torch.relu(p[0](x)))
    return x


def gated_convolution(p: nn.ModuleList, x: Tensor) -> Tensor:
    return torch.tanh(p[0](x)) * torch.sigmoid(p[1](x))


def wavenet(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(3):
        u, v = p[0](x).chunk(2, 1)
        x = x + p[1](torch.tanh(u) * torch.sigmoid(v))
    return x


def coupling(p: nn.ModuleList, x: Tensor) -> Tensor:
    u, v = x.chunk(2, 1)
    v = v * torch.exp(torch.tanh(p[0](u))) + p[1](u)
    u = u * torch.exp(torch.tanh(p[2](v))) + p[3](v)
    return torch.cat([u, v], 1)


def shared_coupling(p: nn.ModuleList, x: Tensor) -> Tensor:
    u, v = x.chunk(2, 1)
    for _ in range(4):
        u, v = v * torch.exp(torch.tanh(p[0](u))) + p[1](u), u
    return torch.cat([u, v], 1)


def attention(p: nn.ModuleList, x: Tensor) -> Tensor:
    return p[0](x, x, x)[0]


def once(p: nn.ModuleList, x: Tensor) -> Tensor:
    return p[0](x)


def four_times(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = p[0](x)
    return x


def additive_attention(p: nn.ModuleList, x: Tensor, q: Tensor) -> Tensor:
    for _ in range(3):
        scores = torch.softmax(p[2](torch.tanh(p[0](x) + p[1](q)[:, None])), 1)
        q = (scores * x).sum(1)
    return q


def fusion(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    gate = torch.sigmoid(p[0](torch.cat([x, y], 1)))
    return gate * x + (1 - gate) * y


def active_fusion(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    gate = torch.sigmoid(p[0](torch.cat([x, y], 1)))
    return gate * torch.tanh(p[1](x)) + (1 - gate) * torch.tanh(p[2](y))


def film(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return x * torch.sigmoid(p[0](y)) + p[1](y)


def bilinear_gate(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return torch.tanh(p[0](x)) * torch.sigmoid(p[1](y))


def autoencoder(p: nn.ModuleList, x: Tensor) -> Tensor:
    return torch.sigmoid(p[1](torch.tanh(p[0](x))))


def variational(p: nn.ModuleList, x: Tensor, noise: Tensor) -> Tensor:
    return torch.sigmoid(p[1](torch.tanh(p[0](x)) + torch.exp(p[2](x)) * noise[:, :8]))


def mixture(p: nn.ModuleList, x: Tensor) -> Tensor:
    shares = torch.softmax(p[0](x), 1)
    return shares[:, :1] * p[1](x) + shares[:, 1:] * p[2](x)


def diffusion(p: nn.ModuleList, x: Tensor, noise: Tensor) -> Tensor:
    for _ in range(5):
        x = x * 0.9 + 0.1 * p[1](torch.tanh(p[0](x))) + 0.01 * noise
    return x


def euler(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(5):
        x = x + 0.1 * torch.tanh(p[1](torch.tanh(p[0](x))))
    return x


def fixed_point(p: nn.ModuleList, x: Tensor, z: Tensor) -> Tensor:
    for _ in range(4):
        z = torch.softmax(p[0](z) + p[1](x), 1)
    return z


def mixer(p: nn.ModuleList, x: Tensor) -> Tensor:
    turned = p[1](functional.gelu(p[0](p[3](x).transpose(1, 2)))).transpose(1, 2)
    return x + turned + p[2](x)


def graph_convolution(p: nn.ModuleList, x: Tensor, edges: Tensor) -> Tensor:
    for _ in range(3):
        x = torch.relu(torch.bmm(edges, p[0](x)))
    return x


def shared_swish(p: nn.ModuleList, x: Tensor) -> Tensor:
    for _ in range(4):
        x = functional.silu(p[0](x))
    return x


def masked_layers(p: nn.ModuleList, x: Tensor, mask: Tensor) -> Tensor:
    for at in range(3):
        x = torch.where(mask[:, at : at + 1] > 0, torch.relu(p[0](x)), x)
    return x


def swish_of_two(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    return x * functional.silu(p[0](y)) + p[1](x)


def softsign_of_two(p: nn.ModuleList, x: Tensor, y: Tensor) -> Tensor:
    total = p[0](x) + p[1](y)
    return p[2](total / (1 + total.abs()))


_HALVES = [(8, 8)]
_PAIR, _BOTTLENECK = (2 * WIDTH, WIDTH), [(WIDTH, 8), (8, WIDTH)]

NETS: dict[str, Applied] = {
    "highway": (highway, square(2), (ROWS,)),
    "deep highway": (highway, square(6), (ROWS,)),
    "shared highway": (shared_highway, square(2), (ROWS,)),
    "glu": (glu, linear((WIDTH, 32), (WIDTH, WIDTH)), (ROWS,)),
    "swiglu": (swiglu, linear((WIDTH, 32), (WIDTH, 32), (32, WIDTH)), (ROWS,)),
    "se": (squeeze_and_excite, [nn.Conv2d(8, 2, 1), nn.Conv2d(2, 8, 1)], (IMAGE,)),
    "linear se": (squeeze_and_excite_linear, linear((8, 2), (2, 8)), (IMAGE,)),
    "sigmoid mlp": (sigmoid_mlp, square(2), (ROWS,)),
    "sum of two inputs": (sum_of_two, square(2), (ROWS, OTHER)),
    "sum and a layer": (sum_and_layer, square(3), (ROWS, OTHER)),
    "actor": (actor, linear(_PAIR), (ROWS, OTHER)),
    "critic": (critic, linear(_PAIR, (WIDTH, WIDTH)), (ROWS, OTHER)),
    "siamese": (siamese, square(2), (ROWS, OTHER)),
    "shared layer": (shared_layer, square(1), (ROWS,)),
    "shared residual": (shared_residual, linear((WIDTH, 32), (32, WIDTH)), (ROWS,)),
    "gated convolution": (
        gated_convolution,
        [nn.Conv1d(8, 8, 3, padding=1), nn.Conv1d(8, 8, 3, padding=1)],
        (SIGNAL,),
    ),
    "wavenet": (wavenet, [nn.Conv1d(8, 16, 3, padding=1), nn.Conv1d(8, 8, 1)], (SIGNAL,)),
    "coupling flow": (coupling, linear(*_HALVES * 4), (ROWS,)),
    "shared flow": (shared_coupling, linear(*_HALVES * 2), (ROWS,)),
    "attention": (attention, [nn.MultiheadAttention(WIDTH, 4, batch_first=True)], (SEQUENCE,)),
    "encoder": (once, [nn.TransformerEncoderLayer(WIDTH, 4, 32, batch_first=True)], (SEQUENCE,)),
    "shared encoder": (
        four_times,
        [nn.TransformerEncoderLayer(WIDTH, 4, 32, batch_first=True)],
        (SEQUENCE,),
    ),
    "additive attention": (
        additive_attention,
        linear((WIDTH, WIDTH), (WIDTH, WIDTH), (WIDTH, 1)),
        (SEQUENCE, OTHER[:2]),
    ),
    "fusion": (fusion, linear(_PAIR), (ROWS, OTHER)),
    "active fusion": (
        active_fusion,
        linear(_PAIR, (WIDTH, WIDTH), (WIDTH, WIDTH)),
        (ROWS, OTHER),
    ),
    "film": (film, square(2), (ROWS, OTHER)),
    "bilinear gate": (bilinear_gate, square(2), (ROWS, OTHER)),
    "autoencoder": (autoencoder, linear(*_BOTTLENECK), (ROWS,)),
    "variational": (variational, linear(*_BOTTLENECK, (WIDTH, 8)), (ROWS, OTHER)),
    "mixture": (mixture, linear((WIDTH, 2), (WIDTH, WIDTH), (WIDTH, WIDTH)), (ROWS,)),
    "diffusion": (diffusion, linear((WIDTH, 32), (32, WIDTH)), (ROWS, OTHER)),
    "euler": (euler, square(2), (ROWS,)),
    "fixed point": (fixed_point, square(2), (ROWS, OTHER)),
    "mixer": (
        mixer,
        [*linear((7, 7), (7, 7), (WIDTH, WIDTH)), nn.LayerNorm(WIDTH)],
        (SEQUENCE,),
    ),
    "shared swish": (shared_swish, square(1), (ROWS,)),
    "masked layers": (masked_layers, square(1), (ROWS, OTHER)),
    "swish of two inputs": (swish_of_two, square(2), (ROWS, OTHER)),
    "softsign of two inputs": (softsign_of_two, square(3), (ROWS, OTHER)),
    "graph convolution": (graph_convolution, square(1), (SEQUENCE, torch.rand(2, 7, 7))),
}
