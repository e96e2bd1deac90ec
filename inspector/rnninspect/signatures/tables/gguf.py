"""The names of weights in GGUF, where a block's recurrent tensors are those of one module.

Axes are in the order of numpy, the reverse of the file's. Source: the package gguf
(`MODEL_TENSORS`), and the shapes that llama.cpp's loader asks for.
"""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_SSM = ("ssm_a", "ssm_in.weight", "ssm_conv1d.weight")
_DELTA = ("ssm_a", "ssm_norm.weight", "ssm_conv1d.weight")
_MIX = ("time_mix_output.weight", "time_mix_value.weight")
_MAMBA = """
    ssm_in.weight       in_proj
    ssm_conv1d.weight   conv
    ssm_conv1d.bias     conv_bias
    ssm_x.weight        x_proj
    ssm_dt.weight       dt_proj
    ssm_dt.bias         dt_bias
    ssm_a               A
    ssm_d               D
    ssm_out.weight      out_proj
"""
_NORMS = """
    ssm_dt_norm.weight  dt_norm
    ssm_b_norm.weight   b_norm
    ssm_c_norm.weight   c_norm
"""
_MAMBA_2 = """
    ssm_in.weight      in_proj
    ssm_conv1d.weight  conv
    ssm_conv1d.bias    conv_bias
    ssm_dt.bias        dt_bias
    ssm_a              A          H, 1
    ssm_d              D          H, 1
    ssm_out.weight     out_proj
"""
_GROUP_NORM = """
    ssm_norm.weight    norm       ~G, E_by_G
"""
_DELTA_NET = """
    ssm_conv1d.weight  conv
    ssm_dt.bias        dt_bias
    ssm_a              A
    ssm_norm.weight    norm
    ssm_out.weight     out_proj
"""
_KDA = """
    attn_q.weight        q
    attn_k.weight        k
    attn_v.weight        v
    ssm_conv1d_q.weight  conv        H*P, 1, k
    ssm_conv1d_k.weight  conv        H*P, 1, k
    ssm_conv1d_v.weight  conv        H*W, 1, k
    ssm_f_a.weight       decay_down
    ssm_f_b.weight       decay_up
    ssm_g_a.weight       gate_down
    ssm_g_b.weight       gate_up
    ssm_beta.weight      beta
    ssm_a                A           H, 1
    ssm_dt.bias          dt_bias
    ssm_norm.weight      norm
    attn_output.weight   out_proj
"""
_LERPS = """
    time_mix_lerp_w.weight  mix  d
    time_mix_lerp_k.weight  mix  d
    time_mix_lerp_v.weight  mix  d
    time_mix_lerp_r.weight  mix  d
    time_mix_lerp_g.weight  mix  d
"""
_FUSED = """
    time_mix_lerp_fused.weight  mix  5, 1, 1, d
"""
_RWKV_6 = """
    time_mix_lerp_x.weight      mix         d
    time_mix_w1.weight          mix_down    5*r, d
    time_mix_w2.weight          mix_up      5, d, r
    time_mix_decay.weight       decay
    time_mix_decay_w1.weight    decay_down  q, d
    time_mix_decay_w2.weight    decay_up    K, q
    time_mix_receptance.weight  receptance
    time_mix_key.weight         key
    time_mix_value.weight       value
    time_mix_gate.weight        gate
    time_mix_output.weight      out_proj
"""
_FIRST = """
    time_mix_first.weight  first  H, S
"""
_NORM = """
    time_mix_ln.weight  norm
    time_mix_ln.bias    norm_bias
"""
_BIASES = """
    time_mix_receptance.bias  receptance_bias
    time_mix_key.bias         key_bias
    time_mix_value.bias       value_bias
"""
_RWKV_7 = f"""{_NORM}
    time_mix_w0.weight          decay
    time_mix_w1.weight          decay_down  rw, d
    time_mix_w2.weight          decay_up    d, rw
    time_mix_a0.weight          rate
    time_mix_a1.weight          rate_down   ra, d
    time_mix_a2.weight          rate_up     d, ra
    time_mix_v0.weight          blend
    time_mix_v1.weight          blend_down  rv, d
    time_mix_v2.weight          blend_up    d, rv
    time_mix_k_k.weight         key_scale
    time_mix_k_a.weight         key_rate
    time_mix_r_k.weight         bonus       H*S
    time_mix_receptance.weight  receptance
    time_mix_key.weight         key
    time_mix_value.weight       value
    time_mix_output.weight      out_proj
"""
_GATE = """
    time_mix_g1.weight  gate_down  rg, d
    time_mix_g2.weight  gate_up    d, rg
"""
_CHANNELS = """
    channel_mix_lerp_k.weight  mix_k  d
    channel_mix_key.weight     key
    channel_mix_value.weight   value
"""


_BIAS = "ssm_conv1d.bias"
_UNREAD = ("time_mix_v0.weight", "time_mix_v1.weight", "time_mix_v2.weight")  # by the first block
_GATES = ("time_mix_g1.weight", "time_mix_g2.weight")
_MIXED = ("channel_mix_key.weight", "channel_mix_value.weight")


def _signature(
    architecture: str,
    cell: str,
    odd: tuple[str, ...],
    *lines: str,
    optional: tuple[str, ...] = (),
) -> Signature:
    return Signature(
        cell, f"gguf {architecture}", odd, "".join(lines), pads_shapes=True, optional=optional
    )


GGUF = (
    _signature("mamba", "Mamba", _SSM, _MAMBA, optional=(_BIAS,)),
    _signature("jamba", "Mamba", _SSM, _MAMBA, _NORMS, optional=(_BIAS,)),
    _signature("plamo2", "PLaMo-2 Mamba", _SSM, _MAMBA, _NORMS, optional=(_BIAS,)),
    _signature("mamba2", "Mamba-2", _SSM, _MAMBA_2, _GROUP_NORM, optional=(_BIAS,)),
    _signature(
        "falcon-h1",
        "Mamba-2",
        _SSM,
        _MAMBA_2,
        _GROUP_NORM,
        optional=(_BIAS, "ssm_norm.weight"),
    ),
    _signature(
        "qwen3next",
        "Gated DeltaNet",
        _DELTA,
        _DELTA_NET,
        """
    ssm_in.weight     q+k+v+gate  2*K+2*Hv*Dv, d
    ssm_ba.weight     beta+decay  2*Hv, d
""",
    ),
    _signature(
        "qwen3next",
        "Gated DeltaNet",
        _DELTA,
        _DELTA_NET,
        """
    attn_qkv.weight   q+k+v       2*K+Hv*Dv, d
    attn_gate.weight  gate
    ssm_ba.weight     beta+decay  2*Hv, d
""",
    ),
    _signature(
        "qwen35",
        "Gated DeltaNet",
        _DELTA,
        _DELTA_NET,
        """
    attn_qkv.weight   q+k+v       2*K+Hv*Dv, d
    attn_gate.weight  gate
    ssm_beta.weight   beta
    ssm_alpha.weight  decay
""",
    ),
    _signature("kimi-linear", "KDA", ("ssm_a", "ssm_f_a.weight", "ssm_conv1d_q.weight"), _KDA),
    _signature("rwkv6", "RWKV-6", _MIX, _RWKV_6, _FIRST, _NORM, _LERPS),
    _signature("rwkv6", "RWKV-6", _MIX, _RWKV_6, _FIRST, _NORM, _FUSED),
    *(
        _signature(
            "rwkv6qwen2",
            "RWKV-6 of Qwen2",
            _MIX,
            _RWKV_6,
            _FIRST,
            _BIASES,
            lerps,
            optional=(
                "time_mix_first.weight",
                "time_mix_receptance.bias",
                "time_mix_key.bias",
                "time_mix_value.bias",
            ),
        )
        for lerps in (_FUSED, _LERPS)
    ),
    _signature(
        "rwkv7",
        "RWKV-7",
        _MIX,
        _RWKV_7,
        _GATE,
        "\n    time_mix_lerp_fused.weight  mix  6, 1, 1, d\n",
        optional=_UNREAD,
    ),
    _signature(
        "arwkv7",
        "ARWKV-7",
        _MIX,
        _RWKV_7,
        "\n    time_mix_lerp_fused.weight  mix  5, 1, 1, d\n",
        optional=(*_UNREAD, "time_mix_ln.weight", "time_mix_ln.bias"),
    ),
    _signature(
        "arwkv7",
        "ARWKV-7",
        _MIX,
        _RWKV_7,
        _GATE,
        "\n    time_mix_lerp_fused.weight  mix+mix_g  6, 1, 1, d\n",
        optional=(*_UNREAD, *_GATES, "time_mix_ln.weight", "time_mix_ln.bias"),
    ),
    _signature(
        "rwkv6",
        "RWKV channel mix",
        _MIXED,
        _CHANNELS,
        """
    channel_mix_lerp_r.weight      mix_r  d
    channel_mix_receptance.weight  receptance
""",
    ),
    _signature("rwkv7", "RWKV-7 channel mix", _MIXED, _CHANNELS),
)
