"""The networks of diffusers, made small: none of them is recurrent."""

from __future__ import annotations

from making.modern.attention import Small

_CHANNELS = {"block_out_channels": (8, 16), "layers_per_block": 1, "norm_num_groups": 4}
_CODER = {
    "down_block_types": ("DownEncoderBlock2D",) * 2,
    "up_block_types": ("UpDecoderBlock2D",) * 2,
}
_CROSSED = {
    "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
    "cross_attention_dim": 12,
    "attention_head_dim": 4,
}
_UP = {"up_block_types": ("UpBlock2D", "CrossAttnUpBlock2D"), "sample_size": 8}
_HEADS = {"num_attention_heads": 2, "attention_head_dim": 6, "in_channels": 4, "num_layers": 2}

DIFFUSERS: tuple[Small, ...] = (
    ("UNet2DConditionModel", {**_CHANNELS, **_CROSSED, **_UP}),
    ("ControlNetModel", {
        **_CHANNELS, **_CROSSED, "conditioning_embedding_out_channels": (4, 8),
    }),
    ("AutoencoderKL", {**_CHANNELS, **_CODER}),
    ("VQModel", {**_CHANNELS, **_CODER, "latent_channels": 3, "num_vq_embeddings": 10}),
    ("DiTTransformer2DModel", {
        **_HEADS, "out_channels": 8, "sample_size": 8, "norm_num_groups": 2,
    }),
    ("SD3Transformer2DModel", {
        **_HEADS, "out_channels": 4, "sample_size": 8, "patch_size": 2,
        "joint_attention_dim": 12, "caption_projection_dim": 12,
        "pooled_projection_dim": 8, "pos_embed_max_size": 8,
    }),
    ("FluxTransformer2DModel", {
        **_HEADS, "attention_head_dim": 12, "num_layers": 1, "num_single_layers": 1,
        "patch_size": 1, "joint_attention_dim": 12, "pooled_projection_dim": 8,
        "axes_dims_rope": (4, 4, 4),
    }),
    ("SanaTransformer2DModel", {
        **_HEADS, "out_channels": 4, "sample_size": 8, "caption_channels": 8,
        "num_cross_attention_heads": 2, "cross_attention_head_dim": 6,
        "cross_attention_dim": 12,
    }),
    ("MotionAdapter", {
        "block_out_channels": (8, 16), "motion_num_attention_heads": 2,
        "motion_norm_num_groups": 4,
    }),
)  # fmt: skip
