"""The GGUF models that are measured: one Mamba block, and the vocabulary that a real file has."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

from making.gguf_bytes import ARRAY, STRING, array, file, number, pair, text, words

_STATE, _TAPS = 16, 4
_TOKENS = 16_000  # and as many merges


def _shapes(n: int, many: int) -> Iterator[tuple[str, tuple[int, ...]]]:
    """The tensors in ggml's order of axes: about 8 n² elements."""
    inner, rank = 2 * n, max(1, n // 16)
    yield "token_embd.weight", (n, 2 * n - n // 4)
    yield "blk.0.ssm_in.weight", (n, 2 * inner)
    yield "blk.0.ssm_conv1d.weight", (_TAPS, inner)
    yield "blk.0.ssm_conv1d.bias", (inner,)
    yield "blk.0.ssm_x.weight", (inner, rank + 2 * _STATE)
    yield "blk.0.ssm_dt.weight", (rank, inner)
    yield "blk.0.ssm_dt.bias", (inner,)
    yield "blk.0.ssm_a", (_STATE, inner)
    yield "blk.0.ssm_d", (inner,)
    yield "blk.0.ssm_out.weight", (inner, n)
    for at in range(many):
        yield f"more.{at}.weight", (2, 2)


def write_mamba(path: Path, n: int, many: int) -> None:
    """Write a header, and a hole for the weights."""
    tensors, end = [], 0
    for name, axes in _shapes(n, many):
        tensors.append((name, axes, 0, end))
        end += -(-4 * math.prod(axes) // 32) * 32
    sizes = {"inner_size": 2 * n, "state_size": _STATE, "conv_kernel": _TAPS}
    pairs = [
        words("general.architecture", "mamba"),
        number("mamba.embedding_length", n),
        number("mamba.block_count", 1),
        number("mamba.ssm.time_step_rank", max(1, n // 16)),
        *(number(f"mamba.ssm.{key}", value) for key, value in sizes.items()),
        *(
            pair(f"tokenizer.ggml.{key}", ARRAY, array(STRING, _TOKENS, _texts(key)))
            for key in ("tokens", "merges")
        ),
    ]
    header = file(pairs, tensors)
    with path.open("wb") as stream:
        stream.write(header)
        stream.truncate(len(header) + end)


def _texts(word: str) -> bytes:
    return b"".join(text(f"{word}{at}") for at in range(_TOKENS))
