"""State space models: Mamba and its kin.

Sources: Gu and Dao, Mamba (2023); Dao and Gu, Transformers are SSMs (2024); transformers' and
mamba_ssm's modules of these names.
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

_SELECTIVE = ("h' = exp(Δ·A)·h + Δ·B·x", "y = C·h' + D·x")

STATE_SPACES = (
    DescribedCell(
        "Mamba",
        "selective state space model, S6",
        sizes="d width, E inner width, N state, k taps, R rank of Δ",
        weights="""
            in_proj     2*E, d
            conv        E, k
            x_proj      R+2*N, E
            dt_proj     E, R
            dt_bias     E
            A           E, N
            D           E
            out_proj    d, E
            conv_bias?  E
            in_bias?    2*E
            out_bias?   d
            dt_norm?    R
            b_norm?     N
            c_norm?     N
        """,
        state="E*N + E*(k-1)",
        defaults="E = expand*d, expand = 2, k = 4, R = d/16",
        known_as="S6, FalconMamba, Falcon Mamba 7B, Jamba",
        often="conv_bias",
        work="3*E*N",
        equations=_SELECTIVE,
    ),
    DescribedCell(
        "Mamba, two directions",
        "Mamba whose scan runs over the sequence in both directions (Vim)",
        sizes="d width, E inner width, N state, k taps, R rank of Δ",
        weights="""
            in_proj     2*E, d
            conv        2*E, k
            x_proj      2, R+2*N, E
            dt_proj     2*E, R
            dt_bias     2*E
            A           2*E, N
            D           2*E
            out_proj    d, E
            conv_bias?  2*E
            in_bias?    2*E
            out_bias?   d
        """,
        state="2*E*N + 2*E*k - 2*E",
        equations=_SELECTIVE,
        variant_of="Mamba",
    ),
    DescribedCell(
        "SS2D",
        "Mamba whose scans cross a plane in several directions (VMamba)",
        sizes="d width, E inner width, N state, k taps of each axis, R rank of Δ, K scans",
        weights="""
            in_proj     2*E, d
            conv        E, k, k
            x_proj      K, R+2*N, E
            dt_proj     K, E, R
            dt_bias     K, E
            A           K*E, N
            D           K*E
            norm        E
            norm_bias   E
            out_proj    d, E
            conv_bias?  E
            in_bias?    2*E
            out_bias?   d
        """,
        state="K*E*N",
        equations=_SELECTIVE,
    ),
    DescribedCell(
        "Multi-head Mamba",
        "Mamba whose Δ, B and C have a projection for each head (Zamba)",
        sizes="d width, H heads, P head size, N state, k taps, R rank of Δ",
        weights="""
            in_proj     2*H*P, d
            conv        H*P, k
            x_proj      H, R+2*N, P
            dt_proj     H, P, R
            dt_bias     H, P
            A           H, P, N
            D           H, P
            out_proj    d, H*P
            conv_bias?  H*P
            in_bias?    2*H*P
            out_bias?   d
        """,
        state="H*P*N + H*P*(k-1)",
        defaults="H = 2, P = d, k = 4, R = d/16",
        known_as="Zamba",
        often="conv_bias",
        work="3*H*P*N",
        apart="dt_bias D",
        equations=_SELECTIVE,
    ),
    DescribedCell(
        "PLaMo-2 Mamba",
        "Mamba with one decay for each head, and Δ, B and C from its inner width (PLaMo 2)",
        sizes="d width, H heads, P head size, N state, k taps, R rank of Δ",
        weights="""
            in_proj     2*H*P, d
            conv        H*P, k
            x_proj      R+2*N, H*P
            dt_proj     H, R
            dt_bias     H
            A           H
            D           H
            out_proj    d, H*P
            dt_norm     R
            b_norm      N
            c_norm      N
            conv_bias?  H*P
            in_bias?    2*H*P
            out_bias?   d
        """,
        state="H*P*N + H*P*k - H*P",
        equations=("h' = exp(Δ·a)·h + Δ·x·Bᵀ", "y = h'·C + D·x"),
    ),
    DescribedCell(
        "Mamba-2",
        "state space duality, SSD: one decay for each head",
        sizes="d width, E inner width, H heads, GN groups × state, "
        "k taps, P head size, G groups, N state",
        weights="""
            in_proj       2*E+2*GN+H, d
            conv          E+2*GN, k
            dt_bias       H
            A             H
            D?            H
            D_by_unit?    E
            out_proj      d, E
            conv_bias?    E+2*GN
            norm?         E
            in_bias?      2*E+2*GN+H
            out_bias?     d
            first_state?  E, N
        """,
        state="E*N + (E+2*GN)*(k-1)",
        defaults="E = expand*d, expand = 2, k = 4, P = 64, G = 1",
        known_as="SSD, Bamba, Zamba2, Falcon-H1, Nemotron-H",
        often="D conv_bias norm",
        work="3*E*N",
        apart="first_state",
        relations="E = H*P, GN = G*N",
        equations=("h' = exp(Δ·a)·h + Δ·x·Bᵀ", "y = h'·C + D·x"),
    ),
)
