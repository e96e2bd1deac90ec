"""Draws configurations of state spaces, RG-LRU, RWKV and xLSTM."""

from __future__ import annotations

from random import Random
from typing import Any

Sizes = dict[str, Any]

ENDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}
EXPERTS = {
    "num_experts_per_tok": 1,
    "moe_intermediate_size": 12,
    "shared_expert_intermediate_size": 12,
    "num_experts": 2,
}


def decoder(draw: Random, heads: int = 2) -> Sizes:
    return {
        "vocab_size": 40,
        "hidden_size": 8 * draw.randrange(2, 6),
        "num_hidden_layers": 3,
        "intermediate_size": draw.randrange(20, 60),
        "num_attention_heads": 4,
        "num_key_value_heads": heads,
        "head_dim": 8,
        **ENDS,
    }


def _space(draw: Random) -> tuple[int, int]:
    """The state size and the taps of a state space."""
    return draw.randrange(3, 9), draw.randrange(2, 6)


def mamba(draw: Random) -> Sizes:
    state, taps = _space(draw)
    return {
        "vocab_size": 40,
        "hidden_size": 8 * draw.randrange(2, 6),
        "num_hidden_layers": 3,
        "state_size": state,
        "conv_kernel": taps,
        "expand": draw.randrange(1, 4),
        "time_step_rank": draw.randrange(2, 7),
        "use_bias": draw.random() < 0.5,
        "use_conv_bias": draw.random() < 0.5,
    }


def mamba_2(draw: Random) -> Sizes:
    state, taps = _space(draw)
    heads, size = 2 * draw.randrange(1, 4), 2 * draw.randrange(2, 6)
    return {
        "vocab_size": 40,
        "num_hidden_layers": 3,
        "hidden_size": heads * size // 2,
        "num_heads": heads,
        "head_dim": size,
        "expand": 2,
        "n_groups": draw.randrange(1, 3),
        "state_size": state,
        "conv_kernel": taps,
        "use_bias": draw.random() < 0.5,
    }


def _in_decoder(draw: Random) -> Sizes:
    """What the hybrids call the sizes of their state spaces."""
    state, taps = _space(draw)
    return {"mamba_d_state": state, "mamba_d_conv": taps}


def jamba(draw: Random) -> Sizes:
    return {
        **decoder(draw),
        **_in_decoder(draw),
        "mamba_expand": draw.randrange(1, 4),
        "mamba_dt_rank": draw.randrange(2, 7),
        "use_mamba_kernels": False,
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "num_experts": 2,
        "expert_layer_period": 2,
        "expert_layer_offset": 1,
    }


def zamba(draw: Random) -> Sizes:
    text = decoder(draw, heads=4)
    return {
        **text,
        **_in_decoder(draw),
        "attention_hidden_size": 2 * text["hidden_size"],
        "n_mamba_heads": 2,
        "mamba_expand": 2,
        "mamba_dt_rank": draw.randrange(2, 7),
        "attn_layer_period": 2,
        "attn_layer_offset": 1,
        "use_mamba_kernels": False,
        "num_hidden_layers": 6,
        "attention_head_dim": text["hidden_size"] // 2,
    }


def zamba_2(draw: Random) -> Sizes:
    text = decoder(draw, heads=4)
    return {
        **text,
        **_in_decoder(draw),
        "mamba_expand": 2,
        "mamba_ngroups": 1,
        "n_mamba_heads": 4,
        "mamba_headdim": text["hidden_size"] // 2,
        "layers_block_type": ["mamba", "hybrid", "mamba"],
        "use_mem_rope": False,
    }


def bamba(draw: Random) -> Sizes:
    text = decoder(draw)
    return {
        **text,
        **_in_decoder(draw),
        "mamba_expand": 2,
        "mamba_n_heads": 4,
        "mamba_d_head": text["hidden_size"] // 2,
        "mamba_n_groups": draw.randrange(1, 3),
        "attn_layer_indices": [1],
    }


def granite(draw: Random) -> Sizes:
    return {
        **bamba(draw),
        "layer_types": ["mamba", "attention", "mamba"],
        "shared_intermediate_size": 20,
        "num_local_experts": 2,
        "num_experts_per_tok": 1,
    }


def nemotron(draw: Random) -> Sizes:
    state, taps = _space(draw)
    text = decoder(draw)
    del text["num_hidden_layers"]
    return {
        **text,
        **EXPERTS,
        "layers_block_type": ["mamba", "moe", "attention", "mamba"],
        "mamba_num_heads": 2 * draw.randrange(2, 5),
        "mamba_head_dim": draw.randrange(3, 9),
        "n_groups": 2,
        "ssm_state_size": state,
        "conv_kernel": taps,
        "n_routed_experts": 2,
        "moe_shared_expert_intermediate_size": 12,
        "use_mamba_kernels": False,
    }


def falcon_h1(draw: Random) -> Sizes:
    heads, size = 2 * draw.randrange(1, 4), 2 * draw.randrange(2, 6)
    return {
        **decoder(draw),
        **_in_decoder(draw),
        "mamba_d_ssm": heads * size,
        "mamba_n_heads": heads,
        "mamba_d_head": size,
        "mamba_n_groups": draw.randrange(1, 3),
        "mamba_rms_norm": draw.random() < 0.5,
    }


def recurrent_gemma(draw: Random) -> Sizes:
    return {
        **decoder(draw),
        "lru_width": 4 * draw.randrange(2, 9),
        "attention_window_size": 8,
        "conv1d_width": draw.randrange(2, 6),
    }


def rwkv(draw: Random) -> Sizes:
    width = 8 * draw.randrange(2, 6)
    return {
        "vocab_size": 40,
        "context_length": 16,
        "hidden_size": width,
        "num_hidden_layers": 3,
        "attention_hidden_size": draw.randrange(1, 3) * width,
        "intermediate_size": draw.randrange(20, 90),
    }


def xlstm(draw: Random) -> Sizes:
    return {
        "vocab_size": 40,
        "hidden_size": 8 * draw.randrange(2, 6),
        "num_heads": 4,
        "num_blocks": 3,
        "num_hidden_layers": 3,
        "use_bias": draw.random() < 0.5,
        "qk_dim_factor": 0.5,
        "v_dim_factor": 1.0,
    }
