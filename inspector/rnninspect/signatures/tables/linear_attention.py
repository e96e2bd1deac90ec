"""The names of linear attention's weights in transformers, fla and torchscale."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_PROJECTIONS = """
    q_proj.weight  q
    k_proj.weight  k
    v_proj.weight  v
    g_proj.weight  gate
"""

LINEAR_ATTENTION = (
    Signature(
        "GLA",
        "fla",
        ("gk_proj.0.weight",),
        _PROJECTIONS
        + """
    gk_proj.0.weight          decay_down
    gk_proj.1.weight          decay_up
    gk_proj.1.bias            decay_bias
    g_norm_swish_gate.weight  norm
    o_proj.weight             out_proj
""",
    ),
    Signature(
        "RetNet",
        "fla",
        ("g_norm_swish_gate.weight",),
        _PROJECTIONS
        + """
    g_norm_swish_gate.weight  norm
    o_proj.weight             out_proj
""",
    ),
    Signature(
        "RetNet",
        "torchscale",
        ("g_proj.weight",),
        _PROJECTIONS
        + """
    out_proj.weight  out_proj
""",
        within="retention",
    ),
    Signature(
        "HGRN",
        "fla",
        ("i_proj.weight",),
        """
    i_proj.weight  input
    f_proj.weight  forget
    g_proj.weight  gate
    g_norm.weight  norm
    o_proj.weight  out_proj
""",
    ),
    Signature(
        "HGRN2",
        "fla",
        ("i_proj.weight",),
        """
    q_proj.weight  q
    i_proj.weight  input
    f_proj.weight  forget
    g_norm.weight  norm
    o_proj.weight  out_proj
""",
    ),
    Signature(
        "Lightning attention",
        "minimax",
        ("output_gate.weight",),
        """
    qkv_proj.weight     qkv
    output_gate.weight  gate
    norm.weight         norm
    out_proj.weight     out_proj
    slope_rate          -
    query_decay         -
    key_decay           -
    diagonal_decay      -
""",
    ),
    Signature(
        "RG-LRU",
        "recurrent_gemma",
        ("rg_lru.recurrent_param",),
        """
    linear_x.weight               linear_x
    linear_x.bias                 linear_x_bias
    linear_y.weight               linear_y
    linear_y.bias                 linear_y_bias
    conv_1d.weight                conv            w, 1, k
    conv_1d.bias                  conv_bias
    rg_lru.recurrent_param        decay
    rg_lru.input_gate_weight      input_gate
    rg_lru.input_gate_bias        input_bias
    rg_lru.recurrent_gate_weight  recurrent_gate
    rg_lru.recurrent_gate_bias    recurrent_bias
    linear_out.weight             out_proj
    linear_out.bias               out_bias
""",
    ),
    Signature(
        "RG-LRU",
        "recurrentgemma",
        ("rg_lru.a_param",),
        """
    linear_x.weight      linear_x
    linear_x.bias        linear_x_bias
    linear_y.weight      linear_y
    linear_y.bias        linear_y_bias
    conv_1d.w            conv            k, w
    conv_1d.b            conv_bias
    rg_lru.a_param       decay
    rg_lru.input_gate.w  input_gate
    rg_lru.input_gate.b  input_bias
    rg_lru.a_gate.w      recurrent_gate
    rg_lru.a_gate.b      recurrent_bias
    linear_out.weight    out_proj
    linear_out.bias      out_bias
""",
    ),
)
