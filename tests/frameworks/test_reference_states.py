"""The states of layers against what the caches of transformers keep after some steps."""

from __future__ import annotations

import warnings
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch

from making.modern.building import saved, transformer
from making.modern.recurrent import RECURRENT
from rnninspect import inspect_file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Widths of keys that the cache of transformers does not round up.
XLSTM = {
    "vocab_size": 40,
    "hidden_size": 128,
    "num_hidden_layers": 2,
    "num_blocks": 2,
    "num_heads": 4,
}
NAMES = (
    "MambaForCausalLM",
    "FalconMambaForCausalLM",
    "Mamba2ForCausalLM",
    "JambaForCausalLM",
    "ZambaForCausalLM",
    "Zamba2ForCausalLM",
    "BambaForCausalLM",
    "FalconH1ForCausalLM",
    "RecurrentGemmaForCausalLM",
    "RwkvForCausalLM",
    "xLSTMForCausalLM",
    "Qwen3NextForCausalLM",
    "OlmoHybridForCausalLM",
    "KimiLinearForCausalLM",
    "MiniMaxForCausalLM",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_state_is_what_the_cache_keeps(name: str, tmp_path: Path) -> None:
    draw = Random(1)  # noqa: S311 - no secret
    network = transformer(name, XLSTM if name.startswith("xLSTM") else RECURRENT[name][1](draw))
    path = saved(network, tmp_path)[0]
    totals = inspect_file(path).totals
    assert totals.state == sum(kept(name, network))
    assert totals.state_bytes == 4 * (totals.state or 0)


def kept(name: str, network: Any) -> Iterator[int]:  # noqa: ANN401 - a class of transformers
    """Elements in each part of what is kept for one sequence; of k inputs the last k - 1."""
    if name == "xLSTMForCausalLM":
        from transformers.models.xlstm.modeling_xlstm import xLSTMCache

        cache = xLSTMCache(network.config, 1)
        yield from (part.numel() for state in cache.rnn_state.values() for part in state)
        return
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        outcome = network(torch.tensor([[1, 2, 3, 4, 5]]), use_cache=True)
    if name == "RwkvForCausalLM":
        yield from (part.numel() for part in outcome.state)
        return
    if name == "RecurrentGemmaForCausalLM":
        for module in network.modules():
            if hasattr(module, "conv1d_state"):
                yield module.conv1d_state.numel() + module.rg_lru.recurrent_states.numel()
        return
    cache = outcome.get("cache_params") or outcome.past_key_values
    yield from (part.numel() for part in getattr(cache, "linear_cache", ()) if len(part))
    for layer in cache.layers:
        for part in getattr(layer, "recurrent_states", {}).values():
            yield part.numel()
        for part in getattr(layer, "conv_states", {}).values():
            taps = part.shape[-1]
            yield part.numel() // taps * (taps - 1)


@pytest.mark.parametrize("name", RECURRENT)
def test_what_transformers_declares_in_an_index_is_no_finding(name: str, tmp_path: Path) -> None:
    network = transformer(name, RECURRENT[name][1](Random(2)))  # noqa: S311 - no secret
    network.save_pretrained(tmp_path, max_shard_size="20KB")
    found = [inspect_file(path) for path in tmp_path.glob("*.index.json")]
    rules = {finding.rule for report in found for finding in report.findings}
    assert "R212" not in rules
    assert all(report.totals.declared is not None for report in found)
