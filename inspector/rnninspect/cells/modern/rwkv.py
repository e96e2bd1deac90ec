"""RWKV from version 4 to 7: time mixing and channel mixing.

Sources: Peng et al., RWKV (2023), Eagle and Finch (2024), Goose (2025); the RWKV-LM repository.
"""

from __future__ import annotations

from rnninspect.cells.modern.definition import DescribedCell

RWKV = (
    DescribedCell(
        "RWKV-4",
        "time mixing of RWKV-4",
        sizes="d width, a attention width",
        weights="""
            decay       a
            first       a
            mix_k       d
            mix_v       d
            mix_r       d
            key         a, d
            value       a, d
            receptance  a, d
            out_proj    d, a
        """,
        state="3*a + d",
        defaults="a = d",
        known_as="RWKV",
        equations=("wkv = (a + exp(u + k)·v) / (b + exp(u + k))", "a' = exp(-w)·a + exp(k)·v"),
    ),
    DescribedCell(
        "RWKV-5",
        "time mixing of RWKV-5, Eagle",
        sizes="d width, H heads, S head size",
        weights="""
            mix_k       d
            mix_v       d
            mix_r       d
            mix_g       d
            decay       H, S
            first       H, S
            receptance  H*S, d
            key         H*S, d
            value       H*S, d
            gate        H*S, d
            out_proj    d, H*S
            norm        H*S
            norm_bias   H*S
        """,
        state="H*S*S + d",
        defaults="H = d/S, S = 64",
        known_as="Eagle",
        work="3*H*S*S",
        apart="decay first",
        equations=("S' = diag(w)·S + kᵀ·v", "y = r·(diag(u)·kᵀ·v + S)"),
    ),
    DescribedCell(
        "RWKV-6",
        "time mixing of RWKV-6, Finch",
        sizes="d width, K width of keys, V width of values, r rank of mixing, "
        "q rank of decay, H heads, S head size",
        weights="""
            mix         6*d
            mix_down    d, 5*r
            mix_up      5*r, d
            decay       K
            decay_down  d, q
            decay_up    q, K
            first       K
            receptance  K, d
            key         K, d
            value       V, d
            gate        V, d
            out_proj    d, V
            norm        V
            norm_bias   V
        """,
        state="S*V + d",
        defaults="K = d, V = d, r = 32, q = 64, S = 64",
        known_as="Finch",
        work="3*S*V",
        relations="K = H*S",
        equations=("S' = diag(w)·S + kᵀ·v", "y = r·(diag(u)·kᵀ·v + S)"),
    ),
    DescribedCell(
        "RWKV-6 of Qwen2",
        "time mixing of RWKV-6 in place of the attention of Qwen2, with few heads of keys",
        sizes="d width, K width of receptances, C width of keys and values, r rank of mixing, "
        "q rank of decay, H heads, S head size",
        weights="""
            mix              6*d
            mix_down         d, 5*r
            mix_up           5*r, d
            decay            K
            decay_down       d, q
            decay_up         q, K
            receptance       K, d
            key              C, d
            value            C, d
            gate             K, d
            out_proj         d, K
            first?           K
            receptance_bias? K
            key_bias?        C
            value_bias?      C
        """,
        state="K*S + d",
        relations="K = H*S",
        equations=("S' = diag(w)·S + kᵀ·v", "y = r·(diag(u)·kᵀ·v + S)"),
        variant_of="RWKV-6",
    ),
    DescribedCell(
        "RWKV-7",
        "time mixing of RWKV-7, Goose",
        sizes="d width, H heads, S head size, rw rank of decay, "
        "ra rank of learning rate, rg rank of gate, rv rank of value",
        weights="""
            mix         6*d
            decay       d
            decay_down  d, rw
            decay_up    rw, d
            rate        d
            rate_down   d, ra
            rate_up     ra, d
            blend?      d
            blend_down? d, rv
            blend_up?   rv, d
            gate_down   d, rg
            gate_up     rg, d
            key_scale   d
            key_rate    d
            bonus       H, S
            receptance  d, d
            key         d, d
            value       d, d
            out_proj    d, d
            norm        d
            norm_bias   d
        """,
        state="S*d + d",
        relations="d = H*S",
        defaults="S = 64",
        known_as="Goose",
        often="blend blend_down blend_up",
        work="5*S*d",
        apart="bonus",
        equations=("S' = S·(diag(w) - κ̂ᵀ·(a⊙κ̂)) + vᵀ·k", "y = S'·r + bonus"),
    ),
    DescribedCell(
        "ARWKV-7",
        "time mixing of RWKV-7 in place of an attention: norm and gate may be absent",
        sizes="d width, H heads, S head size, rw rank of decay, "
        "ra rank of learning rate, rv rank of value, rg rank of gate",
        weights="""
            mix         5*d
            decay       d
            decay_down  d, rw
            decay_up    rw, d
            rate        d
            rate_down   d, ra
            rate_up     ra, d
            blend?      d
            blend_down? d, rv
            blend_up?   rv, d
            key_scale   d
            key_rate    d
            bonus       H, S
            receptance  d, d
            key         d, d
            value       d, d
            out_proj    d, d
            mix_g?      d
            gate_down?  d, rg
            gate_up?    rg, d
            norm?       d
            norm_bias?  d
        """,
        state="S*d + d",
        relations="d = H*S",
        equations=("S' = S·(diag(w) - κ̂ᵀ·(a⊙κ̂)) + vᵀ·k", "y = S'·r + bonus"),
        variant_of="RWKV-7",
    ),
    DescribedCell(
        "RWKV channel mix",
        "channel mixing of RWKV-4 to 6, which remembers the last input",
        sizes="d width, f inner width",
        weights="""
            mix_k       d
            mix_r       d
            key         f, d
            receptance  d, d
            value       d, f
        """,
        state="d",
        equations=("y = σ(R·x̃)·V·relu(K·x̃)²",),
    ),
    DescribedCell(
        "RWKV-7 channel mix",
        "channel mixing of RWKV-7, which remembers the last input",
        sizes="d width, f inner width",
        weights="""
            mix_k       d
            key         f, d
            value       d, f
        """,
        state="d",
        defaults="f = 4*d",
        equations=("y = V·relu(K·x̃)²",),
    ),
)
