"""The keys of mamba_ssm, mistral-inference and keras-hub, and the arguments of scripts."""

from __future__ import annotations

from rnninspect.declared.dialect import Dialect

_ARGUMENTS = """
    d: d_model
    N: d_state
    k: d_conv
    E: expand * d_model
"""
_ALL_BUT = "except attn_layer_idx n_layer"

LIBRARIES = (
    Dialect(
        "Mamba",
        ("mamba_ssm",),
        """
    d: d_model
    N: ssm_cfg.d_state
    k: ssm_cfg.d_conv
    E: ssm_cfg.expand * d_model
    R: ssm_cfg.dt_rank ~ up d_model / 16
""",
        marks=("d_model", "n_layer", "ssm_cfg"),
        layers=_ALL_BUT,
    ),
    Dialect(
        "Mamba-2",
        ("mamba_ssm",),
        """
    d: d_model
    P: ssm_cfg.headdim
    G: ssm_cfg.ngroups
    N: ssm_cfg.d_state
    k: ssm_cfg.d_conv
    E: ssm_cfg.expand * d_model
""",
        marks=("d_model", "n_layer", "ssm_cfg"),
        layers=_ALL_BUT,
    ),
    Dialect(
        "Mamba-2",
        ("mistral",),
        "d: dim\nG: n_groups",
        marks=("dim", "n_layers", "n_groups"),
        layers="all n_layers",
    ),
    Dialect(
        "Mamba",
        ("arguments",),
        f"{_ARGUMENTS}\n    R: dt_rank ~ up d_model / 16",
        marks=("d_model", "d_state"),
        is_strict=False,
    ),
    Dialect(
        "Mamba-2",
        ("arguments",),
        f"{_ARGUMENTS}\n    P: headdim\nG: ngroups",
        marks=("d_model", "d_state"),
        is_strict=False,
    ),
    Dialect(
        "RWKV-7",
        ("keras_hub",),
        """
    d: hidden_size
    S: head_size
    rw: decay_lora
    ra: aaa_lora
    rg: gate_lora
    rv: mv_lora
""",
        marks=("hidden_size", "head_size", "aaa_lora"),
    ),
    Dialect("LMUMemory", ("keras_lmu",), "D: memory_d\nq: order", marks=("memory_d", "order")),
)
