"""Checkpoints: which of their dicts are networks, and which are copies of them."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from making.torch.pickles import (
    archive,
    checkpoint,
    items,
    lstm,
    network,
    number,
    parameters,
    purposes,
    read,
    saved,
    tensor,
    text,
)
from rnninspect.model import Purpose


@pytest.mark.parametrize(
    "key",
    ["state_dict", "model", "model_state_dict", "net", "weights", "params", "generator", "module"],
)
def test_one_network_has_no_label(key: str, tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"epoch": number(3), key: network(count())})
    assert [(layer.name, layer.root) for layer in model.layers] == [("rnn", None)]
    assert purposes(model) == {Purpose.PARAMETER: 56}


def test_parts_of_one_network_add_up(tmp_path: Path) -> None:
    keys = count()
    parts = {"encoder": network(keys), "decoder": network(keys, hidden=4)}
    model = checkpoint(tmp_path, parts)
    assert [(layer.name, layer.root) for layer in model.layers] == [
        ("rnn", "encoder"),
        ("rnn", "decoder"),
    ]
    assert purposes(model) == {Purpose.PARAMETER: 56 + 144}


@pytest.mark.parametrize("key", ["ema", "model_ema", "ema_state_dict", "swa", "shadow_params"])
def test_copies_by_key(key: str, tmp_path: Path) -> None:
    keys = count()
    model = checkpoint(tmp_path, {"model": network(keys), key: network(keys)})
    assert [layer.root for layer in model.layers] == ["model", key]
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.COPY: 56}


def test_copies_with_names_without_dots(tmp_path: Path) -> None:
    network = {**lstm(3, 2, "model.rnn"), "model.fc.weight": (2, 2)}
    squashed = {
        f"model_ema.{name.removeprefix('model.').replace('.', '')}": shape
        for name, shape in network.items()
    }
    counters = {"model_ema.decay": (), "model_ema.num_updates": ()}
    model = read(saved({**network, **squashed, **counters}), tmp_path)
    assert purposes(model) == {Purpose.PARAMETER: 60, Purpose.COPY: 62}
    other = {**network, **squashed, "model_ema.headweight": (5, 5)}
    assert purposes(read(saved(other), tmp_path)) == {Purpose.PARAMETER: 145}


def test_a_copy_alone_is_the_network(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"ema": network(count()), "decay": number(1)})
    assert [layer.root for layer in model.layers] == [None]
    assert purposes(model) == {Purpose.PARAMETER: 56}


def test_the_best_weights_of_the_same_network_are_a_copy(tmp_path: Path) -> None:
    keys = count()
    same = checkpoint(tmp_path, {"best_model": network(keys), "model": network(keys)})
    assert purposes(same) == {Purpose.PARAMETER: 56, Purpose.COPY: 56}
    other = checkpoint(tmp_path, {"target": network(keys, hidden=4), "source": network(keys)})
    assert purposes(other) == {Purpose.PARAMETER: 56 + 144}


def test_equal_networks_with_other_names_are_two_networks(tmp_path: Path) -> None:
    keys = count()
    model = checkpoint(tmp_path, {"critic1": network(keys), "critic2": network(keys)})
    assert purposes(model) == {Purpose.PARAMETER: 112}


def test_a_state_dict_with_nested_dicts(tmp_path: Path) -> None:
    keys = count()
    pairs = {"fc.weight": tensor(str(next(keys)), (2, 2)), "inner": network(keys)}
    assert purposes(checkpoint(tmp_path, pairs)) == {Purpose.PARAMETER: 60}


def test_a_tuple_and_a_list_around_the_network(tmp_path: Path) -> None:
    model = read(archive(items(number(3), network(count()), b"}") + b"."), tmp_path)
    assert purposes(model) == {Purpose.PARAMETER: 56}
    assert [layer.root for layer in model.layers] == [None]


def test_values_that_contain_themselves(tmp_path: Path) -> None:
    loop = b"}q\0" + text("self") + b"h\0s" + text("weight") + tensor("0", (3,)) + b"s."
    assert parameters(read(archive(loop), tmp_path)) == 3


def test_lightning_is_the_producer_of_its_checkpoints(tmp_path: Path) -> None:
    pairs = {"pytorch-lightning_version": text("2.6.6"), "state_dict": network(count())}
    assert checkpoint(tmp_path, pairs).producer == "pytorch-lightning 2.6.6"


def test_an_average_in_the_state_dict(tmp_path: Path) -> None:
    keys = count()
    shapes = lstm(3, 2, "rnn")
    pairs = {
        f"{start}.{label}": tensor(str(next(keys)), shape)
        for start in ("net", "ema.module")
        for label, shape in shapes.items()
    }
    counted = {**pairs, "ema.updates": tensor(str(next(keys)), ())}
    model = checkpoint(tmp_path, counted)
    assert [(layer.name, layer.root) for layer in model.layers] == [
        ("net.rnn", "top"),
        ("ema.module.rnn", "ema"),
    ]
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.COPY: 57}
    alone = {**pairs, "ema.module.more.weight": tensor(str(next(keys)), (5,))}
    assert purposes(checkpoint(tmp_path, alone)) == {Purpose.PARAMETER: 117}


def test_an_average_beside_a_counter_is_the_network(tmp_path: Path) -> None:
    keys = count()
    model = checkpoint(tmp_path, {"ema": network(keys), "updates": tensor(str(next(keys)), ())})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 1}
