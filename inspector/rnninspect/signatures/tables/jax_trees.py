"""The names of classic cells in Flax linen and nnx, Haiku and Equinox, and in haste and fastai."""

from __future__ import annotations

from rnninspect.signatures.signature import Signature

_LSTM_STATE = """
    hi/kernel  recurrent_kernel  n, n
    hf/kernel  recurrent_kernel  n, n
    hg/kernel  recurrent_kernel  n, n
    ho/kernel  recurrent_kernel  n, n
    hi/bias    bias              n
    hf/bias    bias              n
    hg/bias    bias              n
    ho/bias    bias              n
"""

JAX_TREES = (
    Signature(
        "LSTM",
        "flax",
        ("if/kernel", "hg/kernel"),
        _LSTM_STATE
        + """
    ii/kernel  kernel  m, n
    if/kernel  kernel  m, n
    ig/kernel  kernel  m, n
    io/kernel  kernel  m, n
""",
    ),
    Signature(
        "LSTM",
        "flax nnx",
        ("if_/kernel", "hg/kernel"),
        _LSTM_STATE
        + """
    ii/kernel   kernel  m, n
    if_/kernel  kernel  m, n
    ig/kernel   kernel  m, n
    io/kernel   kernel  m, n
""",
    ),
    Signature(
        "CudnnGRU",
        "flax",
        ("hn/kernel", "hz/kernel"),
        """
    ir/kernel  kernel            m, n
    iz/kernel  kernel            m, n
    in/kernel  kernel            m, n
    hr/kernel  recurrent_kernel  n, n
    hz/kernel  recurrent_kernel  n, n
    hn/kernel  recurrent_kernel  n, n
    ir/bias    bias              n
    iz/bias    bias              n
    in/bias    bias              n
    hn/bias    recurrent_bias    n
""",
        optional=("ir/bias", "iz/bias", "in/bias"),
    ),
    Signature(
        "RNN",
        "flax",
        ("h/kernel",),
        """
    i/kernel  kernel            m, n
    i/bias    bias              n
    h/kernel  recurrent_kernel  n, n
""",
        strict=True,
    ),
    Signature(
        "MGU, flax",
        "flax",
        ("hn/kernel",),
        """
    if/kernel  kernel            m, n
    in/kernel  kernel            m, n
    if/bias    bias              n
    in/bias    bias              n
    hf/kernel  recurrent_kernel  n, n
    hn/kernel  recurrent_kernel  n, n
    hn/bias    recurrent_bias    n
""",
    ),
    Signature(
        "ConvLSTM2D",
        "flax",
        ("hh/kernel",),
        """
    ih/kernel  kernel            kh, kw, m, 4*n
    ih/bias    bias              4*n
    hh/kernel  recurrent_kernel  kh, kw, n, 4*n
    hh/bias    recurrent_bias    4*n
""",
    ),
    Signature(
        "LSTM",
        "flax nnx",
        ("dense_h/kernel",),
        """
    dense_i/kernel  kernel            m, 4*n
    dense_h/kernel  recurrent_kernel  n, 4*n
    dense_h/bias    bias              4*n
""",
        strict=True,
    ),
    Signature(
        "GRU",
        "flax nnx",
        ("dense_h/kernel",),
        """
    dense_i/kernel  kernel            m, 3*n
    dense_i/bias    bias              3*n
    dense_h/kernel  recurrent_kernel  n, 3*n
""",
        strict=True,
    ),
    Signature(
        "RNN",
        "flax nnx",
        ("dense_h/kernel",),
        """
    dense_i/kernel  kernel            m, n
    dense_i/bias    bias              n
    dense_h/kernel  recurrent_kernel  n, n
""",
        strict=True,
    ),
    Signature(
        "LSTM",
        "haiku",
        ("linear/w",),
        """
    linear/w  kernel+recurrent_kernel  m+n, 4*n
    linear/b  bias                     4*n
""",
        called="lstm",
    ),
    Signature(
        "GRU",
        "haiku",
        ("w_h",),
        """
    w_i  kernel            m, 3*n
    w_h  recurrent_kernel  n, 3*n
    b    bias              3*n
""",
        called="gru",
    ),
    Signature(
        "RNN",
        "haiku",
        ("linear_1/w",),
        """
    linear/w    kernel            m, n
    linear/b    bias              n
    linear_1/w  recurrent_kernel  n, n
    linear_1/b  recurrent_bias    n
""",
        called="rnn",
    ),
    Signature(
        "CudnnGRU",
        "equinox",
        ("weight_hh",),
        """
    weight_ih  kernel            3*n, m
    weight_hh  recurrent_kernel  3*n, n
    bias       bias              3*n
    bias_n     recurrent_bias    n
""",
        strict=True,
    ),
    Signature(
        "LSTM",
        "equinox",
        ("weight_hh",),
        """
    weight_ih  kernel            4*n, m
    weight_hh  recurrent_kernel  4*n, n
    bias       bias              4*n
""",
        strict=True,
    ),
    Signature(
        "IndRNN",
        "haste",
        ("recurrent_scale",),
        """
    kernel           kernel            m, n
    recurrent_scale  recurrent_kernel  n
    bias             bias              n
""",
        strict=True,
    ),
    Signature(
        "LSTM",
        "fastai",
        ("weight_hh_l0_raw",),
        """
    module.weight_ih_l0  kernel            4*n, m
    weight_hh_l0_raw     recurrent_kernel  4*n, n
    module.bias_ih_l0    bias              4*n
    module.bias_hh_l0    recurrent_bias    4*n
    module.weight_hh_l0  -
""",
    ),
)
