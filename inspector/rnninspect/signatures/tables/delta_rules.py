"""The names of the delta rule's weights in transformers and flash-linear-attention."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_PARTED = """
    q_proj.weight    q
    k_proj.weight    k
    v_proj.weight    v
    g_proj.weight    gate
    a_proj.weight    decay
    b_proj.weight    beta
    A_log            A
    dt_bias          dt_bias
    o_norm.weight    norm
    o_proj.weight    out_proj
"""
_PLAIN_DELTA = """
    q_proj.weight    q
    k_proj.weight    k
    v_proj.weight    v
    b_proj.weight    beta
    o_norm.weight    norm
    o_proj.weight    out_proj
"""
_DELTA = (
    _PLAIN_DELTA
    + """
    g_proj.weight    gate
"""
)
_ATTENDING = """
    q_proj.weight    q
    k_proj.weight    k
    v_proj.weight    v
    b_proj.weight    beta
    o_norm.weight    norm
"""
_IN_THREE = """
    q_conv1d.weight  conv        H*P, 1, k
    k_conv1d.weight  conv        H*P, 1, k
    v_conv1d.weight  conv        H*W, 1, k
"""
_KDA = f"""{_ATTENDING}{_IN_THREE}
    dt_bias          dt_bias
    o_proj.weight    out_proj
"""
_KIMI = f"""{_KDA}
    f_a_proj.weight  decay_down
    f_b_proj.weight  decay_up
    g_a_proj.weight  gate_down
    g_b_proj.weight  gate_up
"""
_JOINED = f"""{_ATTENDING}
    conv1d.weight        conv    2*H*P+H*W, 1, k
    forget_gate.dt_bias  dt_bias
    o_proj.weight        out_proj
"""
_IN_FORGET_GATE = f"""{_JOINED}
    forget_gate.f_a_proj.weight  decay_down
    forget_gate.f_b_proj.weight  decay_up
    g_a_proj.weight              gate_down
    g_b_proj.weight              gate_up
"""
_BY_HEAD, _IN_FOUR_AXES = "A_log  A", "A_log  A  1, 1, H, 1"
_AFTER = """
    conv1d.weight        conv         2*K+Hv*Dv, 1, k
    dt_bias              dt_bias
    A_log                A
    norm.weight          norm
    out_proj.weight      out_proj
"""

DELTA_RULES = (
    Signature(
        "Gated DeltaNet",
        "qwen3_next",
        ("A_log",),
        """
    in_proj_qkvz.weight  q+k+v+gate   2*K+2*Hv*Dv, d
    in_proj_ba.weight    beta+decay   2*Hv, d
"""
        + _AFTER,
    ),
    Signature(
        "Gated DeltaNet",
        "qwen3_5",
        ("A_log",),
        """
    in_proj_qkv.weight   q+k+v        2*K+Hv*Dv, d
    in_proj_z.weight     gate
    in_proj_a.weight     decay
    in_proj_b.weight     beta
"""
        + _AFTER,
    ),
    Signature(
        "Gated DeltaNet",
        "lara_mini",
        ("A_log",),
        """
    in_proj.weight       q+k+v+gate+beta+decay  2*K+2*Hv*Dv+2*Hv, d
    conv1d.weight        conv                   2*K+Hv*Dv, 1, k
    dt_bias              dt_bias
    A_log                A
    out_norm.weight      norm
    out_proj.weight      out_proj
""",
    ),
    Signature(
        "Gated DeltaNet",
        "fla",
        ("A_log",),
        _PARTED
        + """
    q_conv1d.weight  conv        K, 1, k
    k_conv1d.weight  conv        K, 1, k
    v_conv1d.weight  conv        Hv*Dv, 1, k
""",
    ),
    Signature(
        "Gated DeltaNet",
        "olmo_hybrid",
        ("A_log",),
        _PARTED
        + """
    q_conv1d.weight  conv        ~channels, 1, k
    k_conv1d.weight  conv        ~channels, 1, k
    v_conv1d.weight  conv        ~channels, 1, k
""",
    ),
    Signature(
        "Gated DeltaNet",
        "olmo_hybrid",
        ("A_log",),
        _PARTED
        + """
    conv1d.weight    conv        2*K+Hv*Dv, 1, k
""",
    ),
    Signature(
        "DeltaNet",
        "fla",
        ("q_conv1d.weight",),
        _DELTA
        + """
    q_conv1d.weight  conv        K, 1, k
    k_conv1d.weight  conv        K, 1, k
    v_conv1d.weight  conv        V, 1, k
""",
    ),
    Signature("DeltaNet", "fla", ("b_proj.weight",), _PLAIN_DELTA, strict=True),
    Signature("DeltaNet", "fla", ("b_proj.weight",), _DELTA, strict=True),
    Signature(
        "DeltaProduct",
        "fla",
        ("q_conv1d.weight",),
        _DELTA
        + """
    a_proj.weight    decay
    A_log            A
    dt_bias          dt_bias
    q_conv1d.weight  conv        K, 1, k
    k_conv1d.weight  conv        u*K, 1, k
    v_conv1d.weight  conv        u*Hv*Dv, 1, k
""",
    ),
    Signature("KDA", "kimi", ("A_log",), f"{_KIMI}\n{_IN_FOUR_AXES}"),
    Signature("KDA", "glm5_next", ("A_log",), f"{_KIMI}\n{_BY_HEAD}"),
    # What transformers keeps in memory, and torch.save writes, of the two.
    Signature(
        "KDA",
        "kimi",
        ("forget_gate.A_log",),
        f"{_IN_FORGET_GATE}\nforget_gate.{_IN_FOUR_AXES}",
    ),
    Signature(
        "KDA",
        "glm5_next",
        ("forget_gate.A_log",),
        f"{_IN_FORGET_GATE}\nforget_gate.{_BY_HEAD}",
    ),
    Signature(
        "Full-rank KDA",
        "bailing_hybrid",
        ("A_log",),
        f"""{_ATTENDING}{_IN_THREE}
    dt_bias          dt_bias
    f_proj.weight    decay
    g_proj.weight    gate
    dense.weight     out_proj
    {_BY_HEAD}
""",
    ),
    Signature(
        "Full-rank KDA",
        "bailing_hybrid",
        ("forget_gate.A_log",),
        f"""{_JOINED}
    forget_gate.f_proj.weight  decay
    g_proj.weight              gate
    forget_gate.{_BY_HEAD}
""",
    ),
    Signature(
        "KDA",
        "fla",
        ("A_log",),
        _KDA
        + """
    f_proj.0.weight  decay_down
    f_proj.1.weight  decay_up
    g_proj.0.weight  gate_down
    g_proj.1.weight  gate_up
    g_proj.1.bias    gate_bias
    A_log            A
""",
    ),
)
