"""Draws configurations of linear attention with a memory: delta rules, Lightning attention."""

from __future__ import annotations

from random import Random

from making.modern.spaces import EXPERTS, Sizes, decoder

_LINEAR = {"layer_types": ["linear_attention", "full_attention", "linear_attention"]}


def delta(draw: Random) -> Sizes:
    heads = draw.randrange(1, 3)
    return {
        **decoder(draw),
        **EXPERTS,
        **_LINEAR,
        "linear_conv_kernel_dim": draw.randrange(2, 6),
        "linear_key_head_dim": draw.randrange(2, 9),
        "linear_value_head_dim": draw.randrange(2, 9),
        "linear_num_key_heads": heads,
        "linear_num_value_heads": heads * draw.randrange(1, 4),
    }


def olmo(draw: Random) -> Sizes:
    """The value heads of OLMo's are as many as the key heads."""
    sizes = delta(draw)
    heads, size = sizes["linear_num_key_heads"], sizes["linear_key_head_dim"]
    return {**sizes, "linear_num_value_heads": heads, "linear_value_head_dim": size}


def kda(draw: Random) -> Sizes:
    text = decoder(draw, heads=4)
    del text["head_dim"]
    return {
        **text,
        **EXPERTS,
        **_LINEAR,
        "linear_conv_kernel_dim": draw.randrange(2, 6),
        "linear_head_dim": draw.randrange(2, 9),
        "linear_num_heads": draw.randrange(2, 6),
        "q_lora_rank": 12,
        "kv_lora_rank": 8,
        "v_head_dim": 6,
        "n_routed_experts": 2,
        "qk_rope_head_dim": 4,
        "qk_nope_head_dim": 8,
        "n_group": 1,
        "topk_group": 1,
    }


def glm(draw: Random) -> Sizes:
    return {**kda(draw), "qk_rope_head_dim": 0}


def qwen_4(draw: Random) -> Sizes:
    return {
        **delta(draw),
        "hc_lowrank": 8,
        "indexer_n_heads": 2,
        "indexer_kv_heads": 1,
        "indexer_head_dim": 8,
        "indexer_budget": 8,
        "indexer_compress_ratio": 2,
    }


def minimax(draw: Random) -> Sizes:
    return {**decoder(draw), **_LINEAR, "num_local_experts": 2, "num_experts_per_tok": 1}
