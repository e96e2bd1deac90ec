"""The names of Mamba's weights in transformers, mamba_ssm and other writers."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_ENDS = """
    in_proj.weight   in_proj
    out_proj.weight  out_proj
    in_proj.bias     in_bias
    out_proj.bias    out_bias
"""
_SHARED = f"""{_ENDS}
    A_log            A
    conv1d.bias      conv_bias
"""
_EVERY = f"""{_SHARED}
    D                D
"""
_MAMBA = f"""{_EVERY}
    conv1d.weight    conv       E, 1, k
    x_proj.weight    x_proj
    dt_proj.weight   dt_proj
    dt_proj.bias     dt_bias
"""
_JAMBA = f"""{_MAMBA}
    dt_layernorm.weight  dt_norm
    b_layernorm.weight   b_norm
    c_layernorm.weight   c_norm
"""
_ZAMBA = f"""{_EVERY}
    conv1d.weight    conv       H*P, 1, k
    x_proj_weight    x_proj
    dt_proj_weight   dt_proj
    dt_proj_bias     dt_bias
"""
_PLAMO_2 = f"""{_EVERY}
    conv1d.weight     conv       H*P, 1, k
    bcdt_proj.weight  x_proj
    dt_proj.weight    dt_proj
    dt_bias           dt_bias
    dt_norm_weight    dt_norm
    B_norm_weight     b_norm
    C_norm_weight     c_norm
"""
_BACKWARD = """
    A_b_log          A          E, N
    D_b              D          E
    conv1d_b.weight  conv       E, 1, k
    conv1d_b.bias    conv_bias  E
    x_proj_b.weight  x_proj     R+2*N, E
    dt_proj_b.weight  dt_proj   E, R
    dt_proj_b.bias    dt_bias   E
"""
_BOTH = "\n".join(
    (_ENDS, _BACKWARD, _BACKWARD.replace("_b_log", "_log").replace("_b ", " ").replace("_b.", "."))
)
_PLANE = f"""{_ENDS}
    x_proj_weight    x_proj
    dt_projs_weight  dt_proj
    dt_projs_bias    dt_bias
    A_logs           A
    Ds               D
    conv2d.weight    conv       E, 1, k, k
    conv2d.bias      conv_bias
    out_norm.weight  norm
    out_norm.bias    norm_bias
"""
_MAMBA_2 = """
    conv1d.weight    conv         E+2*GN, 1, k
    dt_bias          dt_bias
    norm.weight      norm
    init_states      first_state  H, P, N
"""

STATE_SPACES = (
    Signature("Mamba", "mamba", ("A_log",), _MAMBA),
    Signature("Mamba", "jamba", ("A_log",), _JAMBA),
    Signature("Mamba, two directions", "vim", ("A_b_log",), _BOTH),
    Signature("SS2D", "vmamba", ("A_logs",), _PLANE),
    Signature("Multi-head Mamba", "zamba", ("A_log",), _ZAMBA),
    Signature("PLaMo-2 Mamba", "plamo2", ("A_log",), _PLAMO_2),
    Signature("Mamba-2", "mamba2", ("A_log",), _EVERY + _MAMBA_2),
    Signature("Mamba-2", "mamba2", ("A_log",), f"{_SHARED}\n    D  D_by_unit\n{_MAMBA_2}"),
)
