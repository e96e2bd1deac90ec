"""Linear attention with a decaying memory, and gated linear recurrences.

Sources: Sun et al., RetNet (2023); Yang et al., GLA (2023); Qin et al., HGRN (2023) and HGRN2
(2024); MiniMax, Lightning Attention (2025); De et al., Griffin (2024).
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

LINEAR_ATTENTION = (
    DescribedCell(
        "GLA",
        "gated linear attention",
        sizes="d width, K width of keys, V width of values, r rank of decay, "
        "k taps, H heads, Dk key size, Dv value size",
        weights="""
            q           K, d
            k           K, d
            v           V, d
            gate?       V, d
            conv?       2*K+V, k
            decay_down  r, d
            decay_up    K, r
            decay_bias  K
            norm?       Dv
            out_proj    d, V
        """,
        state="Dk*V + (2*K+V)*(k-1)",
        defaults="K = d/2, V = d, r = 16",
        known_as="Gated Linear Attention",
        often="gate norm",
        work="3*Dk*V",
        relations="K = H*Dk, V = H*Dv",
        equations=("S' = diag(α)·S + kᵀ·v", "y = q·S'"),
    ),
    DescribedCell(
        "GLA, shared keys",
        "gated linear attention, several heads of which share keys and values",
        sizes="d width, Q width of queries, K width of keys, V width of values, "
        "O width of the output, r rank of decay, k taps, Hk key heads, Dk key size, Dv value size",
        weights="""
            q           Q, d
            k           K, d
            v           V, d
            gate?       O, d
            conv?       Q+K+V, k
            decay_down  r, d
            decay_up    K, r
            decay_bias  K
            norm?       Dv
            out_proj    d, O
        """,
        state="Dk*V + (Q+K+V)*(k-1)",
        often="gate norm",
        work="2*Dk*V + Q*Dv",
        relations="K = Hk*Dk, V = Hk*Dv",
        equations=("S' = diag(α)·S + kᵀ·v", "y = q·S'"),
        variant_of="GLA",
    ),
    DescribedCell(
        "RetNet",
        "retention: linear attention with a fixed decay",
        sizes="d width, K width of keys, V width of values, k taps, H heads, "
        "Dk key size, Dv value size",
        weights="""
            q         K, d
            k         K, d
            v         V, d
            gate      V, d
            conv?     2*K+V, k
            norm?     Dv
            out_proj  d, V
        """,
        state="Dk*V + (2*K+V)*(k-1)",
        defaults="K = d, V = 2*d",
        known_as="Retention",
        often="norm",
        work="3*Dk*V",
        relations="K = H*Dk, V = H*Dv",
        equations=("S' = γ·S + kᵀ·v", "y = q·S'"),
    ),
    DescribedCell(
        "RetNet, shared keys",
        "retention, several heads of which share keys and values",
        sizes="d width, Q width of queries, K width of keys, V width of values, "
        "O width of the output, k taps, Hk key heads, Dk key size, Dv value size",
        weights="""
            q         Q, d
            k         K, d
            v         V, d
            gate      O, d
            conv?     Q+K+V, k
            norm?     Dv
            out_proj  d, O
        """,
        state="Dk*V + (Q+K+V)*(k-1)",
        often="norm",
        work="2*Dk*V + Q*Dv",
        relations="K = Hk*Dk, V = Hk*Dv",
        variant_of="RetNet",
        equations=("S' = γ·S + kᵀ·v", "y = q·S'"),
    ),
    DescribedCell(
        "HGRN",
        "hierarchically gated recurrence",
        sizes="d width, n units, k taps",
        weights="""
            input     n, d
            forget    n, d
            gate      n, d
            conv?     2*n, k
            norm      n
            out_proj  d, n
        """,
        state="n + 2*n*(k-1)",
        defaults="n = d",
        equations=("h' = f⊙h + (1-f)⊙i", "y = g⊙norm(h')"),
    ),
    DescribedCell(
        "HGRN2",
        "hierarchically gated recurrence with an expanded state",
        sizes="d width, f width of forget gates, k taps, H heads, Dv value size",
        weights="""
            q         f, d
            forget    f, d
            input     d, d
            conv?     2*f+d, k
            norm      d
            out_proj  d, d
        """,
        state="f*Dv + (2*f+d)*(k-1)",
        defaults="f = d",
        work="3*f*Dv",
        relations="d = H*Dv",
        equations=("S' = diag(f)·S + (1-f)ᵀ·i", "y = q·S'"),
    ),
    DescribedCell(
        "Lightning attention",
        "linear attention with a decay for each head (MiniMax)",
        sizes="d width, a attention width, H heads, P head size",
        weights="""
            qkv       3*a, d
            gate      a, d
            norm      a
            out_proj  d, a
        """,
        state="a*P",
        defaults="a = d",
        known_as="MiniMax",
        work="3*a*P",
        relations="a = H*P",
        equations=("S' = γ·S + kᵀ·v", "y = q·S'"),
    ),
    DescribedCell(
        "RG-LRU",
        "real-gated linear recurrent unit with its block (Griffin, Hawk)",
        sizes="d width, w recurrent width, H blocks, P block size, k taps",
        weights="""
            linear_x        w, d
            linear_x_bias   w
            linear_y        w, d
            linear_y_bias   w
            conv            w, k
            conv_bias       w
            decay           w
            input_gate      H, P, P
            input_bias      H, P
            recurrent_gate  H, P, P
            recurrent_bias  H, P
            out_proj        d, w
            out_bias        d
        """,
        state="w + w*(k-1)",
        defaults="w = d, k = 4",
        known_as="Griffin, Hawk, RecurrentGemma",
        apart="input_bias recurrent_bias",
        equations=("a = exp(-c·softplus(Λ)·r)", "h' = a⊙h + √(1-a²)⊙(i⊙x)"),
    ),
)
