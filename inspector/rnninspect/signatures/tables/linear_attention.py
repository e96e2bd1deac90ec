"""The names of linear attention's weights in transformers, fla and torchscale."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_PROJECTIONS = """
    q_proj.weight  q
    k_proj.weight  k
    v_proj.weight  v
    g_proj.weight  gate
"""

_OUT = """
    g_norm_swish_gate.weight  norm
    o_proj.weight             out_proj
"""
_UNGATED = """
    g_norm.weight  norm
    o_proj.weight  out_proj
"""
_DECAY = """
    gk_proj.0.weight  decay_down
    gk_proj.1.weight  decay_up
    gk_proj.1.bias    decay_bias
"""
_CONVOLVED = """
    q_conv1d.weight  conv  K, 1, k
    k_conv1d.weight  conv  K, 1, k
    v_conv1d.weight  conv  V, 1, k
"""
_APART = _CONVOLVED.replace("conv  K", "conv  Q", 1)
_QKV = _PROJECTIONS.replace("    g_proj.weight  gate\n", "")
_GLA, _RETNET = ("gk_proj.0.weight",), ("g_norm_swish_gate.weight",)

LINEAR_ATTENTION = (
    Signature("GLA", "fla", _GLA, _PROJECTIONS + _CONVOLVED + _DECAY + _OUT),
    Signature("GLA", "fla", _GLA, _QKV + _CONVOLVED + _DECAY + _UNGATED),
    Signature("GLA, shared keys", "fla", _GLA, _PROJECTIONS + _APART + _DECAY + _OUT),
    Signature("RetNet", "fla", _RETNET, _PROJECTIONS + _CONVOLVED + _OUT),
    Signature("RetNet, shared keys", "fla", _RETNET, _PROJECTIONS + _APART + _OUT),
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
    i_conv1d.weight  conv  n, 1, k
    f_conv1d.weight  conv  n, 1, k
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
    q_conv1d.weight  conv  f, 1, k
    f_conv1d.weight  conv  f, 1, k
    i_conv1d.weight  conv  d, 1, k
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
