"""The keys of Hugging Face's transformers, from its configurations and the modules that read them.

What a configuration class computes and nothing reads is not here: `d_inner` of Mamba,
`intermediate_size` of Mamba-2, `expand` of Nemotron-H.
"""

from __future__ import annotations

from rnninspect.declared.dialect import Dialect

_MAMBA_2 = """
    d: hidden_size
    H: mamba_n_heads
    P: mamba_d_head ~ mamba_expand * hidden_size / mamba_n_heads
    G: mamba_n_groups
    N: mamba_d_state
    k: mamba_d_conv
"""
_GATED_DELTA = """
    d: hidden_size
    Hk: linear_num_key_heads
    Hv: linear_num_value_heads
    Dk: linear_key_head_dim
    Dv: linear_value_head_dim
    k: linear_conv_kernel_dim
"""
_HEADS = ("linear_num_key_heads", "linear_key_head_dim")

TRANSFORMERS = (
    Dialect(
        "Mamba",
        ("mamba", "falcon_mamba"),
        """
    d: hidden_size
    N: state_size
    k: conv_kernel
    E: intermediate_size | expand * hidden_size
    R: time_step_rank ~ up hidden_size / 16
""",
        marks=("hidden_size", "state_size", "time_step_rank"),
        layers="all num_hidden_layers",
    ),
    Dialect(
        "Mamba-2",
        ("mamba2",),
        """
    d: hidden_size
    H: num_heads
    P: head_dim
    G: n_groups
    N: state_size
    k: conv_kernel
    E: expand * hidden_size
""",
        marks=("hidden_size", "state_size", "num_heads", "head_dim", "n_groups"),
        layers="all num_hidden_layers",
    ),
    Dialect(
        "Mamba",
        ("jamba",),
        """
    d: hidden_size
    N: mamba_d_state
    k: mamba_d_conv
    E: mamba_expand * hidden_size
    R: mamba_dt_rank ~ up hidden_size / 16
""",
        marks=("hidden_size", "mamba_d_state", "mamba_dt_rank"),
        layers="outside attn_layer_period attn_layer_offset num_hidden_layers",
    ),
    Dialect(
        "Multi-head Mamba",
        ("zamba",),
        """
    d: hidden_size
    H: n_mamba_heads
    N: mamba_d_state
    k: mamba_d_conv
    H*P: mamba_expand * hidden_size
    R: mamba_dt_rank ~ up hidden_size / 16
""",
        marks=("hidden_size", "n_mamba_heads", "mamba_dt_rank"),
        layers="all num_hidden_layers",
    ),
    Dialect(
        "Mamba-2",
        ("zamba2",),
        """
    d: hidden_size
    H: n_mamba_heads
    P: mamba_headdim | mamba_expand * hidden_size / n_mamba_heads
    G: mamba_ngroups
    N: mamba_d_state
    k: mamba_d_conv
    E: mamba_expand * hidden_size
""",
        marks=("hidden_size", "n_mamba_heads", "mamba_ngroups"),
        layers="all num_hidden_layers",
    ),
    Dialect(
        "Mamba-2",
        ("bamba",),
        f"{_MAMBA_2}\n    E: mamba_expand * hidden_size",
        layers="except attn_layer_indices num_hidden_layers",
    ),
    Dialect(
        "Mamba-2",
        ("granitemoehybrid",),
        f"{_MAMBA_2}\n    E: mamba_expand * hidden_size",
        layers="listed layer_types|layers_block_type mamba,linear_attention num_hidden_layers",
    ),
    Dialect(
        "Mamba-2",
        ("falcon_h1",),
        """
    d: hidden_size
    H: mamba_n_heads
    P: mamba_d_head ~ mamba_d_ssm / mamba_n_heads
    G: mamba_n_groups
    N: mamba_d_state
    k: mamba_d_conv
    E: mamba_d_ssm ? mamba_expand * hidden_size
""",
        layers="all num_hidden_layers",
    ),
    Dialect(
        "Mamba-2",
        ("nemotron_h",),
        """
    d: hidden_size
    H: mamba_num_heads
    P: mamba_head_dim
    G: mamba_n_groups | n_groups
    N: ssm_state_size
    k: mamba_d_conv | conv_kernel
""",
        marks=("hidden_size", "mamba_num_heads", "mamba_head_dim", "ssm_state_size"),
        layers="lettered hybrid_override_pattern M"
        "; listed layers_block_type|layer_types mamba,linear_attention",
    ),
    Dialect(
        "Gated DeltaNet",
        (
            *("qwen3_next", "qwen3_5", "qwen3_5_text", "qwen3_5_moe", "qwen3_5_moe_text"),
            *("qwen4_exp", "qwen4_exp_text", "olmo_hybrid", "lara_mini"),
        ),
        _GATED_DELTA,
        marks=_HEADS,
        layers="listed layer_types linear_attention num_hidden_layers"
        "; between full_attention_interval num_hidden_layers",
    ),
    Dialect(
        "KDA",
        ("kimi_linear", "glm5_next", "glm5_next_text"),
        """
    d: hidden_size
    H: linear_attn_config.num_heads | linear_num_heads
    P: linear_attn_config.head_dim | linear_head_dim
    W: linear_attn_config.head_dim | linear_head_dim
    k: linear_attn_config.short_conv_kernel_size | linear_conv_kernel_dim
""",
        layers="listed layer_types linear_attention num_hidden_layers"
        "; numbered linear_attn_config.kda_layers",
    ),
    Dialect(
        "Full-rank KDA",
        ("bailing_hybrid",),
        """
    d: hidden_size
    H: linear_num_heads | num_attention_heads
    P: linear_head_dim | head_dim
    W: linear_head_dim | head_dim
    k: linear_conv_kernel_dim | short_conv_kernel_size
""",
        layers="listed layer_types linear_attention num_hidden_layers",
    ),
    Dialect(
        "Lightning attention",
        ("minimax",),
        """
    d: hidden_size
    H: num_attention_heads
    P: head_dim ? hidden_size / num_attention_heads
""",
        layers="listed layer_types linear_attention num_hidden_layers",
    ),
    Dialect(
        "RG-LRU",
        ("recurrent_gemma",),
        """
    d: hidden_size
    w: lru_width ? hidden_size
    H: num_attention_heads
    H*P: lru_width ? hidden_size
    k: conv1d_width
""",
        marks=("hidden_size", "lru_width", "conv1d_width"),
        layers="cycled block_types|_block_types recurrent num_hidden_layers",
    ),
    Dialect(
        "RWKV-4",
        ("rwkv",),
        """
    d: hidden_size
    a: attention_hidden_size ? hidden_size
""",
        marks=("hidden_size", "attention_hidden_size"),
        layers="all num_hidden_layers",
    ),
    Dialect(
        "RWKV channel mix",
        ("rwkv",),
        """
    d: hidden_size
    f: intermediate_size ? 4 * hidden_size
""",
        marks=("hidden_size", "attention_hidden_size"),
        layers="all num_hidden_layers",
    ),
    Dialect(
        "mLSTM",
        ("xlstm",),
        """
    d: hidden_size | embedding_dim
    H: num_heads
    qk: hidden_size * qk_dim_factor | embedding_dim * qk_dim_factor
    dv: hidden_size * v_dim_factor | embedding_dim * v_dim_factor
""",
        marks=("num_heads", "qk_dim_factor", "v_dim_factor"),
        layers="all num_blocks|num_hidden_layers",
    ),
)
