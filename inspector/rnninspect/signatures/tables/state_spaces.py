"""The names of Mamba's weights in transformers, mamba_ssm and other writers."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_EVERY = """
    in_proj.weight   in_proj
    A_log            A
    D                D
    out_proj.weight  out_proj
    conv1d.bias      conv_bias
    in_proj.bias     in_bias
    out_proj.bias    out_bias
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
_MAMBA_2 = f"""{_EVERY}
    conv1d.weight    conv         E+2*GN, 1, k
    dt_bias          dt_bias
    norm.weight      norm
    init_states      first_state  H, P, N
"""

STATE_SPACES = (
    Signature("Mamba", "mamba", ("A_log",), _MAMBA),
    Signature("Mamba", "jamba", ("A_log",), _JAMBA),
    Signature("Multi-head Mamba", "zamba", ("A_log",), _ZAMBA),
    Signature("PLaMo-2 Mamba", "plamo2", ("A_log",), _PLAMO_2),
    Signature("Mamba-2", "mamba2", ("A_log",), _MAMBA_2),
)
