"""Zip archives in shards whose tensors are in columns: the same reports as of one at a time."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from making.described import model_of
from making.torch.pickled_dicts import Pairs, Pickled, Tensor, number
from rnninspect.contract import fault_in
from rnninspect.plugin import Limits
from rnninspect.source.source import open_source
from rnninspect.stored.columns import TensorColumns
from rnninspect_torch import TorchReader

from .test_tables import GROUP, _read_small_groups_as_tables, hold_equal, network, whole, written

__all__ = ["_read_small_groups_as_tables"]  # for each test here as well
SHARDS = 3
Changes = dict[int, tuple[str, Tensor | bytes]]


def pairs_of(shard: int, changes: Changes) -> Pairs:
    start = "" if shard == 1 else f"part{shard}."
    return [changes.get(at, pair) for at, pair in enumerate(network(start=start))]


def sharded(folder: Path, changes: Changes, in_shard: int = 1, **sizes: int) -> Path:
    """An index of shards, each with an LSTM; the storages of all have the same keys."""
    places: dict[str, str] = {}
    for shard in range(SHARDS):
        changed = shard == in_shard
        pairs = pairs_of(shard, changes if changed else {})
        name = f"pytorch_model-{shard + 1:05}-of-{SHARDS:05}.bin"
        whole(folder / name, pairs, **(sizes if changed else {}))
        places |= {key: name for key, value in pairs if isinstance(value, Tensor)}
    index = folder / "pytorch_model.bin.index.json"
    index.write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return index


def test_few_tensors_of_shards_are_made(tmp_path: Path) -> None:
    with open_source(sharded(tmp_path, {}), Limits()) as source:
        model = model_of(TorchReader(), source)
    assert isinstance(model.tensors, TensorColumns)
    assert len(model.tensors) == SHARDS * len(network())
    assert len(model.tensors.looked_at()) < SHARDS * GROUP
    assert [layer.name for layer in model.layers] == ["part0.rnn", "rnn", "part2.rnn"]
    assert fault_in(model) is None


UNUSUAL: dict[str, Changes] = {
    "nothing": {},
    "a tensor of two names": {150: ("tied", Tensor("50"))},
    "a part of another one": {150: ("part", Tensor("50", (2,), offset=3, count=6))},
    "an expanded one": {150: ("expanded", Tensor("50", (9, 6), (0, 1), 6))},
    "unused bytes": {3: ("unused", Tensor("3", (1,), count=5_000))},
    "a name of another shard": {150: ("part0.layers.50.weight", Tensor("150"))},
    "a dict": {3: ("more", b"}")},
    "another value": {3: ("epoch", number(3))},
    "a copy": {at: (f"ema.{at}", Tensor(str(at))) for at in range(70, 90)},
    "numbers": {at: (str(at), Tensor(str(at))) for at in range(160)},
    "a layer with a wrong shape": {61: ("rnn.weight_hh_l0", Tensor("61", (8, 4)))},
}


@pytest.mark.parametrize("shard", range(SHARDS))
@pytest.mark.parametrize("name", UNUSUAL)
def test_what_is_unusual_is_described_alike(name: str, shard: int, tmp_path: Path) -> None:
    hold_equal(sharded(tmp_path, UNUSUAL[name], shard))


@pytest.mark.parametrize("size", [0, 23, 25])
def test_storages_of_other_lengths(size: int, tmp_path: Path) -> None:
    hold_equal(sharded(tmp_path, {}, **{"100": size, "3": size}))


def test_a_shard_with_two_networks(tmp_path: Path) -> None:
    index = sharded(tmp_path, {})
    pickled, nets = Pickled(), (network(), network(1_000, start="x."))
    parts = {key: pickled.grouped(net, GROUP) for key, net in zip("ab", nets, strict=True)}
    path = next(tmp_path.glob("*00002-of-*"))
    hold_equal(written(path, pickled.dict_of(parts), *nets))
    hold_equal(index)


@given(st.integers(0, 2**32))
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mutated_shards_are_described_alike(tmp_path: Path, seed: int) -> None:
    drawn = random.Random(seed)  # noqa: S311 - files for a test
    index = sharded(tmp_path, {})
    path = drawn.choice(sorted(tmp_path.glob("*.bin")))
    data = bytearray(path.read_bytes())
    for _ in range(drawn.randrange(1, 4)):
        data[drawn.randrange(len(data))] = drawn.randrange(256)
    path.write_bytes(data)
    hold_equal(index)
