"""Recurrent networks of transformers with drawn sizes: each layer, and what torch counts for it."""

from __future__ import annotations

import json
import os
from random import Random
from typing import TYPE_CHECKING, Any

import pytest
import torch

from making.modern.building import saved, transformer
from making.modern.recurrent import RECURRENT
from rnninspect import inspect_file
from rnninspect.rules import Level

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.report import Report

DRAWS = int(os.environ.get("RNNINSPECT_EXAMPLES", "100")) // 50  # of each network


def drawn(name: str, seed: int) -> tuple[Any, list[int]]:
    """A network, and the numbers of parameters of its recurrent modules."""
    cells, draw = RECURRENT[name]
    model = transformer(name, draw(Random(f"{name} {seed}")))  # noqa: S311 - no secret
    recurrent = [module for module in model.modules() if type(module).__name__ in cells.split()]
    assert recurrent
    return model, sorted(sum(each.numel() for each in module.parameters()) for module in recurrent)


def each_layer_is(report: Report, counts: list[int]) -> None:
    assert sorted(counted.stored for counted in report.layers) == counts
    assert sorted(counted.expected for counted in report.layers) == counts
    assert report.skipped == ()
    assert report.possible == ()
    assert report.totals.attributed == report.totals.tensors
    assert report.totals.recurrent == sum(counts)
    assert report.worst() in (None, Level.NOTE)  # sizes are inferred without a configuration


@pytest.mark.parametrize("seed", range(DRAWS))
@pytest.mark.parametrize("name", RECURRENT)
def test_each_layer_has_the_parameters_that_torch_counts(
    tmp_path: Path, name: str, seed: int
) -> None:
    model, counts = drawn(name, seed)
    for path in saved(model, tmp_path):
        each_layer_is(inspect_file(path), counts)


@pytest.mark.parametrize("name", ["MambaForCausalLM", "Qwen3NextForCausalLM", "RwkvForCausalLM"])
def test_shards_and_half_precision_count_alike(tmp_path: Path, name: str) -> None:
    model, counts = drawn(name, 0)
    half = model.to(torch.bfloat16)
    half.save_pretrained(tmp_path, max_shard_size="10KB")
    index = tmp_path / "model.safetensors.index.json"
    assert len(set(json.loads(index.read_text())["weight_map"].values())) > 2
    report = inspect_file(index)
    each_layer_is(report, counts)
    assert {t.dtype for c in report.layers for o in c.operands for t in o.operand.tensors} == {
        "bfloat16"
    }


def test_a_tied_embedding_is_counted_once(tmp_path: Path) -> None:
    model, counts = drawn("MambaForCausalLM", 1)
    model.tie_weights()
    for path in saved(model, tmp_path):
        report = inspect_file(path)
        each_layer_is(report, counts)
        assert report.totals.parameters == sum(each.numel() for each in model.parameters())
