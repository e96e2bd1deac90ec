"""Tensors of checkpoints outside networks: optimizers, scalers, statistics, random states."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from making.torch.pickles import (
    archive,
    checkpoint,
    instance,
    lstm,
    mapping,
    network,
    number,
    purposes,
    read,
    tensor,
)
from rnninspect.model import Purpose


def moments(keys: count[int]) -> bytes:
    """The state dict of an Adam optimizer for an LSTM, with numbers as keys."""
    states = b"".join(
        number(index)
        + mapping({"exp_avg": tensor(str(next(keys)), shape), "step": tensor(str(next(keys)), ())})
        for index, shape in enumerate(lstm(3, 2).values())
    )
    return mapping({"state": b"}(" + states + b"u", "param_groups": b"]"})


def test_an_optimizer_is_not_a_network(tmp_path: Path) -> None:
    alone = read(archive(moments(count()) + b"."), tmp_path)
    assert alone.layers == ()
    assert purposes(alone) == {Purpose.OPTIMIZER: 60, Purpose.PARAMETER: 0}
    keys = count()
    both = checkpoint(tmp_path, {"model": network(keys), "anything": moments(keys)})
    assert purposes(both) == {Purpose.OPTIMIZER: 60, Purpose.PARAMETER: 56}


@pytest.mark.parametrize(
    ("key", "purpose"),
    [
        ("optimizer", Purpose.OPTIMIZER),
        ("optimizer_states", Purpose.OPTIMIZER),
        ("lr_schedulers", Purpose.OPTIMIZER),
        ("grad_scaler", Purpose.OPTIMIZER),
        ("scaler", Purpose.STATE),
        ("torch_rng_state", Purpose.STATE),
        ("random", Purpose.STATE),
        ("callbacks", Purpose.STATE),
        ("hyper_parameters", Purpose.STATE),
        ("args", Purpose.STATE),
        ("model_config", Purpose.STATE),
    ],
)
def test_purposes_by_key(key: str, purpose: Purpose, tmp_path: Path) -> None:
    keys = count()
    other = mapping({"weight": tensor(str(next(keys)), (7,))})
    model = checkpoint(tmp_path, {"state_dict": network(keys), key: other})
    assert purposes(model) == {Purpose.PARAMETER: 56, purpose: 7}
    assert len(model.layers) == 1


def test_tensors_beside_a_state_dict_are_training_state(tmp_path: Path) -> None:
    keys = count()
    pairs = {"model": network(keys), "best_loss": tensor(str(next(keys)), ())}
    model = checkpoint(tmp_path, {**pairs, "mean": tensor(str(next(keys)), (9,))})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 10}


def test_a_dict_of_statistics_is_training_state(tmp_path: Path) -> None:
    keys = count()
    moments_ = {label: tensor(str(next(keys)), (9,)) for label in ("mean", "var")}
    model = checkpoint(tmp_path, {"policy": network(keys), "observations": mapping(moments_)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 18}
    (layer,) = model.layers
    assert layer.root is None
    alone = read(archive(mapping(moments_) + b"."), tmp_path)
    assert purposes(alone) == {Purpose.PARAMETER: 18}


def test_a_tensor_as_a_key(tmp_path: Path) -> None:
    """The first optimizers used parameters as keys of their states."""
    states = b"}(" + tensor("0", (4,)) + mapping({"step": number(1)}) + b"u"
    model = read(archive(mapping({"model": network(count(1)), "optim": states}) + b"."), tmp_path)
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.OPTIMIZER: 4}


def test_a_state_dict_and_a_table_in_an_object(tmp_path: Path) -> None:
    keys = count()
    tensors = {"table": tensor(str(next(keys)), (5,)), "model_state": network(keys)}
    model = checkpoint(tmp_path, {"trainer": instance("mine", "Trainer", tensors)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 5}
    assert [(layer.name, layer.root) for layer in model.layers] == [("rnn", None)]
    assert "mine.Trainer" in {note.detail for note in model.observations}


def test_the_state_of_a_grad_scaler_belongs_to_the_optimizer(tmp_path: Path) -> None:
    keys = count()
    tensors = {"scale": tensor(str(next(keys)), ()), "growth_factor": number(2)}
    model = checkpoint(tmp_path, {"model": network(keys), "scaler": mapping(tensors)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.OPTIMIZER: 1}


def test_a_data_scaler_is_training_state_unless_it_is_a_network(tmp_path: Path) -> None:
    keys = count()
    tensors = {label: tensor(str(next(keys)), (3,)) for label in ("mean_", "scale_")}
    model = checkpoint(tmp_path, {"model": network(keys), "scaler": mapping(tensors)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 6}
    both = checkpoint(tmp_path, {"model": network(keys), "upscaler": network(keys, hidden=4)})
    assert purposes(both) == {Purpose.PARAMETER: 56 + 144}


@pytest.mark.parametrize(
    "bare",
    [
        {"class_weights": (5,), "offset": (4,)},
        {"blend_weights": (3, 3)},
        {"pos_weight": (9,)},
        {"embedding": (3, 3)},
        {"weight": (9,)},
        {"quantile": (2,), "val_loss": (7,)},
    ],
)
def test_bare_tensors_beside_a_state_dict_are_training_state(
    bare: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    keys = count()
    tensors = {label: tensor(str(next(keys)), shape) for label, shape in bare.items()}
    model = checkpoint(tmp_path, {"state_dict": network(keys), **tensors})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 9}
    inside = checkpoint(tmp_path, {"state_dict": network(keys), "0": mapping(tensors)})
    if "embedding" not in bare and bare != {"weight": (9,)}:
        assert purposes(inside) == {Purpose.PARAMETER: 56, Purpose.STATE: 9}


@pytest.mark.parametrize(
    "named",
    [
        {"fc.weight": (3, 3), "alpha": (1,)},
        {"weight": (3, 3), "bias": (1,)},
        {"W": (3, 3), "b": (1,)},
        {"cell.Wx": (3, 3), "start": (1,)},
    ],
)
def test_parameters_beside_a_state_dict(named: dict[str, tuple[int, ...]], tmp_path: Path) -> None:
    keys = count()
    tensors = {label: tensor(str(next(keys)), shape) for label, shape in named.items()}
    model = checkpoint(tmp_path, {"encoder": network(keys), **tensors})
    assert purposes(model) == {Purpose.PARAMETER: 66}


def test_a_dict_of_a_hand_written_cell_belongs_to_the_network(tmp_path: Path) -> None:
    keys = count()
    cell = {label: tensor(str(next(keys)), (2, 3)) for label in ("wx", "wh")}
    pairs = {"embedding": tensor(str(next(keys)), (3, 3)), "cell": mapping(cell)}
    assert purposes(checkpoint(tmp_path, pairs)) == {Purpose.PARAMETER: 21}


def test_states_of_generators_are_not_networks(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"python": b")", "cpu": tensor("0", (5056,))})
    assert purposes(model) == {Purpose.PARAMETER: 0, Purpose.STATE: 5056}
