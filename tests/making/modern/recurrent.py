"""Recurrent networks of transformers with sizes drawn at random, and the modules that recur."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from making.modern import linear, spaces

Drawn = tuple[str, Callable[[Random], spaces.Sizes]]  # classes of the cells; draws a configuration

RECURRENT: dict[str, Drawn] = {
    "MambaForCausalLM": ("MambaMixer", spaces.mamba),
    "FalconMambaForCausalLM": ("FalconMambaMixer", spaces.mamba),
    "Mamba2ForCausalLM": ("Mamba2Mixer", spaces.mamba_2),
    "JambaForCausalLM": ("JambaMambaMixer", spaces.jamba),
    "ZambaForCausalLM": ("ZambaMambaMixer", spaces.zamba),
    "Zamba2ForCausalLM": ("Zamba2MambaMixer", spaces.zamba_2),
    "BambaForCausalLM": ("BambaMixer", spaces.bamba),
    "GraniteMoeHybridForCausalLM": ("GraniteMoeHybridMambaLayer", spaces.granite),
    "NemotronHForCausalLM": ("NemotronHMamba2Mixer", spaces.nemotron),
    "FalconH1ForCausalLM": ("FalconH1Mixer", spaces.falcon_h1),
    "RecurrentGemmaForCausalLM": ("RecurrentGemmaRecurrentBlock", spaces.recurrent_gemma),
    "RwkvForCausalLM": ("RwkvSelfAttention RwkvFeedForward", spaces.rwkv),
    "xLSTMForCausalLM": ("xLSTMLayer", spaces.xlstm),
    "Qwen3NextForCausalLM": ("Qwen3NextGatedDeltaNet", linear.delta),
    "Qwen3_5ForCausalLM": ("Qwen3_5GatedDeltaNet", linear.delta),
    "Qwen3_5MoeForCausalLM": ("Qwen3_5MoeGatedDeltaNet", linear.delta),
    "Qwen4ExpForCausalLM": ("Qwen4ExpTextGatedDeltaNet", linear.qwen_4),
    "LaraMiniForCausalLM": ("LaraMiniGatedDeltaNet", linear.delta),
    "OlmoHybridForCausalLM": ("OlmoHybridGatedDeltaNet", linear.olmo),
    "KimiLinearForCausalLM": ("KimiLinearDeltaAttention", linear.kda),
    "BailingHybridForCausalLM": ("BailingHybridDeltaAttention", linear.kda),
    "Glm5NextTextModel": ("Glm5NextTextLinearAttention", linear.glm),
    "MiniMaxForCausalLM": ("MiniMaxLightningAttention", linear.minimax),
}
