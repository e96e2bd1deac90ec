"""The names of RWKV's weights in transformers, RWKV-LM and flash-linear-attention."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_PROJECTIONS = """
    receptance.weight  receptance
    key.weight         key
    value.weight       value
    output.weight      out_proj
"""
_NORM = """
    ln_x.weight  norm
    ln_x.bias    norm_bias
"""
_MIXES_7 = """
    x_r  mix  1, 1, d
    x_w  mix  1, 1, d
    x_k  mix  1, 1, d
    x_v  mix  1, 1, d
    x_a  mix  1, 1, d
    x_g  mix  1, 1, d
"""
_CHANNELS = """
    key.weight         key
    receptance.weight  receptance
    value.weight       value
"""

RWKV = (
    Signature(
        "RWKV-4",
        "transformers",
        ("time_first",),
        _PROJECTIONS
        + """
    time_decay           decay
    time_first           first
    time_mix_key         mix_k  1, 1, d
    time_mix_value       mix_v  1, 1, d
    time_mix_receptance  mix_r  1, 1, d
""",
    ),
    Signature(
        "RWKV channel mix",
        "transformers",
        ("time_mix_receptance",),
        _CHANNELS
        + """
    time_mix_key         mix_k  1, 1, d
    time_mix_receptance  mix_r  1, 1, d
""",
    ),
    Signature(
        "RWKV-4",
        "rwkv",
        ("time_first",),
        _PROJECTIONS
        + """
    time_decay  decay
    time_first  first
    time_mix_k  mix_k  1, 1, d
    time_mix_v  mix_v  1, 1, d
    time_mix_r  mix_r  1, 1, d
""",
    ),
    Signature(
        "RWKV channel mix",
        "rwkv",
        ("time_mix_r",),
        _CHANNELS
        + """
    time_mix_k  mix_k  1, 1, d
    time_mix_r  mix_r  1, 1, d
""",
    ),
    Signature(
        "RWKV-5",
        "rwkv",
        ("time_faaaa",),
        _PROJECTIONS
        + _NORM
        + """
    time_decay   decay
    time_faaaa   first
    gate.weight  gate
    time_mix_k   mix_k  1, 1, d
    time_mix_v   mix_v  1, 1, d
    time_mix_r   mix_r  1, 1, d
    time_mix_g   mix_g  1, 1, d
""",
    ),
    Signature(
        "RWKV-6",
        "rwkv",
        ("time_faaaa",),
        _PROJECTIONS
        + _NORM
        + """
    gate.weight    gate
    time_maa_x     mix         1, 1, d
    time_maa_w     mix         1, 1, d
    time_maa_k     mix         1, 1, d
    time_maa_v     mix         1, 1, d
    time_maa_r     mix         1, 1, d
    time_maa_g     mix         1, 1, d
    time_maa_w1    mix_down
    time_maa_w2    mix_up      5, r, d
    time_decay     decay       1, 1, K
    time_decay_w1  decay_down
    time_decay_w2  decay_up
    time_faaaa     first       H, S
""",
    ),
    Signature(
        "RWKV channel mix",
        "rwkv",
        ("time_maa_r",),
        _CHANNELS
        + """
    time_maa_k  mix_k  1, 1, d
    time_maa_r  mix_r  1, 1, d
""",
    ),
    Signature(
        "RWKV-6",
        "fla",
        ("bonus",),
        """
    x_bias                       mix         5, d
    bonus                        first       H, S
    x_proj.0.mu                  mix         d
    x_proj.0.linear.weight       mix_down    5*r, d
    x_proj.2.weight              mix_up      d, 5*r
    r_proj.linear.weight         receptance
    w_proj.linear.lora.0.weight  decay_down  q, d
    w_proj.linear.lora.2.weight  decay_up    K, q
    w_proj.linear.lora.2.bias    decay
    k_proj.linear.weight         key
    v_proj.linear.weight         value
    g_proj.linear.weight         gate
    g_norm.weight                norm
    g_norm.bias                  norm_bias
    o_proj.weight                out_proj
""",
    ),
    Signature(
        "RWKV-7",
        "rwkv",
        ("r_k",),
        _PROJECTIONS
        + _NORM
        + _MIXES_7
        + """
    w0   decay       1, 1, d
    w1   decay_down
    w2   decay_up
    a0   rate        1, 1, d
    a1   rate_down
    a2   rate_up
    v0   blend       1, 1, d
    v1   blend_down
    v2   blend_up
    g1   gate_down
    g2   gate_up
    k_k  key_scale   1, 1, d
    k_a  key_rate    1, 1, d
    r_k  bonus
""",
    ),
    Signature(
        "RWKV-7 channel mix",
        "rwkv",
        ("x_k",),
        """
    x_k           mix_k  1, 1, d
    key.weight    key
    value.weight  value
""",
    ),
    Signature(
        "RWKV-7 channel mix",
        "fla",
        ("x_k",),
        """
    x_k           mix_k  d
    key.weight    key
    value.weight  value
""",
    ),
    Signature(
        "RWKV channel mix",
        "fla",
        ("receptance.mu",),
        """
    key.mu                    mix_k  d
    key.linear.weight         key
    value.weight              value
    receptance.mu             mix_r  d
    receptance.linear.weight  receptance
""",
    ),
    Signature(
        "RWKV-7",
        "fla",
        ("r_k",),
        _MIXES_7
        + """
    r_proj.weight         receptance
    k_proj.weight         key
    v_proj.weight         value
    o_proj.weight         out_proj
    w_lora.lora.0.weight  decay_down  rw, d
    w_lora.lora.2.weight  decay_up    d, rw
    w_lora.lora.2.bias    decay
    a_lora.lora.0.weight  rate_down   ra, d
    a_lora.lora.2.weight  rate_up     d, ra
    a_lora.lora.2.bias    rate
    v_lora.lora.0.weight  blend_down  rv, d
    v_lora.lora.2.weight  blend_up    d, rv
    v_lora.lora.2.bias    blend
    g_lora.lora.0.weight  gate_down   rg, d
    g_lora.lora.2.weight  gate_up     d, rg
    k_k                   key_scale
    k_a                   key_rate
    r_k                   bonus
    g_norm.weight         norm
    g_norm.bias           norm_bias
""",
    ),
)
