"""The key-values of GGUF below the architecture's prefix (gguf's constants and converters)."""

from __future__ import annotations

from rnninspect.declared.dialect import Dialect

_STATE_SPACE = """
    d: embedding_length
    E: ssm.inner_size
    N: ssm.state_size
    k: ssm.conv_kernel
"""

GGUF = (
    Dialect("Mamba", ("gguf",), f"{_STATE_SPACE}\n    R: ssm.time_step_rank"),
    Dialect("Mamba-2", ("gguf",), f"{_STATE_SPACE}\n    H: ssm.time_step_rank\nG: ssm.group_count"),
    Dialect(
        "Gated DeltaNet",
        ("gguf",),
        """
    d: embedding_length
    Dk: ssm.state_size
    Hk: ssm.group_count
    Hv: ssm.time_step_rank
    Hv*Dv: ssm.inner_size
    k: ssm.conv_kernel
""",
    ),
    Dialect(
        "KDA",
        ("gguf",),
        """
    d: embedding_length
    P: kda.head_dim
    W: kda.head_dim
    k: ssm.conv_kernel
""",
    ),
    Dialect(
        "RWKV-6",
        ("gguf",),
        """
    d: embedding_length
    S: wkv.head_size
    r: time_mix_extra_dim
    q: time_decay_extra_dim
""",
    ),
    Dialect(
        "RWKV-7",
        ("gguf",),
        """
    d: embedding_length
    S: wkv.head_size
    rw: attention.decay_lora_rank
    ra: attention.iclr_lora_rank
    rg: attention.gate_lora_rank
    rv: attention.value_residual_mix_lora_rank
""",
    ),
    Dialect("RWKV channel mix", ("gguf",), "d: embedding_length\nf: feed_forward_length"),
    Dialect("RWKV-7 channel mix", ("gguf",), "d: embedding_length\nf: feed_forward_length"),
)
