"""The intact samples of GGUF, written by the package gguf as llama.cpp's converter uses it."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

import gguf
import numpy as np

from makers.records import Intact, Layer, Truth

if TYPE_CHECKING:
    from pathlib import Path

    Sizes = dict[str, int]
    Shapes = dict[str, tuple[int, ...]]

Q8_0 = gguf.GGMLQuantizationType.Q8_0
MAMBA: Sizes = {"d": 8, "E": 16, "N": 5, "k": 4, "R": 3}
RWKV: Sizes = {"d": 32, "H": 4, "S": 8, "rw": 12, "ra": 9, "rg": 20, "rv": 6}
DELTA: Sizes = {"d": 32, "K": 16, "Hv": 4, "Dv": 8, "k": 4, "Hk": 2, "Dk": 8}
CHANNELS, FEEDS, SHARED = 32, 4, 8  # what is no layer is small, so that the file is
KEYS = {
    "mamba": {"E": "ssm.inner_size", "N": "ssm.state_size", "k": "ssm.conv_kernel"}
    | {"R": "ssm.time_step_rank"},
    "rwkv7": {"S": "wkv.head_size", "rw": "attention.decay_lora_rank"}
    | {"ra": "attention.iclr_lora_rank", "rg": "attention.gate_lora_rank"}
    | {"rv": "attention.value_residual_mix_lora_rank"},
    "qwen35": {"Dk": "ssm.state_size", "Hk": "ssm.group_count", "Hv": "ssm.time_step_rank"}
    | {"k": "ssm.conv_kernel"},
}


def _mamba(block: int) -> Shapes:
    d, e, n, k, r = MAMBA.values()
    shapes: Shapes = {
        "attn_norm.weight": (d,),
        "ssm_in.weight": (2 * e, d),
        "ssm_conv1d.weight": (e, k),
        "ssm_conv1d.bias": (e,),
        "ssm_x.weight": (r + 2 * n, e),
        "ssm_dt.weight": (e, r),
        "ssm_dt.bias": (e,),
        "ssm_a": (e, n),
        "ssm_d": (e,),
        "ssm_out.weight": (d, e),
    }
    return {f"blk.{block}.{name}": shape for name, shape in shapes.items()}


def _rwkv(block: int) -> Shapes:
    d, f = RWKV["d"], CHANNELS
    shapes: Shapes = {"attn_norm.weight": (d,), "attn_norm_2.weight": (d,)}
    for letter, rank in (("w", "rw"), ("a", "ra"), ("v", "rv" if block else "ra"), ("g", "rg")):
        if letter != "g":
            shapes[f"time_mix_{letter}0.weight"] = (d,)
        shapes[f"time_mix_{letter}1.weight"] = (RWKV[rank], d)
        shapes[f"time_mix_{letter}2.weight"] = (d, RWKV[rank])
    shapes["time_mix_lerp_fused.weight"] = (6, 1, 1, d)
    shapes |= {f"time_mix_{name}.weight": (d,) for name in ("k_k", "k_a", "r_k", "ln")}
    shapes["time_mix_ln.bias"] = (d,)
    names = ("receptance", "key", "value", "output")
    shapes |= {f"time_mix_{name}.weight": (d, d) for name in names}
    shapes["channel_mix_lerp_k.weight"] = (1, 1, d)
    shapes |= {"channel_mix_key.weight": (f, d), "channel_mix_value.weight": (d, f)}
    return {f"blk.{block}.{name}": shape for name, shape in shapes.items()}


def _delta(block: int) -> Shapes:
    d, width, heads, size, k, *_ = DELTA.values()
    values = heads * size
    shapes: Shapes = {
        "attn_qkv.weight": (2 * width + values, d),
        "attn_gate.weight": (values, d),
        "ssm_conv1d.weight": (2 * width + values, k),
        "ssm_dt.bias": (heads,),
        "ssm_a": (heads,),
        "ssm_beta.weight": (heads, d),
        "ssm_alpha.weight": (heads, d),
        "ssm_norm.weight": (size,),
        "ssm_out.weight": (d, values),
    }
    if block == 1:  # of attention
        shapes = {f"attn_{name}.weight": (d, d) for name in ("q", "output")}
        shapes |= {f"attn_{name}.weight": (SHARED, d) for name in ("k", "v")}
    shapes |= {f"ffn_{name}.weight": (FEEDS, d) for name in ("gate", "up")}
    shapes["ffn_down.weight"] = (d, FEEDS)
    return {f"blk.{block}.{name}": shape for name, shape in shapes.items()}


def _values(writer: gguf.GGUFWriter, architecture: str, sizes: Sizes) -> None:
    writer.add_name(f"a small {architecture}")
    writer.add_embedding_length(sizes["d"])
    writer.add_block_count(2)
    if architecture == "rwkv7":
        writer.add_feed_forward_length(CHANNELS)
    if architecture == "qwen35":
        writer.add_full_attention_interval(2)
        writer.add_uint32("qwen35.ssm.inner_size", sizes["Hv"] * sizes["Dv"])
    for symbol, key in KEYS[architecture].items():
        writer.add_uint32(f"{architecture}.{key}", sizes[symbol])
    writer.add_tokenizer_model("gpt2")
    writer.add_token_list([f"token {number}" for number in range(16)])
    writer.add_token_merges([f"to ken{number}" for number in range(8)])


def _write(writer: gguf.GGUFWriter, shapes: Shapes, dtype: str) -> None:
    """The tensors with numbers that are all different: vectors in float32, as ggml keeps them."""
    chance = np.random.default_rng(0)
    for name, shape in shapes.items():
        array = chance.normal(0, 0.3, shape).astype(np.float32)
        is_plain = len(shape) == 1 or re.search(r"ssm_(conv|a$)|lerp", name)
        if is_plain or (dtype == "q8_0" and shape[-1] % gguf.GGML_QUANT_SIZES[Q8_0][0]):
            writer.add_tensor(name, array)
        elif dtype == "q8_0":
            writer.add_tensor(name, gguf.quants.quantize(array, Q8_0), raw_dtype=Q8_0)
        else:
            writer.add_tensor(name, array.astype(dtype))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _of_model(path: Path, architecture: str, dtype: str) -> Truth:
    """Write a model of two blocks; what gguf's own reader counts in it."""
    blocks, sizes = {
        "mamba": (_mamba, MAMBA),
        "rwkv7": (_rwkv, RWKV),
        "qwen35": (_delta, DELTA),
    }[architecture]
    shapes: Shapes = {"token_embd.weight": (16, sizes["d"]), "output_norm.weight": (sizes["d"],)}
    for block in range(2):
        shapes |= blocks(block)
    writer = gguf.GGUFWriter(path, architecture)
    _values(writer, architecture, sizes)
    _write(writer, shapes, dtype)
    return _truth([path], architecture)


def _split(path: Path) -> Truth:
    """The small Mamba in two files; the path is the first one's."""
    whole = path.with_name(path.name.replace("-00001-of-00002", ""))
    writer = gguf.GGUFWriter(whole, "mamba", split_max_tensors=11)
    _values(writer, "mamba", MAMBA)
    _write(writer, {**_mamba(0), **_mamba(1), "output_norm.weight": (8,)}, "float32")
    other = path.with_name(path.name.replace("-00001-", "-00002-"))
    truth = _truth([path, other], "mamba")
    return Truth(truth.layers, truth.parameters, companions=(f"gguf/{other.name}",))


def _truth(paths: list[Path], architecture: str) -> Truth:
    counts = {
        tensor.name: int(tensor.n_elements)
        for path in paths
        for tensor in gguf.GGUFReader(path).tensors
    }
    layers = tuple(layer for block in range(2) for layer in _layers(counts, architecture, block))
    notes = ("R407",) if architecture == "rwkv7" else ()  # placeholders of its first block
    return Truth(layers, sum(counts.values()), notes=notes)


def _layers(counts: dict[str, int], architecture: str, block: int) -> list[Layer]:
    def layer(kind: str, cell: str, names: str, own: Sizes) -> Layer:
        pattern = re.compile(rf"blk\.{block}\.(?:{names})")
        count = sum(number for name, number in counts.items() if pattern.match(name))
        name = f"blk.{block}.{kind}"
        return Layer(name, cell, None, None, count, bias_vectors=0, own_sizes=own)

    if architecture == "mamba":
        return [layer("ssm", "Mamba", "ssm", MAMBA)]
    if architecture == "qwen35":
        names = "ssm|attn_qkv|attn_gate"
        return [layer("ssm", "Gated DeltaNet", names, DELTA)] if block == 0 else []
    mixed = "time_mix" if block else r"time_mix_(?!v\d)"
    without = set() if block else {"rv"}  # the first block blends no value of another
    own = {symbol: size for symbol, size in RWKV.items() if symbol not in without}
    return [
        layer("time_mix", "RWKV-7", mixed, own),
        layer("channel_mix", "RWKV-7 channel mix", "channel_mix", {"d": 32, "f": CHANNELS}),
    ]


WRITER = "gguf.GGUFWriter"
INTACT = (
    Intact(
        "gguf/mamba.gguf",
        WRITER,
        partial(_of_model, architecture="mamba", dtype="float32"),
    ),
    Intact(
        "gguf/rwkv7_q8_0.gguf",
        f"{WRITER}, quantised to Q8_0",
        partial(_of_model, architecture="rwkv7", dtype="q8_0"),
    ),
    Intact(
        "gguf/qwen35_f16.gguf",
        f"{WRITER}, a hybrid in float16",
        partial(_of_model, architecture="qwen35", dtype="float16"),
    ),
    Intact("gguf/mamba-00001-of-00002.gguf", f"{WRITER}, split", _split),
)
