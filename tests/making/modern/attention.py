"""Networks of transformers that attend or convolve and are not recurrent, made small."""

from __future__ import annotations

from typing import Any

Small = tuple[str, dict[str, Any]]  # the model's class; what its configuration is made with

_BLOCKS = {"num_hidden_layers": 2, "num_attention_heads": 4, "hidden_size": 24}
_TEXT = {**_BLOCKS, "vocab_size": 40, "intermediate_size": 40, "max_position_embeddings": 32}
_GROUPED = {**_TEXT, "num_key_value_heads": 2, "head_dim": 6}
_IMAGES = {**_BLOCKS, "intermediate_size": 40, "image_size": 16, "patch_size": 8}
_SOUND = {
    **_BLOCKS,
    "vocab_size": 20,
    "intermediate_size": 32,
    "conv_dim": (8, 8),
    "conv_stride": (2, 2),
    "conv_kernel": (3, 3),
    "num_conv_pos_embeddings": 8,
    "num_conv_pos_embedding_groups": 2,
}
_TWO_SIDES = {
    "vocab_size": 60,
    "d_model": 24,
    "encoder_layers": 2,
    "decoder_layers": 2,
    "encoder_attention_heads": 4,
    "decoder_attention_heads": 4,
    "encoder_ffn_dim": 32,
    "decoder_ffn_dim": 32,
}
_EXPERTS = {"num_experts_per_tok": 2, "moe_intermediate_size": 16}
_LATENT = {
    "q_lora_rank": 12,
    "kv_lora_rank": 8,
    "qk_rope_head_dim": 4,
    "qk_nope_head_dim": 8,
    "v_head_dim": 6,
}
_SAM = {
    "vision_config": {
        "hidden_size": 16,
        "output_channels": 8,
        "num_hidden_layers": 2,
        "mlp_dim": 32,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
        "global_attn_indexes": [1],
        "num_pos_feats": 4,
    },
    "mask_decoder_config": {
        "hidden_size": 8,
        "mlp_dim": 16,
        "num_attention_heads": 2,
        "iou_head_hidden_dim": 8,
    },
    "prompt_encoder_config": {
        "hidden_size": 8,
        "image_size": 32,
        "patch_size": 8,
        "mask_input_channels": 4,
    },
}
_ENDS = {"pad_token_id": 0, "bos_token_id": 1, "eos_token_id": 2}

TRANSFORMERS: tuple[Small, ...] = (
    ("BertForMaskedLM", _TEXT),
    ("DebertaV2Model", _TEXT),
    ("ModernBertModel", {**_TEXT, **_ENDS, "cls_token_id": 1, "sep_token_id": 2}),
    ("LongformerModel", {**_TEXT, "attention_window": 4, "pad_token_id": 0}),
    ("FNetModel", {k: v for k, v in _TEXT.items() if k != "num_attention_heads"}),
    ("GPT2LMHeadModel", {**_ENDS, "vocab_size": 40, "n_embd": 24, "n_layer": 2, "n_head": 4}),
    ("LlamaForCausalLM", _GROUPED),
    ("MistralForCausalLM", _GROUPED),
    ("GemmaForCausalLM", _GROUPED),
    ("Qwen3ForCausalLM", _GROUPED),
    ("Qwen3MoeForCausalLM", {**_GROUPED, **_EXPERTS, "num_experts": 4}),
    ("MixtralForCausalLM", {**_GROUPED, "num_local_experts": 4}),
    (
        "DeepseekV3ForCausalLM",
        {
            **_TEXT, **_EXPERTS, **_LATENT, "num_key_value_heads": 4, "n_routed_experts": 4,
            "n_group": 2, "topk_group": 1, "first_k_dense_replace": 1,
        },
    ),
    # Short convolutions: a window of the last inputs, no state that returns.
    ("Lfm2ForCausalLM", {**_GROUPED, **_ENDS, "layer_types": ["conv", "full_attention"]}),
    ("T5ForConditionalGeneration", {
        "vocab_size": 40, "d_model": 24, "d_kv": 6, "d_ff": 40, "num_layers": 2,
        "num_heads": 4, "feed_forward_proj": "gated-gelu",
    }),
    ("BartModel", {**_TWO_SIDES, "max_position_embeddings": 16}),
    ("WhisperForConditionalGeneration", {
        **_TWO_SIDES, **_ENDS, "decoder_start_token_id": 1, "num_mel_bins": 8,
        "max_source_positions": 16, "max_target_positions": 16,
    }),
    ("Wav2Vec2ForCTC", _SOUND),
    ("Wav2Vec2ConformerModel", _SOUND),
    ("ViTForImageClassification", _IMAGES),
    ("CLIPModel", {"text_config": _TEXT, "vision_config": _IMAGES, "projection_dim": 12}),
    ("DetrModel", {
        "d_model": 16, "encoder_layers": 1, "decoder_layers": 1, "num_queries": 4,
        "encoder_attention_heads": 2, "decoder_attention_heads": 2,
        "encoder_ffn_dim": 16, "decoder_ffn_dim": 16,
        "backbone_config": {
            "model_type": "resnet", "embedding_size": 8, "hidden_sizes": [8, 8, 8, 8],
            "depths": [1, 1, 1, 1], "out_features": ["stage4"],
        },
    }),
    ("ConvNextModel", {"hidden_sizes": [8, 12], "depths": [1, 2], "num_stages": 2}),
    ("SwinModel", {
        "image_size": 32, "patch_size": 4, "embed_dim": 8, "window_size": 4,
        "depths": [1, 2], "num_heads": [2, 2],
    }),
    ("SamModel", _SAM),
    ("PerceiverModel", {
        "num_latents": 8, "d_latents": 16, "d_model": 12, "num_blocks": 1,
        "num_self_attends_per_block": 2, "num_self_attention_heads": 2,
        "num_cross_attention_heads": 2,
    }),
    ("ReformerModel", {
        "vocab_size": 40, "hidden_size": 16, "feed_forward_size": 32, "num_buckets": 2,
        "num_attention_heads": 2, "attention_head_size": 8, "attn_layers": ["local", "lsh"],
        "axial_pos_shape": [4, 4], "axial_pos_embds_dim": [8, 8], "is_decoder": False,
        "max_position_embeddings": 16,
    }),
)  # fmt: skip
