"""GGUF files of every architecture with recurrent layers, as llama.cpp's loader asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from pathlib import Path

import gguf
import numpy as np

from making.gguf_tensors import (
    ARWKV_7,
    CHANNELS_6,
    CHANNELS_7,
    GATED_7,
    JAMBA,
    KIMI,
    LEGACY_DELTA,
    MAMBA,
    MAMBA_2,
    PLAMO_2,
    QWEN_3_5,
    QWEN_3_NEXT,
    RWKV_6_APART,
    RWKV_6_OWN,
    RWKV_6_QWEN_2,
    RWKV_7_OWN,
    WITHOUT_NORM,
)

Sizes = dict[str, int]
Shapes = dict[str, tuple[int, ...]]

_SSM = {
    "d_inner": "ssm.inner_size",
    "d_state": "ssm.state_size",
    "d_conv": "ssm.conv_kernel",
    "dt_rank": "ssm.time_step_rank",
}
_GROUPED = {**_SSM, "n_group": "ssm.group_count"}
_KIMI_KEYS = {"d_conv": "ssm.conv_kernel", "head_dim": "kda.head_dim"}
_WKV = {"head_size": "wkv.head_size"}
_WKV_6 = {**_WKV, "extra": "time_mix_extra_dim", "decay": "time_decay_extra_dim"}
_WKV_7 = {
    **_WKV,
    "lora_decay": "attention.decay_lora_rank",
    "lora_iclr": "attention.iclr_lora_rank",
    "lora_value": "attention.value_residual_mix_lora_rank",
    "lora_gate": "attention.gate_lora_rank",
}
_MAMBA_SIZES = {"n_embd": 24, "d_inner": 48, "d_state": 7, "d_conv": 4, "dt_rank": 3}
_HEADED = {"n_embd": 24, "d_inner": 36, "d_state": 5, "d_conv": 4, "dt_rank": 6, "n_group": 2}
_RWKV_SIZES = {"n_embd": 48, "head_size": 16, "ffn_size": 80}
_SIZES_7 = {**_RWKV_SIZES, "lora_decay": 10, "lora_iclr": 6, "lora_value": 7, "lora_gate": 9}
_SIZES_6 = {**_RWKV_SIZES, "extra": 5, "decay": 11, "n_head_kv": 1}


@dataclass(frozen=True, slots=True)
class Architecture:
    """One architecture: its layers by kind, the keys of its sizes, and sizes for a test.

    Attributes:
        name: in `general.architecture`.
        layers: of each block, the cell and the tensors.
        keys: what declares each size, below the architecture's name.
        sizes: by variable.
    """

    name: str
    layers: tuple[tuple[str, str], ...]
    keys: dict[str, str]
    sizes: Sizes

    @property
    def is_hybrid(self) -> bool:
        """Whether some of its blocks have no recurrent layer."""
        return not self.name.startswith(("mamba", "rwkv", "arwkv", "falcon"))


def _hybrid(name: str, tensors: str) -> Architecture:
    return Architecture(name, (("Mamba-2", tensors),), _GROUPED, _HEADED)


def _delta(name: str, tensors: str) -> Architecture:
    sizes = _HEADED | {"d_inner": 5 * 6}
    return Architecture(name, (("Gated DeltaNet", tensors),), _GROUPED, sizes)


_MIX_6, _MIX_7 = ("RWKV channel mix", CHANNELS_6), ("RWKV-7 channel mix", CHANNELS_7)
ARCHITECTURES = {
    "mamba": Architecture("mamba", (("Mamba", MAMBA),), _SSM, _MAMBA_SIZES),
    "jamba": Architecture("jamba", (("Mamba", JAMBA),), _SSM, _MAMBA_SIZES),
    "plamo2": Architecture("plamo2", (("PLaMo-2 Mamba", PLAMO_2),), _SSM, _HEADED | {"dt_dim": 64}),
    "mamba2": _hybrid("mamba2", MAMBA_2),
    "nemotron_h": _hybrid("nemotron_h", MAMBA_2),
    "nemotron_h_moe": _hybrid("nemotron_h_moe", MAMBA_2),
    "granitehybrid": _hybrid("granitehybrid", MAMBA_2),
    "falcon-h1": _hybrid("falcon-h1", WITHOUT_NORM),
    "qwen3next": _delta("qwen3next", QWEN_3_NEXT),
    "qwen3next, legacy": _delta("qwen3next", LEGACY_DELTA),
    "qwen35": _delta("qwen35", QWEN_3_5),
    "qwen35moe": _delta("qwen35moe", QWEN_3_5),
    "kimi-linear": Architecture(
        "kimi-linear",
        (("KDA", KIMI),),
        _KIMI_KEYS,
        {"n_embd": 24, "d_conv": 4, "head_dim": 8, "n_head": 3},
    ),
    "rwkv6": Architecture("rwkv6", (("RWKV-6", RWKV_6_OWN), _MIX_6), _WKV_6, _SIZES_6),
    "rwkv6, lerps apart": Architecture(
        "rwkv6", (("RWKV-6", RWKV_6_APART), _MIX_6), _WKV_6, _SIZES_6
    ),
    "rwkv6qwen2": Architecture(
        "rwkv6qwen2", (("RWKV-6 of Qwen2", RWKV_6_QWEN_2),), _WKV_6, _SIZES_6
    ),
    "rwkv7": Architecture("rwkv7", (("RWKV-7", RWKV_7_OWN), _MIX_7), _WKV_7, _SIZES_7),
    "arwkv7": Architecture("arwkv7", (("ARWKV-7", ARWKV_7),), _WKV_7, _SIZES_7),
    "arwkv7, gated": Architecture("arwkv7", (("ARWKV-7", GATED_7),), _WKV_7, _SIZES_7),
}


def shapes_of(tensors: str, sizes: Sizes, block: int) -> Shapes:
    """The tensors of a layer by their full names, with their axes in ggml's order."""
    shapes = {}
    for name, axes in (line.split(None, 1) for line in tensors.splitlines() if line.strip()):
        numbers = [eval(axis, {}, {**sizes, "block": block}) for axis in axes.split(",")]  # noqa: S307 - our own text
        shapes[f"blk.{block}.{name}"] = tuple(numbers)
    return shapes


def attention(block: int, width: int) -> Shapes:
    """The tensors of an attention layer and of what every block has beside its layer."""
    names = ("attn_q", "attn_k", "attn_v", "attn_output", "ffn_up", "ffn_down")
    return {f"blk.{block}.{name}.weight": (width, width) for name in names}


@dataclass(frozen=True, slots=True)
class Made:
    """A file's contents: its tensors in ggml's order of axes, and the parameters of its layers."""

    architecture: Architecture
    shapes: Shapes
    layers: dict[str, tuple[str, int]]


def made(architecture: Architecture, blocks: int = 2) -> Made:
    """Blocks of recurrent layers, and of a hybrid one more of attention alone."""
    width = architecture.sizes["n_embd"]
    shapes: Shapes = {"token_embd.weight": (width, 32), "output_norm.weight": (width,)}
    layers = {}
    for block in range(blocks):
        for cell, tensors in architecture.layers:
            found = shapes_of(tensors, architecture.sizes, block)
            kind = "ssm" if any("ssm_" in name for name in found) else ""
            kind = kind or next(iter(found)).split(".")[2].partition("_mix")[0] + "_mix"
            read = [
                axes
                for name, axes in found.items()
                if not name.startswith("blk.0.time_mix_v") or "value" in name
            ]  # placeholders of the first block of RWKV-7
            layers[f"blk.{block}.{kind}"] = (cell, sum(map(prod, read)))
            shapes |= found
        shapes[f"blk.{block}.attn_norm.weight"] = (width,)
    if architecture.is_hybrid:
        shapes |= attention(blocks, width)
    return Made(architecture, shapes, layers)


def write(
    path: Path,
    model: Made,
    *,
    declared: Sizes | None = None,
    quantised: gguf.GGMLQuantizationType | None = None,
    more: Callable[[gguf.GGUFWriter], None] | None = None,
    **options: object,
) -> Path:
    """Write a model with gguf's writer; matrices of whole blocks may be quantised."""
    name, sizes = model.architecture.name, {**model.architecture.sizes, **(declared or {})}
    writer = gguf.GGUFWriter(path, name, **options)  # type: ignore[arg-type] # by keyword
    writer.add_embedding_length(sizes["n_embd"])
    blocks = {name.split(".")[1] for name in model.shapes if name.startswith("blk.")}
    writer.add_block_count(sizes.get("blocks", len(blocks)))
    if "n_head" in sizes:
        writer.add_head_count(sizes["n_head"])
    if "ffn_size" in sizes:
        writer.add_feed_forward_length(sizes["ffn_size"])
    for variable, key in model.architecture.keys.items():
        writer.add_uint32(f"{name}.{key}", sizes[variable])
    writer.add_token_list([f"token {number}" for number in range(32)])
    if more:
        more(writer)
    for tensor, axes in model.shapes.items():
        array = np.zeros(tuple(reversed(axes)), np.float32)
        if quantised is not None and len(axes) == 2 and axes[0] % _block(quantised) == 0:
            data = gguf.quants.quantize(array, quantised)
            writer.add_tensor(tensor, data, raw_dtype=quantised)
        else:
            writer.add_tensor(tensor, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def _block(kind: gguf.GGMLQuantizationType) -> int:
    return gguf.GGML_QUANT_SIZES[kind][0]
