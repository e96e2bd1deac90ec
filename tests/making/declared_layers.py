"""Layers of cells with sizes of their own, without a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.plugin import Limits, StoredTensor
from rnninspect.signatures.describing import known_layers
from rnninspect.source.source import holding_source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.plugin import RecurrentLayer

MAMBA = {
    "model_type": "mamba",
    "hidden_size": 24,
    "state_size": 7,
    "conv_kernel": 4,
    "intermediate_size": 48,
    "time_step_rank": 3,
    "num_hidden_layers": 2,
}
MAMBA_2 = {
    "model_type": "mamba2",
    "hidden_size": 24,
    "state_size": 7,
    "conv_kernel": 4,
    "expand": 2,
    "num_heads": 3,
    "head_dim": 16,
    "n_groups": 1,
    "num_hidden_layers": 2,
}

Shapes = dict[str, tuple[int, ...]]


def mamba_shapes(layers: int = 2, start: str = "backbone", **sizes: int) -> Shapes:
    """The shapes of a Mamba's weights, as transformers names them; `sizes` are of d, n, k, r, e."""
    d, n, k, r, e = ({"d": 24, "n": 7, "k": 4, "r": 3, "e": 48} | sizes).values()
    leaves = {
        "in_proj.weight": (2 * e, d),
        "conv1d.weight": (e, 1, k),
        "conv1d.bias": (e,),
        "x_proj.weight": (r + 2 * n, e),
        "dt_proj.weight": (e, r),
        "dt_proj.bias": (e,),
        "A_log": (e, n),
        "D": (e,),
        "out_proj.weight": (d, e),
    }
    return _in_layers(_in_mixer(leaves), layers, start)


def mamba_2_shapes(layers: int = 2, start: str = "backbone", **sizes: int) -> Shapes:
    """The shapes of a Mamba-2's weights, as transformers names them; `sizes` as d, n, g, h, p."""
    d, n, g, h, p = ({"d": 24, "n": 7, "g": 1, "h": 3, "p": 16} | sizes).values()
    e, k = h * p, 4
    leaves = {
        "in_proj.weight": (2 * e + 2 * g * n + h, d),
        "conv1d.weight": (e + 2 * g * n, 1, k),
        "conv1d.bias": (e + 2 * g * n,),
        "dt_bias": (h,),
        "A_log": (h,),
        "D": (h,),
        "norm.weight": (e,),
        "out_proj.weight": (d, e),
    }
    return _in_layers(_in_mixer(leaves), layers, start)


def _in_mixer(leaves: Shapes) -> Shapes:
    return {f"mixer.{name}": shape for name, shape in leaves.items()}


def kda_shapes(layers: int = 2) -> Shapes:
    """The shapes of a KDA's weights with three heads of six, as Kimi Linear names them."""
    leaves: Shapes = {
        **{f"{name}_proj.weight": (18, 24) for name in "qkv"},
        **{f"{name}_conv1d.weight": (18, 1, 4) for name in "qkv"},
        **{f"{name}_a_proj.weight": (6, 24) for name in "fg"},
        **{f"{name}_b_proj.weight": (18, 6) for name in "fg"},
        "A_log": (1, 1, 3, 1),
        "b_proj.weight": (3, 24),
        "dt_bias": (18,),
        "o_norm.weight": (6,),
        "o_proj.weight": (24, 18),
    }
    return _in_layers({f"self_attn.{name}": shape for name, shape in leaves.items()}, layers)


def rwkv_7_shapes() -> Shapes:
    """Two layers of RWKV-7 of flash-linear-attention; the first has no value residual."""
    ranks = {"w": 3, "a": 2, "g": 5, "v": 6}
    shapes: Shapes = {}
    for layer in range(2):
        leaves: Shapes = {f"x_{letter}": (1, 1, 8) for letter in "rwkvag"}
        leaves |= {f"{letter}_proj.weight": (8, 8) for letter in "rkvo"}
        for letter in "wagv" if layer else "wag":
            start = f"{letter}_lora.lora"
            leaves |= {
                f"{start}.0.weight": (ranks[letter], 8),
                f"{start}.2.weight": (8, ranks[letter]),
            }
            leaves |= {} if letter == "g" else {f"{start}.2.bias": (8,)}
        leaves |= {"k_k": (8,), "k_a": (8,), "r_k": (2, 4)}
        leaves |= {"g_norm.weight": (8,), "g_norm.bias": (8,)}
        shapes |= {f"model.layers.{layer}.attn.{name}": shape for name, shape in leaves.items()}
    return shapes


def _in_layers(leaves: Shapes, layers: int, start: str = "model") -> Shapes:
    return {
        f"{start}.layers.{layer}.{name}": shape
        for layer in range(layers)
        for name, shape in leaves.items()
    }


def layers_of(shapes: Mapping[str, tuple[int, ...]]) -> list[RecurrentLayer]:
    """The layers among tensors of these shapes."""
    tensors = {
        name: StoredTensor(name, shape, "float32", 0, name) for name, shape in shapes.items()
    }
    return known_layers(tensors, holding_source("model", b"", Limits()))
