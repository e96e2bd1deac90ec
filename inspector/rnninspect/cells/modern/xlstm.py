"""The cells of xLSTM: mLSTM with a matrix as memory, sLSTM with exponential gates.

Source: Beck et al., xLSTM (2024); the packages xlstm and transformers.
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

_MATRIX = ("C' = f·C + i·v·kᵀ", "n' = f·n + i·k", "h = o⊙(C'·q / max(|n'ᵀ·q|, 1))")

XLSTM = (
    DescribedCell(
        "mLSTM",
        "LSTM whose memory is a matrix (xLSTM 7B)",
        sizes="d width, qk width of keys, dv width of values, H heads, Dk key size, Dv value size",
        weights="""
            q            qk, d
            k            qk, d
            v            dv, d
            output       dv, d
            input        H, d
            input_bias   H
            forget       H, d
            forget_bias  H
            norm         dv
            out_proj     d, dv
            q_bias?      qk
            k_bias?      qk
            v_bias?      dv
            output_bias? dv
            norm_bias?   dv
            out_bias?    d
        """,
        state="Dk*dv + qk + H",
        defaults="qk = d/2, dv = d",
        known_as="xLSTM, xLSTM 7B",
        work="3*Dk*dv",
        relations="qk = H*Dk, dv = H*Dv",
        equations=_MATRIX,
    ),
    DescribedCell(
        "mLSTM block",
        "mLSTM with its convolution and projections (xLSTM)",
        sizes="d width, e inner width, B blocks, b block size, H heads, P head size, k taps",
        weights="""
            up_proj      2*e, d
            q            B, b, b
            k            B, b, b
            v            B, b, b
            conv         e, k
            conv_bias    e
            input        H, 3*e
            input_bias   H
            forget       H, 3*e
            forget_bias  H
            norm         e
            skip         e
            out_proj     d, e
            up_bias?     2*e
            q_bias?      e
            k_bias?      e
            v_bias?      e
            out_bias?    d
        """,
        state="e*P + e + e*(k-1) + H",
        defaults="e = expand*d, expand = 2, k = 4, b = 4, B = e/b",
        work="3*e*P",
        relations="e = H*P",
        equations=_MATRIX,
    ),
    DescribedCell(
        "sLSTM",
        "LSTM with exponential gates and heads (xLSTM)",
        sizes="d width, H heads, P head size, k taps",
        weights="""
            forget      H, P, P
            input       H, P, P
            candidate   H, P, P
            output      H, P, P
            recurrent   H, 4*P, P
            bias        4*d
            norm        d
            conv?       d, k
            conv_bias?  d
        """,
        state="4*d + d*(k-1)",
        defaults="k = 4",
        often="conv conv_bias",
        relations="d = H*P",
        equations=("c' = f·c + i·z", "n' = f·n + i", "h' = o·c'/n'"),
    ),
)
