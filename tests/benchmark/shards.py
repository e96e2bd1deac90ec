"""Safetensors with true headers and holes for the weights: one file, or a model of 7B in shards."""

from __future__ import annotations

import json
import math
from pathlib import Path

Shapes = dict[str, tuple[int, ...]]
SEVEN = "7B"  # the size of the model in shards
CONFIG = {  # of Falcon-Mamba 7B
    "model_type": "falcon_mamba",
    "architectures": ["FalconMambaForCausalLM"],
    "hidden_size": 4_096,
    "intermediate_size": 8_192,
    "state_size": 16,
    "conv_kernel": 4,
    "time_step_rank": 256,
    "num_hidden_layers": 64,
    "vocab_size": 65_024,
    "tie_word_embeddings": False,
    "dtype": "bfloat16",
}


def write_header(path: Path, shapes: Shapes, dtype: str = "F32") -> None:
    """A file of safetensors whose weights are a hole."""
    width = {"F32": 4, "BF16": 2}[dtype]
    header: dict[str, object] = {}
    end = 0
    for name, shape in shapes.items():
        start, end = end, end + width * math.prod(shape)
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as file:
        file.write(len(text).to_bytes(8, "little") + text)
        file.truncate(8 + len(text) + end)


def falcon_shapes() -> Shapes:
    """Falcon-Mamba 7B: 64 layers of Mamba, 7,272,665,088 parameters."""
    d, inner, state, taps, rank, layers, words = 4_096, 8_192, 16, 4, 256, 64, 65_024
    layer: Shapes = {
        "norm.weight": (d,),
        "mixer.A_log": (inner, state),
        "mixer.D": (inner,),
        "mixer.conv1d.weight": (inner, 1, taps),
        "mixer.conv1d.bias": (inner,),
        "mixer.in_proj.weight": (2 * inner, d),
        "mixer.x_proj.weight": (rank + 2 * state, inner),
        "mixer.dt_proj.weight": (inner, rank),
        "mixer.dt_proj.bias": (inner,),
        "mixer.out_proj.weight": (d, inner),
    }
    blocks = {f"layers.{at}.{name}": layer[name] for at in range(layers) for name in layer}
    every = {"embeddings.weight": (words, d), **blocks, "norm_f.weight": (d,)}
    return {**{f"backbone.{name}": every[name] for name in every}, "lm_head.weight": (words, d)}


def make_sharded(path: Path, _: str, parts: int = 4) -> None:
    """An index of shards with their headers and holes for the weights, and its config.json."""
    write_shards(path, falcon_shapes(), parts)
    path.with_name("config.json").write_text(json.dumps(CONFIG))


def write_shards(path: Path, shapes: Shapes, parts: int) -> None:
    """An index, and as many shards as `parts`; their elements take two bytes each."""
    names = list(shapes)
    share = -(-len(names) // parts)
    where: dict[str, str] = {}
    for at in range(parts):
        shard = f"model-{at + 1:05}-of-{parts:05}.safetensors"
        own = {name: shapes[name] for name in names[at * share : (at + 1) * share]}
        write_header(path.with_name(shard), own, "BF16")
        where |= dict.fromkeys(own, shard)
    size = 2 * sum(map(math.prod, shapes.values()))
    path.write_text(json.dumps({"metadata": {"total_size": size}, "weight_map": where}))
