"""The key-values of GGUF below the architecture's prefix (gguf's constants, llama.cpp's loader)."""

from __future__ import annotations

from rnninspect.declared.dialect import Dialect

# Which blocks have a recurrent layer; a reader gives the keys that say it for an architecture.
_LAYERS = (
    "zero attention.head_count_kv; between full_attention_interval block_count; all block_count"
)
_STATE_SPACE = """
    d: embedding_length
    N: ssm.state_size
    k: ssm.conv_kernel
"""
_RWKV_6 = """
    d: embedding_length
    K: embedding_length
    S: wkv.head_size
    r: time_mix_extra_dim
    q: time_decay_extra_dim
"""
_RWKV_7 = """
    d: embedding_length
    H*S: embedding_length
    S: wkv.head_size
    rw: attention.decay_lora_rank
    ra: attention.iclr_lora_rank
    rv: attention.value_residual_mix_lora_rank
"""
_CHANNELS = "d: embedding_length\nf: feed_forward_length"


def _dialect(cell: str, *lines: str) -> Dialect:
    return Dialect(cell, ("gguf",), "\n".join(lines), layers=_LAYERS)


GGUF = (
    _dialect("Mamba", _STATE_SPACE, "E: ssm.inner_size", "R: ssm.time_step_rank"),
    _dialect("PLaMo-2 Mamba", _STATE_SPACE, "H*P: ssm.inner_size", "H: ssm.time_step_rank"),
    _dialect(
        "Mamba-2",
        _STATE_SPACE,
        "E: ssm.inner_size",
        "H: ssm.time_step_rank",
        "G: ssm.group_count",
    ),
    _dialect(
        "Gated DeltaNet",
        """
    d: embedding_length
    Dk: ssm.state_size
    Dv: ssm.state_size
    Hk: ssm.group_count
    Hv: ssm.time_step_rank
    Hv*Dv: ssm.inner_size
    k: ssm.conv_kernel
""",
    ),
    _dialect(
        "KDA",
        """
    d: embedding_length
    H: attention.head_count
    P: kda.head_dim
    W: kda.head_dim
    k: ssm.conv_kernel
""",
    ),
    _dialect("RWKV-6", _RWKV_6, "V: embedding_length"),
    _dialect("RWKV-6 of Qwen2", _RWKV_6),
    _dialect("RWKV-7", _RWKV_7, "rg: attention.gate_lora_rank"),
    _dialect("ARWKV-7", _RWKV_7),
    _dialect("RWKV channel mix", _CHANNELS),
    _dialect("RWKV-7 channel mix", _CHANNELS),
)
