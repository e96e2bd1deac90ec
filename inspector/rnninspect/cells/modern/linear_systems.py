"""Linear systems as layers: S4 and its kin, LRU, S5, H3, LMU.

Sources: Gu et al., S4 (2022) and S4D (2022); Smith et al., S5 (2023); Orvieto et al., LRU (2023);
Fu et al., H3 (2023); Voelker et al., LMU (2019).
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

_LINEAR = ("h' = A·h + B·x", "y = C·h' + D·x")

LINEAR_SYSTEMS = (
    DescribedCell(
        "S4D",
        "diagonal state space model",
        sizes="h features, N complex states",
        weights="""
            D           h
            C           h, N, 2
            log_dt      h
            log_A_real  h, N
            A_imag      h, N
            out_proj    2*h, h
            out_bias    2*h
        """,
        width="h",
        state="2*h*N",
        work="4*h*N",
        apart="log_A_real A_imag",
        equations=_LINEAR,
    ),
    DescribedCell(
        "S4",
        "structured state space model, normal plus low rank",
        sizes="h features, N complex states, c channels, s copies",
        weights="""
            D         c, h
            dt        h
            C         c, h, N, 2
            B         s, h, N, 2
            A_real    h, N
            A_imag    h, N
            P         h, N, 2
            out_proj  2*h, h
            out_bias  2*h
        """,
        width="h",
        state="2*h*N",
        defaults="c = 1, s = 1",
        work=None,
        equations=_LINEAR,
    ),
    DescribedCell(
        "S5",
        "state space model with many inputs and outputs",
        sizes="h features, P complex states",
        weights="""
            A       P
            B       P, h, 2
            C       h, P
            D       h
            log_dt  P
        """,
        width="h",
        state="2*P",
        work="h*P",
        equations=_LINEAR,
    ),
    DescribedCell(
        "S5, two directions",
        "S5 whose outputs read the states of both directions",
        sizes="h features, P complex states",
        weights="""
            A       P
            B       P, h, 2
            C       h, 2*P
            D       h
            log_dt  P
        """,
        width="h",
        state="4*P",
        equations=_LINEAR,
        variant_of="S5",
    ),
    DescribedCell(
        "S5, real numbers",
        "S5 whose complex weights are stored as two real numbers",
        sizes="h features, P complex states",
        weights="""
            A       2, P
            B       P, h, 2
            C       h, P, 2
            D       h
            log_dt  P
        """,
        width="h",
        state="2*P",
        equations=_LINEAR,
        variant_of="S5",
    ),
    DescribedCell(
        "LRU",
        "linear recurrent unit with complex eigenvalues",
        sizes="d features, n complex states",
        weights="""
            theta   n
            nu      n
            gamma   n
            B_real  n, d
            B_imag  n, d
            C_real  d, n
            C_imag  d, n
            D       d
        """,
        state="2*n",
        equations=("h' = exp(-exp(ν) + i·exp(θ))⊙h + exp(γ)⊙B·x", "y = Re(C·h') + D⊙x"),
    ),
    DescribedCell(
        "H3",
        "two state space models with products between them",
        sizes="d width, h heads, P head size, N states of the first, M complex states",
        weights="""
            q            d, d
            k            d, d
            v            d, d
            q_bias       d
            k_bias       d
            v_bias       d
            out_proj     d, d
            out_bias     d
            first_D      d
            first_B      d, N
            first_C      d, N
            D            h
            C            h, M, 2
            B            h, M, 2
            log_dt       h
            A_real       h, M
            A_imag       h, M
        """,
        state="d*N + 2*d*P*M",
        defaults="P = 1",
        work="8*d*P*M + 2*d*P",
        apart="C B A_real A_imag",
        relations="d = h*P",
        equations=("y = q⊙SSM(SSM(k)⊙v)",),
    ),
    DescribedCell(
        "LMU",
        "Legendre memory unit: a hidden layer beside a memory",
        sizes="m inputs, n hidden units, q order of memory",
        weights="""
            e_x  m
            e_h  n
            e_m  q
            W_x  n, m
            W_h  n, n
            W_m  n, q
        """,
        width="n",
        state="n + q",
        work="q*q",
        equations=(
            "u = e_x·x + e_h·h + e_m·m",
            "m' = A·m + B·u",
            "h' = tanh(W_x·x + W_h·h + W_m·m')",
        ),
    ),
    DescribedCell(
        "LMUMemory",
        "Legendre memory unit without its hidden layer",
        sizes="j inputs and hidden outputs, D dimensions of memory, q order of memory",
        weights="""
            kernel             j, D
            recurrent_kernel?  q*D, D
            bias?              D
            theta_inv?         1
        """,
        width="D",
        state="q*D",
        work="D*q*q",
        equations=("u = W·[x, h] + R·m", "m' = A·m + B·u"),
    ),
)
