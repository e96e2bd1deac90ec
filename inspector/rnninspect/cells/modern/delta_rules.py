"""Linear attention whose state is corrected by the delta rule.

Sources: Yang et al., Gated Delta Networks (2024) and Parallelizing Linear Transformers with the
Delta Rule (2024); Kimi Linear (2025); the modules of transformers and flash-linear-attention.
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

DELTA_RULES = (
    DescribedCell(
        "Gated DeltaNet",
        "linear attention with the gated delta rule",
        sizes="d width, K width of keys, Hv heads, Dv value size, "
        "k taps, Hk key heads, Dk key size",
        weights="""
            q          K, d
            k          K, d
            v          Hv*Dv, d
            gate?      Hv*Dv, d
            beta       Hv, d
            decay      Hv, d
            conv?      2*K+Hv*Dv, k
            A          Hv
            dt_bias    Hv
            norm?      Dv
            out_proj   d, Hv*Dv
        """,
        state="Hv*Dk*Dv + (2*K+Hv*Dv)*(k-1)",
        defaults="k = 4",
        known_as="GDN, Qwen3-Next, Qwen3.5, OlmoHybrid",
        often="gate conv norm",
        work="4*Hv*Dk*Dv",
        relations="K = Hk*Dk",
        equations=("S' = α·S·(I - β·k·kᵀ) + β·v·kᵀ", "y = S'·q"),
    ),
    DescribedCell(
        "DeltaNet",
        "linear attention with the delta rule",
        sizes="d width, K width of keys, V width of values, H heads, "
        "k taps, Dv value size, Dk key size",
        weights="""
            q          K, d
            k          K, d
            v          V, d
            gate?      V, d
            beta?      H, d
            conv?      2*K+V, k
            norm?      Dv
            out_proj   d, V
        """,
        state="Dk*V + (2*K+V)*(k-1)",
        defaults="K = d, V = d, k = 4",
        often="beta conv norm",
        work="3*Dk*V",
        relations="K = H*Dk, V = H*Dv",
        equations=("S' = S·(I - β·k·kᵀ) + β·v·kᵀ", "y = S'·q"),
    ),
    DescribedCell(
        "DeltaProduct",
        "linear attention with several steps of the delta rule for each input, gated or not",
        sizes="d width, K width of keys, Hv heads, Dv value size, "
        "u steps, k taps, Hk key heads, Dk key size",
        weights="""
            q          K, d
            k          u*K, d
            v          u*Hv*Dv, d
            gate?      Hv*Dv, d
            beta       u*Hv, d
            decay?     Hv, d
            conv?      K+u*K+u*Hv*Dv, k
            A?         Hv
            dt_bias?   Hv
            norm       Dv
            out_proj   d, Hv*Dv
        """,
        state="Hv*Dk*Dv + (K+u*K+u*Hv*Dv)*(k-1)",
        defaults="k = 4",
        known_as="Gated DeltaProduct",
        often="gate decay conv A dt_bias",
        work="2*u*Hv*Dk*Dv + 2*Hv*Dk*Dv",
        relations="K = Hk*Dk",
        equations=("S' = α·S·Π(I - βᵢ·kᵢ·kᵢᵀ) + …", "y = S'·q"),
    ),
    DescribedCell(
        "KDA",
        "Kimi delta attention: a decay for each channel of the key",
        sizes="d width, H heads, P key size, W value size, k taps",
        weights="""
            q           H*P, d
            k           H*P, d
            v           H*W, d
            conv?       2*H*P+H*W, k
            decay_down  W, d
            decay_up    H*P, W
            gate_down   W, d
            gate_up     H*W, W
            gate_bias?  H*W
            beta        H, d
            A           H
            dt_bias     H*P
            norm        W
            out_proj    d, H*W
        """,
        state="H*P*W + (2*H*P+H*W)*(k-1)",
        defaults="W = P, k = 4",
        known_as="Kimi Linear, Kimi Delta Attention",
        often="conv gate_bias",
        work="4*H*P*W",
        equations=("S' = (I - β·k·kᵀ)·diag(α)·S + β·k·vᵀ", "y = S'ᵀ·q"),
    ),
    DescribedCell(
        "Full-rank KDA",
        "Kimi delta attention with whole matrices for decay and gate",
        sizes="d width, H heads, P key size, W value size, k taps",
        weights="""
            q           H*P, d
            k           H*P, d
            v           H*W, d
            conv?       2*H*P+H*W, k
            decay       H*P, d
            gate        H*W, d
            beta        H, d
            A           H
            dt_bias     H*P
            norm        W
            out_proj    d, H*W
        """,
        state="H*P*W + (2*H*P+H*W)*(k-1)",
        defaults="W = P, k = 4",
        often="conv",
        work="4*H*P*W",
        equations=("S' = (I - β·k·kᵀ)·diag(α)·S + β·k·vᵀ", "y = S'ᵀ·q"),
    ),
)
