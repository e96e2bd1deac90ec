"""The names of xLSTM's weights in the packages xlstm and transformers."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

XLSTM = (
    Signature(
        "mLSTM",
        "xlstm",
        ("igate_preact.weight",),
        """
    q.weight               q
    k.weight               k
    v.weight               v
    ogate_preact.weight    output
    igate_preact.weight    input
    igate_preact.bias      input_bias
    fgate_preact.weight    forget
    fgate_preact.bias      forget_bias
    multihead_norm.weight  norm
    out_proj.weight        out_proj
    q.bias                 q_bias
    k.bias                 k_bias
    v.bias                 v_bias
    ogate_preact.bias      output_bias
    multihead_norm.bias    norm_bias
    out_proj.bias          out_bias
""",
    ),
    Signature(
        "mLSTM block",
        "xlstm",
        ("mlstm_cell.igate.weight",),
        """
    proj_up.weight             up_proj
    q_proj.weight              q
    k_proj.weight              k
    v_proj.weight              v
    conv1d.conv.weight         conv         e, 1, k
    conv1d.conv.bias           conv_bias
    mlstm_cell.igate.weight    input
    mlstm_cell.igate.bias      input_bias
    mlstm_cell.fgate.weight    forget
    mlstm_cell.fgate.bias      forget_bias
    mlstm_cell.outnorm.weight  norm
    learnable_skip             skip
    proj_down.weight           out_proj
    proj_up.bias               up_bias
    q_proj.bias                q_bias
    k_proj.bias                k_bias
    v_proj.bias                v_bias
    proj_down.bias             out_bias
    mlstm_cell.causal_mask     -
""",
    ),
    Signature(
        "sLSTM",
        "xlstm",
        ("slstm_cell._recurrent_kernel_",),
        """
    fgate.weight                   forget
    igate.weight                   input
    zgate.weight                   candidate
    ogate.weight                   output
    slstm_cell._recurrent_kernel_  recurrent
    slstm_cell._bias_              bias
    group_norm.weight              norm
    conv1d.conv.weight             conv       d, 1, k
    conv1d.conv.bias               conv_bias
""",
    ),
)
