"""The tensors of recurrent layers in GGUF, as llama.cpp's loader asks for them, in its words."""

from __future__ import annotations

# A line for each tensor of a recurrent layer: its name below `blk.N.`, and its axes in ggml's
# order, in the variables of llama.cpp's loader.
MAMBA = """
    ssm_in.weight      n_embd, 2*d_inner
    ssm_conv1d.weight  d_conv, d_inner
    ssm_conv1d.bias    d_inner
    ssm_x.weight       d_inner, dt_rank + 2*d_state
    ssm_dt.weight      dt_rank, d_inner
    ssm_dt.bias        d_inner
    ssm_a              d_state, d_inner
    ssm_d              d_inner
    ssm_out.weight     d_inner, n_embd
"""
JAMBA = f"""{MAMBA}
    ssm_dt_norm.weight  dt_rank
    ssm_b_norm.weight   d_state
    ssm_c_norm.weight   d_state
"""
PLAMO_2 = """
    ssm_in.weight      n_embd, 2*d_inner
    ssm_conv1d.weight  d_conv, d_inner
    ssm_x.weight       d_inner, dt_dim + 2*d_state
    ssm_dt.weight      dt_dim, dt_rank
    ssm_dt.bias        dt_rank
    ssm_a              dt_rank
    ssm_d              dt_rank
    ssm_out.weight     d_inner, n_embd
    ssm_dt_norm        dt_dim
    ssm_b_norm         d_state
    ssm_c_norm         d_state
"""
WITHOUT_NORM = """
    ssm_in.weight      n_embd, 2*d_inner + 2*n_group*d_state + dt_rank
    ssm_conv1d.weight  d_conv, d_inner + 2*n_group*d_state
    ssm_conv1d.bias    d_inner + 2*n_group*d_state
    ssm_dt.bias        dt_rank
    ssm_a              1, dt_rank
    ssm_d              1, dt_rank
    ssm_out.weight     d_inner, n_embd
"""
MAMBA_2 = f"""{WITHOUT_NORM}
    ssm_norm.weight    d_inner // n_group, n_group
"""
AFTER_DELTA = """
    ssm_conv1d.weight  d_conv, 2*d_state*n_group + d_state*dt_rank
    ssm_dt.bias        dt_rank
    ssm_a              dt_rank
    ssm_norm.weight    d_state
    ssm_out.weight     d_state*dt_rank, n_embd
"""
LEGACY_DELTA = f"""{AFTER_DELTA}
    ssm_in.weight      n_embd, 2*d_state*n_group + 2*d_state*dt_rank
    ssm_ba.weight      n_embd, 2*dt_rank
"""
PARTED = f"""{AFTER_DELTA}
    attn_qkv.weight    n_embd, 2*d_state*n_group + d_state*dt_rank
    attn_gate.weight   n_embd, d_state*dt_rank
"""
QWEN_3_NEXT = f"""{PARTED}
    ssm_ba.weight      n_embd, 2*dt_rank
"""
QWEN_3_5 = f"""{PARTED}
    ssm_beta.weight    n_embd, dt_rank
    ssm_alpha.weight   n_embd, dt_rank
"""
KIMI = """
    ssm_conv1d_q.weight  d_conv, 1, head_dim*n_head, 1
    ssm_conv1d_k.weight  d_conv, 1, head_dim*n_head, 1
    ssm_conv1d_v.weight  d_conv, 1, head_dim*n_head, 1
    attn_q.weight        n_embd, head_dim*n_head
    attn_k.weight        n_embd, head_dim*n_head
    attn_v.weight        n_embd, head_dim*n_head
    ssm_f_a.weight       n_embd, head_dim
    ssm_f_b.weight       head_dim, head_dim*n_head
    ssm_beta.weight      n_embd, n_head
    ssm_a                1, n_head, 1, 1
    ssm_dt.bias          head_dim*n_head
    ssm_g_a.weight       n_embd, head_dim
    ssm_g_b.weight       head_dim, head_dim*n_head
    ssm_norm.weight      head_dim
    attn_output.weight   head_dim*n_head, n_embd
"""
RWKV_6 = """
    time_mix_w1.weight          n_embd, 5*extra
    time_mix_w2.weight          extra, n_embd, 5
    time_mix_lerp_x.weight      n_embd, 1, 1
    time_mix_lerp_fused.weight  n_embd, 1, 1, 5
    time_mix_decay.weight       n_embd
    time_mix_decay_w1.weight    n_embd, decay
    time_mix_decay_w2.weight    decay, n_embd
    time_mix_receptance.weight  n_embd, n_embd
    time_mix_gate.weight        n_embd, n_embd
    time_mix_output.weight      n_embd, n_embd
"""
RWKV_6_OWN = f"""{RWKV_6}
    time_mix_first.weight       head_size, n_embd // head_size
    time_mix_key.weight         n_embd, n_embd
    time_mix_value.weight       n_embd, n_embd
    time_mix_ln.weight          n_embd
    time_mix_ln.bias            n_embd
"""
RWKV_6_APART = RWKV_6_OWN.replace(
    "time_mix_lerp_fused.weight  n_embd, 1, 1, 5",
    "\n    ".join(f"time_mix_lerp_{each}.weight n_embd, 1, 1" for each in "wkvrg"),
)
RWKV_6_QWEN_2 = f"""{RWKV_6}
    time_mix_key.weight         n_embd, n_head_kv*head_size
    time_mix_value.weight       n_embd, n_head_kv*head_size
    time_mix_key.bias           n_head_kv*head_size
    time_mix_value.bias         n_head_kv*head_size
    time_mix_receptance.bias    n_embd
"""
RWKV_7 = """
    time_mix_w0.weight          n_embd
    time_mix_w1.weight          n_embd, lora_decay
    time_mix_w2.weight          lora_decay, n_embd
    time_mix_a0.weight          n_embd
    time_mix_a1.weight          n_embd, lora_iclr
    time_mix_a2.weight          lora_iclr, n_embd
    time_mix_v0.weight          n_embd
    time_mix_v1.weight          n_embd, lora_iclr if block == 0 else lora_value
    time_mix_v2.weight          lora_iclr if block == 0 else lora_value, n_embd
    time_mix_k_k.weight         n_embd
    time_mix_k_a.weight         n_embd
    time_mix_r_k.weight         n_embd
    time_mix_key.weight         n_embd, n_embd
    time_mix_value.weight       n_embd, n_embd
    time_mix_receptance.weight  n_embd, n_embd
    time_mix_output.weight      n_embd, n_embd
"""
GATED_7 = f"""{RWKV_7}
    time_mix_lerp_fused.weight  n_embd, 1, 1, 6
    time_mix_g1.weight          n_embd, lora_gate
    time_mix_g2.weight          lora_gate, n_embd
"""
RWKV_7_OWN = f"""{GATED_7}
    time_mix_ln.weight          n_embd
    time_mix_ln.bias            n_embd
"""
ARWKV_7 = f"""{RWKV_7}
    time_mix_lerp_fused.weight  n_embd, 1, 1, 5
"""
CHANNELS_7 = """
    channel_mix_lerp_k.weight  n_embd, 1, 1
    channel_mix_key.weight     n_embd, ffn_size
    channel_mix_value.weight   ffn_size, n_embd
"""
CHANNELS_6 = f"""{CHANNELS_7}
    channel_mix_lerp_r.weight      n_embd, 1, 1
    channel_mix_receptance.weight  n_embd, n_embd
"""
