"""The keys of flash-linear-attention's configurations."""

from __future__ import annotations

from rnninspect.declared.dialect import Dialect

_WIDTHS = """
    d: hidden_size
    H: num_heads
    K: hidden_size * expand_k
    V: hidden_size * expand_v
"""
_ALL = "all num_hidden_layers"

FLASH_LINEAR_ATTENTION = (
    Dialect(
        "Gated DeltaNet",
        ("gated_deltanet",),
        """
    d: hidden_size
    Hk: num_heads
    Hv: num_v_heads ? num_heads
    Dk: head_dim
    Dv: head_dim * expand_v
    k: conv_size
""",
    ),
    Dialect(
        "DeltaNet",
        ("delta_net",),
        f"{_WIDTHS}\n    k: conv_size",
    ),
    Dialect(
        "KDA",
        ("kda",),
        """
    d: hidden_size
    H: num_heads
    P: head_dim
    W: head_dim * expand_v
    k: conv_size
""",
    ),
    Dialect("GLA", ("gla",), f"{_WIDTHS}\n    r: gate_low_rank_dim"),
    Dialect("RetNet", ("retnet",), _WIDTHS),
    Dialect("HGRN", ("hgrn",), "d: hidden_size\nn: hidden_size * expand_ratio", layers=_ALL),
    Dialect(
        "HGRN2",
        ("hgrn2",),
        """
    d: hidden_size
    H: num_heads
    f: num_heads * expand_ratio
""",
    ),
    Dialect(
        "RWKV-6",
        ("rwkv6",),
        """
    d: hidden_size
    H: num_heads
    K: hidden_size * expand_k
    V: hidden_size * expand_v
    r: proj_low_rank_dim
    q: gate_low_rank_dim
""",
        marks=("proj_low_rank_dim", "gate_low_rank_dim"),
    ),
    Dialect(
        "RWKV-7",
        ("rwkv7",),
        """
    d: hidden_size
    S: head_dim
    rw: decay_low_rank_dim
    ra: a_low_rank_dim
    rg: gate_low_rank_dim
    rv: v_low_rank_dim
""",
        marks=("decay_low_rank_dim", "a_low_rank_dim"),
    ),
)
