"""The names of the weights of SRU, QRNN, minLSTM and other cells in their libraries."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_SRU = """
    weight_c     weight_c
    bias         bias
    scale_x      -
"""
_BEFORE = """
    layer_norm.weight  norm
    layer_norm.bias    norm_bias
"""
_AFTER = """
    layer_norm.weight  norm_after
    layer_norm.bias    norm_after_bias
"""
_WEIGHT = "    weight  weight\n"
_MOVED = "    transform_module.weight  weight  q*u, m\n"
_PROJECTED = _WEIGHT + "    weight_proj  projection\n"
_HASTE = """
    kernel            kernel
    bias              bias
"""

QUICK = (
    Signature("SRU", "sru", ("weight_c",), _SRU + _BEFORE + _WEIGHT),
    Signature("SRU", "sru", ("weight_c",), _SRU + _AFTER + _WEIGHT),
    Signature("SRU, projected", "sru", ("weight_proj",), _SRU + _BEFORE + _PROJECTED),
    Signature("SRU, projected", "sru", ("weight_proj",), _SRU + _AFTER + _PROJECTED),
    Signature("SRU", "sru 3", ("weight_c",), _SRU + _BEFORE + _MOVED),
    Signature("SRU", "sru 3", ("weight_c",), _SRU + _AFTER + _MOVED),
    Signature(
        "SRU++",
        "sru",
        ("weight_c",),
        """
    weight_c                            weight_c
    bias                                bias
    transform_module.linear1.weight     query
    transform_module.linear2.weight     key_value
    transform_module.linear3.weight     weight
    transform_module.alpha              alpha
    transform_module.layer_norm.weight  norm
    transform_module.layer_norm.bias    norm_bias
    scale_x                             -
""",
    ),
    Signature(
        "QRNN",
        "pytorch-qrnn",
        ("linear.weight",),
        """
    linear.weight  weight
    linear.bias    bias
""",
        within="qrnn",
    ),
    Signature(
        "minLSTM",
        "minGRU-pytorch",
        ("to_hidden_and_f_i_gate.weight",),
        """
    to_hidden_and_f_i_gate.weight  gates
    to_out.weight                  out_proj
""",
    ),
    Signature(
        "minGRU, joined",
        "minGRU-pytorch",
        ("to_hidden_and_gate.weight",),
        """
    to_hidden_and_gate.weight  gates
    to_out.weight              out_proj
""",
    ),
    Signature(
        "TreeLSTM",
        "dgl",
        ("W_iou.weight",),
        """
    W_iou.weight  W_iou
    U_iou.weight  U_iou
    b_iou         b_iou     1, 3*n
    U_f.weight    U_f
    U_f.bias      U_f_bias
""",
    ),
    Signature(
        "ST-LSTM",
        "predrnn",
        ("conv_m.0.weight",),
        """
    conv_x.0.weight   conv_x
    conv_h.0.weight   conv_h
    conv_m.0.weight   conv_m
    conv_o.0.weight   conv_o
    conv_last.weight  conv_last     n, 2*n, 1, 1
    conv_x.0.bias     conv_x_bias
    conv_h.0.bias     conv_h_bias
    conv_m.0.bias     conv_m_bias
    conv_o.0.bias     conv_o_bias
    conv_last.bias    last_bias
""",
    ),
    Signature(
        "GRU-D",
        "pypots",
        ("temp_decay_h.W",),
        """
    rnn_cell.weight_ih  kernel
    rnn_cell.weight_hh  recurrent_kernel
    rnn_cell.bias_ih    bias
    rnn_cell.bias_hh    recurrent_bias
    temp_decay_h.W      state_decay
    temp_decay_h.b      state_decay_bias
    temp_decay_x.W      input_decay
    temp_decay_x.b      input_decay_bias
""",
        shares=True,
    ),
    Signature(
        "CudnnGRU",
        "mlx",
        ("bhn",),
        """
    Wx   kernel            3*n, m
    Wh   recurrent_kernel  3*n, n
    b    bias              3*n
    bhn  recurrent_bias    n
""",
        optional=(),
    ),
    Signature(
        "LayerNormGRU",
        "haste",
        ("recurrent_bias",),
        _HASTE
        + """
    recurrent_kernel  recurrent_kernel
    recurrent_bias    recurrent_bias
    gamma             gain
""",
        strict=True,
    ),
    Signature(
        "LayerNormLSTM, haste",
        "haste",
        ("gamma_h",),
        _HASTE
        + """
    recurrent_kernel  recurrent_kernel
    gamma             gain
    gamma_h           state_gain
    beta_h            state_shift
""",
        strict=True,
    ),
    Signature(
        "LayerNormIndRNN",
        "haste",
        ("recurrent_scale",),
        _HASTE
        + """
    recurrent_scale  recurrent_scale
    gamma            gain
""",
        strict=True,
    ),
)
