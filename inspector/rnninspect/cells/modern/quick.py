"""Recurrences that are quick because little of them is: SRU, QRNN, minLSTM, and other cells.

Sources: Lei et al., SRU (2018) and Lei, SRU++ (2021); Bradbury et al., QRNN (2017); Feng et al.,
Were RNNs All We Needed? (2024); Tai et al., TreeLSTM (2015); Wang et al., PredRNN (2017); Che et
al., GRU-D (2018); Li et al., IndRNN (2018); the haste library.
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

_SRU = ("c' = f⊙c + (1-f)⊙W·x", "h' = r⊙c' + (1-r)⊙x")

QUICK = (
    DescribedCell(
        "SRU",
        "simple recurrent unit; u counts all directions",
        sizes="m inputs, u units, q projections of each",
        weights="""
            weight            m, q*u
            weight_c          2*u
            bias              2*u
            norm?             m
            norm_bias?        m
            norm_after?       u
            norm_after_bias?  u
        """,
        width="u",
        state="u",
        equations=_SRU,
    ),
    DescribedCell(
        "SRU, projected",
        "simple recurrent unit whose inputs are projected first; u counts all directions",
        sizes="m inputs, u units, q projections of each, p projected",
        weights="""
            projection        m, p
            weight            p, q*u
            weight_c          2*u
            bias              2*u
            norm?             m
            norm_bias?        m
            norm_after?       u
            norm_after_bias?  u
        """,
        width="u",
        state="u",
        equations=_SRU,
        variant_of="SRU",
    ),
    DescribedCell(
        "SRU++",
        "simple recurrent unit with attention in its projection",
        sizes="m inputs, u units, q projections of each, p projected",
        weights="""
            query      p, m
            key_value  2*p, p
            weight     q*u, p
            alpha      1
            norm       p
            norm_bias  p
            weight_c   2*u
            bias       2*u
        """,
        width="u",
        state="u",
        equations=_SRU,
    ),
    DescribedCell(
        "QRNN",
        "quasi-recurrent network",
        sizes="j inputs × window, u units × projections, m inputs, w window, "
        "n units, q projections of each",
        weights="""
            weight  u, j
            bias    u
        """,
        width="u",
        state="n + m*(w-1)",
        defaults="w = 1, q = 3",
        relations="j = m*w, u = n*q",
        equations=("c' = f⊙c + (1-f)⊙z", "h' = o⊙c'"),
    ),
    DescribedCell(
        "minLSTM",
        "LSTM whose gates do not read the state",
        sizes="d inputs, e units",
        weights="""
            gates      3*e, d
            out_proj?  d, e
        """,
        width="e",
        state="e",
        equations=("h' = f'·h + i'·g", "f' = f/(f+i), i' = i/(f+i)"),
    ),
    DescribedCell(
        "minGRU, joined",
        "GRU whose gates do not read the state, candidate and gate in one matrix",
        sizes="d inputs, e units",
        weights="""
            gates      2*e, d
            out_proj?  d, e
        """,
        width="e",
        state="e",
        equations=("h' = (1-z)·h + z·g",),
        variant_of="minGRU",
    ),
    DescribedCell(
        "TreeLSTM",
        "LSTM over the children of a node, summed",
        sizes="m inputs, n units",
        weights="""
            W_iou     3*n, m
            U_iou     3*n, n
            b_iou     3*n
            U_f       n, n
            U_f_bias  n
        """,
        width="n",
        state="2*n",
        known_as="Child-Sum TreeLSTM",
        equations=("c' = i⊙u + Σ f⊙c", "h' = o⊙tanh(c')"),
    ),
    DescribedCell(
        "GRU-D",
        "GRU with decay for missing values",
        sizes="m inputs, n units",
        weights="""
            kernel            3*n, 2*m+n
            recurrent_kernel  3*n, n
            bias              3*n
            recurrent_bias    3*n
            state_decay       n, m
            state_decay_bias  n
            input_decay       m, m
            input_decay_bias  m
        """,
        width="n",
        state="n",
        equations=("h̃ = exp(-max(0, W·δ + b))⊙h", "h' = GRU([x̂, h̃, mask], h̃)"),
    ),
    DescribedCell(
        "MGU, flax",
        "minimal gated unit with a recurrent bias at its candidate alone",
        sizes="m inputs, n units",
        weights="""
            kernel            m, 2*n
            recurrent_kernel  n, 2*n
            bias              2*n
            recurrent_bias    n
        """,
        width="n",
        state="n",
        equations=("f = σ(W·x + R·h + b)", "g = A(W·x + b + f·(R·h + b₂))", "h' = (1-f)·h + f·g"),
        variant_of="MGU",
    ),
    DescribedCell(
        "LayerNormGRU",
        "GRU with layer normalisation at its kernels, gain alone (haste)",
        sizes="m inputs, n units",
        weights="""
            kernel            m, 3*n
            recurrent_kernel  n, 3*n
            bias              3*n
            recurrent_bias    3*n
            gain              2, 3*n
        """,
        width="n",
        state="n",
        equations=("h' = z·h + (1-z)·g",),
    ),
    DescribedCell(
        "LayerNormLSTM, haste",
        "LSTM with layer normalisation at its kernels, gain alone, and at its state",
        sizes="m inputs, n units",
        weights="""
            kernel            m, 4*n
            recurrent_kernel  n, 4*n
            bias              4*n
            gain              2, 4*n
            state_gain        n
            state_shift       n
        """,
        width="n",
        state="2*n",
        equations=("c' = f·c + i·g", "h' = o·tanh(norm(c'))"),
        variant_of="LayerNormLSTM",
    ),
    DescribedCell(
        "LayerNormIndRNN",
        "IndRNN with layer normalisation at its kernels, gain alone (haste)",
        sizes="m inputs, n units",
        weights="""
            kernel           m, n
            recurrent_scale  n
            bias             n
            gain             2, n
        """,
        width="n",
        state="n",
        equations=("h' = A(norm(W·x) + norm(u⊙h) + b)",),
    ),
    DescribedCell(
        "ST-LSTM",
        "LSTM with a second memory through the layers (PredRNN)",
        sizes="m inputs, n units, k taps of each axis, s positions",
        weights="""
            conv_x        7*n, m, k, k
            conv_h        4*n, n, k, k
            conv_m        3*n, n, k, k
            conv_o        n, 2*n, k, k
            conv_last     n, 2*n
            conv_x_bias?  7*n
            conv_h_bias?  4*n
            conv_m_bias?  3*n
            conv_o_bias?  n
            last_bias?    n
        """,
        width="n",
        state="3*n*s",
        known_as="PredRNN",
        equations=("c' = f·c + i·g", "m' = f'·m + i'·g'", "h' = o·tanh(W·[c', m'])"),
    ),
)
