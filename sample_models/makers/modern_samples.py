"""The intact samples of recurrent networks of today: transformers' own, and one by its names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import safetensors.torch
import torch
import transformers
from torch import nn

from makers.records import Intact, OwnLayer, Truth

if TYPE_CHECKING:
    from pathlib import Path


def _truth(model: Any, layers: dict[str, tuple[str, dict[str, int]]]) -> Truth:  # noqa: ANN401
    """The layers by the names of their modules, with their cells and sizes; torch counts them."""
    known = dict(model.named_modules())
    counted = tuple(
        OwnLayer(name, cell, sizes, sum(each.numel() for each in known[name].parameters()))
        for name, (cell, sizes) in layers.items()
    )
    return Truth(counted, sum(each.numel() for each in model.parameters()), notes=("R402",))


def _save(model: Any, path: Path) -> None:  # noqa: ANN401
    """Save what `save_pretrained` would: each tied weight once."""
    tied = getattr(model, "all_tied_weights_keys", {})
    kept = {name: each for name, each in model.state_dict().items() if name not in tied}
    safetensors.torch.save_file(kept, path, {"format": "pt"})


def _mamba(path: Path) -> Truth:
    config = transformers.MambaConfig(
        vocab_size=11,
        hidden_size=10,
        state_size=3,
        expand=2,
        time_step_rank=4,
        conv_kernel=5,
        num_hidden_layers=2,
    )
    model = transformers.MambaForCausalLM(config)
    _save(model, path)
    sizes = {"d": 10, "E": 20, "N": 3, "k": 5, "R": 4}
    return _truth(model, {f"backbone.layers.{at}.mixer": ("Mamba", sizes) for at in range(2)})


def _hybrid(path: Path) -> Truth:
    """Two layers of Mamba-2 around one of attention."""
    config = transformers.BambaConfig(
        vocab_size=11,
        hidden_size=12,
        intermediate_size=17,
        num_hidden_layers=3,
        num_attention_heads=2,
        num_key_value_heads=1,
        attn_layer_indices=[1],
        mamba_n_heads=4,
        mamba_d_head=6,
        mamba_n_groups=2,
        mamba_d_state=5,
        mamba_d_conv=3,
    )
    model = transformers.BambaForCausalLM(config)
    _save(model, path)
    sizes = {"d": 12, "E": 24, "H": 4, "GN": 10, "k": 3, "P": 6}
    return _truth(model, {f"model.layers.{at}.mamba": ("Mamba-2", sizes) for at in (0, 2)})


def _xlstm(path: Path) -> Truth:
    config = transformers.xLSTMConfig(
        vocab_size=11,
        hidden_size=16,
        num_heads=2,
        num_hidden_layers=2,
        num_blocks=2,
        qk_dim_factor=0.5,
        v_dim_factor=1.0,
        ffn_round_up_to_multiple_of=4,
    )
    model = transformers.xLSTMForCausalLM(config)
    _save(model, path)
    sizes = {"d": 16, "qk": 8, "dv": 16, "H": 2, "Dk": 4, "Dv": 8}
    return _truth(model, {f"backbone.blocks.{at}.mlstm_layer": ("mLSTM", sizes) for at in range(2)})


class _TimeMix(nn.Module):  # type: ignore[misc] # torch is untyped here
    """The weights of RWKV-7's time mixing by the names that its trainer gives them."""

    def __init__(self, width: int, heads: int, ranks: dict[str, int]) -> None:
        super().__init__()
        for name in ("x_r", "x_w", "x_k", "x_v", "x_a", "x_g", "w0", "a0", "v0", "k_k", "k_a"):
            self.register_parameter(name, nn.Parameter(torch.randn(1, 1, width)))
        for name, rank in ranks.items():
            self.register_parameter(f"{name}1", nn.Parameter(torch.randn(width, rank)))
            self.register_parameter(f"{name}2", nn.Parameter(torch.randn(rank, width)))
        self.r_k = nn.Parameter(torch.randn(heads, width // heads))
        for name in ("receptance", "key", "value", "output"):
            self.add_module(name, nn.Linear(width, width, bias=False))
        self.ln_x = nn.GroupNorm(heads, width)


class _ChannelMix(nn.Module):  # type: ignore[misc] # as above
    """The weights of its channel mixing."""

    def __init__(self, width: int, inner: int) -> None:
        super().__init__()
        self.x_k = nn.Parameter(torch.randn(1, 1, width))
        self.key = nn.Linear(width, inner, bias=False)
        self.value = nn.Linear(inner, width, bias=False)


def _rwkv(path: Path) -> Truth:
    width, inner, heads = 12, 42, 3
    ranks = {"w": 5, "a": 6, "v": 7, "g": 8}
    parts = [
        nn.ModuleDict({"att": _TimeMix(width, heads, ranks), "ffn": _ChannelMix(width, inner)})
        for _ in range(2)
    ]
    ends = {"emb": nn.Embedding(11, width), "head": nn.Linear(width, 11, bias=False)}
    model = nn.ModuleDict({"blocks": nn.ModuleList(parts), **ends})
    torch.save(model.state_dict(), path)
    mixing = {"d": width, "H": heads, "S": 4, "rw": 5, "ra": 6, "rg": 8, "rv": 7}
    layers = {}
    for at in range(2):
        layers[f"blocks.{at}.att"] = ("RWKV-7", mixing)
        layers[f"blocks.{at}.ffn"] = ("RWKV-7 channel mix", {"d": width, "f": inner})
    return _truth(model, layers)


_PRETRAINED = "as transformers' save_pretrained writes it"
INTACT = (
    Intact("torch/mamba.safetensors", f"MambaForCausalLM, {_PRETRAINED}", _mamba),
    Intact("torch/mamba2_hybrid.safetensors", f"BambaForCausalLM, {_PRETRAINED}", _hybrid),
    Intact("torch/rwkv7.pth", "torch.save of a state dict with the names of RWKV-7", _rwkv),
    Intact("torch/xlstm.safetensors", f"xLSTMForCausalLM, {_PRETRAINED}", _xlstm),
)
