"""Checkpoints: which of their dicts are networks, copies, optimizers, or neither."""

from __future__ import annotations

import math
from itertools import count
from pathlib import Path

import pytest

from making.torch.pickles import (
    archive,
    call,
    checkpoint,
    instance,
    items,
    lstm,
    mapping,
    name,
    network,
    number,
    numbers,
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
def test_one_network_needs_no_label(key: str, tmp_path: Path) -> None:
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
def test_a_copy_is_told_from_the_network(key: str, tmp_path: Path) -> None:
    keys = count()
    model = checkpoint(tmp_path, {"model": network(keys), key: network(keys)})
    assert [layer.root for layer in model.layers] == ["model", key]
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.COPY: 56}


def test_a_copy_without_the_dots_of_its_names_is_told_from_the_network(tmp_path: Path) -> None:
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


def test_the_best_weights_are_a_copy_if_they_are_the_same_network(tmp_path: Path) -> None:
    keys = count()
    same = checkpoint(tmp_path, {"best_model": network(keys), "model": network(keys)})
    assert purposes(same) == {Purpose.PARAMETER: 56, Purpose.COPY: 56}
    other = checkpoint(tmp_path, {"target": network(keys, hidden=4), "source": network(keys)})
    assert purposes(other) == {Purpose.PARAMETER: 56 + 144}


def test_twins_with_other_names_are_two_networks(tmp_path: Path) -> None:
    keys = count()
    model = checkpoint(tmp_path, {"critic1": network(keys), "critic2": network(keys)})
    assert purposes(model) == {Purpose.PARAMETER: 112}


def moments(keys: count[int]) -> bytes:
    """The state dict of an Adam optimizer over an LSTM, by number and not by name."""
    states = b"".join(
        number(index)
        + mapping({"exp_avg": tensor(str(next(keys)), shape), "step": tensor(str(next(keys)), ())})
        for index, shape in enumerate(lstm(3, 2).values())
    )
    return mapping({"state": b"}(" + states + b"u", "param_groups": b"]"})


def test_an_optimizer_is_no_network(tmp_path: Path) -> None:
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
def test_keys_of_training_scripts(key: str, purpose: Purpose, tmp_path: Path) -> None:
    keys = count()
    other = mapping({"weight": tensor(str(next(keys)), (7,))})
    model = checkpoint(tmp_path, {"state_dict": network(keys), key: other})
    assert purposes(model) == {Purpose.PARAMETER: 56, purpose: 7}
    assert len(model.layers) == 1


def test_tensors_beside_a_state_dict_are_not_of_the_network(tmp_path: Path) -> None:
    keys = count()
    pairs = {"model": network(keys), "best_loss": tensor(str(next(keys)), ())}
    model = checkpoint(tmp_path, {**pairs, "mean": tensor(str(next(keys)), (9,))})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 10}


def test_statistics_in_a_dict_of_their_own_are_not_of_the_network(tmp_path: Path) -> None:
    keys = count()
    moments_ = {label: tensor(str(next(keys)), (9,)) for label in ("mean", "var")}
    model = checkpoint(tmp_path, {"policy": network(keys), "observations": mapping(moments_)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 18}
    (layer,) = model.layers
    assert layer.root is None
    alone = read(archive(mapping(moments_) + b"."), tmp_path)
    assert purposes(alone) == {Purpose.PARAMETER: 18}


def test_a_state_dict_may_hold_dicts(tmp_path: Path) -> None:
    keys = count()
    pairs = {"fc.weight": tensor(str(next(keys)), (2, 2)), "inner": network(keys)}
    assert purposes(checkpoint(tmp_path, pairs)) == {Purpose.PARAMETER: 60}


def test_a_tuple_and_a_list_around_the_network(tmp_path: Path) -> None:
    model = read(archive(items(number(3), network(count()), b"}") + b"."), tmp_path)
    assert purposes(model) == {Purpose.PARAMETER: 56}
    assert [layer.root for layer in model.layers] == [None]


def test_tensors_without_names(tmp_path: Path) -> None:
    made = b"".join(tensor(str(key), shape) for key, shape in enumerate(lstm(3, 2).values()))
    model = read(archive(b"](" + made + b"e."), tmp_path)
    assert model.layers == ()
    assert purposes(model) == {Purpose.PARAMETER: 56}
    assert any("without names" in note.detail for note in model.observations)


def test_pairs_of_names_and_tensors_are_a_state_dict(tmp_path: Path) -> None:
    """As `list(model.named_parameters())` is saved."""
    shapes = lstm(3, 2, "rnn")
    pairs = [
        text(label) + tensor(str(key), shape) + b"\x86"
        for key, (label, shape) in enumerate(shapes.items())
    ]
    model = read(archive(b"](" + b"".join(pairs) + b"e."), tmp_path)
    assert [layer.name for layer in model.layers] == ["rnn"]
    mixed = read(archive(b"](" + b"".join(pairs) + b"Ne."), tmp_path)
    assert parameters(mixed) == parameters(model) == 56
    assert mixed.layers == ()


def test_a_tensor_alone(tmp_path: Path) -> None:
    model = read(archive(tensor("0", (3, 4)) + b"."), tmp_path)
    assert [held.name for held in model.tensors] == ["tensor"]


def test_a_key_that_is_a_tensor_is_not_lost(tmp_path: Path) -> None:
    """The first optimizers kept their states by the parameters themselves."""
    states = b"}(" + tensor("0", (4,)) + mapping({"step": number(1)}) + b"u"
    model = read(archive(mapping({"model": network(count(1)), "optim": states}) + b"."), tmp_path)
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.OPTIMIZER: 4}


def test_a_state_dict_of_an_object_counts_and_a_table_beside_it_does_not(tmp_path: Path) -> None:
    keys = count()
    held = {"table": tensor(str(next(keys)), (5,)), "model_state": network(keys)}
    model = checkpoint(tmp_path, {"trainer": instance("mine", "Trainer", held)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 5}
    assert [(layer.name, layer.root) for layer in model.layers] == [("rnn", None)]
    assert "mine.Trainer" in {note.detail for note in model.observations}


def test_the_state_of_a_grad_scaler_belongs_to_the_optimizer(tmp_path: Path) -> None:
    keys = count()
    held = {"scale": tensor(str(next(keys)), ()), "growth_factor": number(2)}
    model = checkpoint(tmp_path, {"model": network(keys), "scaler": mapping(held)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.OPTIMIZER: 1}


def test_the_scaler_of_the_data_is_a_state_unless_it_is_a_network(tmp_path: Path) -> None:
    keys = count()
    held = {label: tensor(str(next(keys)), (3,)) for label in ("mean_", "scale_")}
    model = checkpoint(tmp_path, {"model": network(keys), "scaler": mapping(held)})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 6}
    both = checkpoint(tmp_path, {"model": network(keys), "upscaler": network(keys, hidden=4)})
    assert purposes(both) == {Purpose.PARAMETER: 56 + 144}


@pytest.mark.parametrize(
    "loose",
    [
        {"class_weights": (5,), "offset": (4,)},
        {"blend_weights": (3, 3)},
        {"pos_weight": (9,)},
        {"embedding": (3, 3)},
        {"weight": (9,)},
        {"quantile": (2,), "val_loss": (7,)},
    ],
)
def test_loose_tensors_beside_a_state_dict_are_a_state(
    loose: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    keys = count()
    held = {label: tensor(str(next(keys)), shape) for label, shape in loose.items()}
    model = checkpoint(tmp_path, {"state_dict": network(keys), **held})
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 9}
    inside = checkpoint(tmp_path, {"state_dict": network(keys), "0": mapping(held)})
    if "embedding" not in loose and loose != {"weight": (9,)}:
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
def test_parameters_beside_a_state_dict_count(
    named: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    keys = count()
    held = {label: tensor(str(next(keys)), shape) for label, shape in named.items()}
    model = checkpoint(tmp_path, {"encoder": network(keys), **held})
    assert purposes(model) == {Purpose.PARAMETER: 66}


def test_a_dict_by_hand_beside_another_is_a_part_of_the_network(tmp_path: Path) -> None:
    keys = count()
    cell = {label: tensor(str(next(keys)), (2, 3)) for label in ("wx", "wh")}
    pairs = {"embedding": tensor(str(next(keys)), (3, 3)), "cell": mapping(cell)}
    assert purposes(checkpoint(tmp_path, pairs)) == {Purpose.PARAMETER: 21}


def test_values_that_hold_themselves_end(tmp_path: Path) -> None:
    loop = b"}q\0" + text("self") + b"h\0s" + text("weight") + tensor("0", (3,)) + b"s."
    assert parameters(read(archive(loop), tmp_path)) == 3


def test_lightning_signs_its_checkpoints(tmp_path: Path) -> None:
    pairs = {"pytorch-lightning_version": text("2.6.6"), "state_dict": network(count())}
    assert checkpoint(tmp_path, pairs).producer == "pytorch-lightning 2.6.6"


def test_an_average_inside_of_the_state_dict(tmp_path: Path) -> None:
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


def array(shape: tuple[int, ...], code: str, data: bytes) -> bytes:
    """An array of numpy, as protocol 3 pickles it."""
    made = call("numpy.core.multiarray", "_reconstruct", name("numpy", "ndarray"), b")", b"C\1b")
    kind = call("numpy", "dtype", text(code), b"\x89", b"\x88")
    held = b"B" + len(data).to_bytes(4, "little") + data
    return made + items(number(1), numbers(shape), kind, b"\x89", held) + b"b"


def test_arrays_of_numpy_in_the_place_of_tensors(tmp_path: Path) -> None:
    pairs = {
        label: array(shape, "f4", bytes(4 * math.prod(shape)))
        for label, shape in lstm(3, 2, "rnn").items()
    }
    pairs["names"] = array((3,), "O8", b"")
    model = checkpoint(tmp_path, pairs)
    assert [layer.name for layer in model.layers] == ["rnn"]
    assert {held.dtype for held in model.tensors} == {"float32"}
    assert purposes(model) == {Purpose.PARAMETER: 56}
    assert model.observations == ()


def test_an_array_without_its_bytes_is_short(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"weight": array((6,), "f4", bytes(8))})
    assert [(held.needed_bytes, held.held_bytes) for held in model.tensors] == [(24, 8)]


def test_states_of_generators_are_no_network(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"python": b")", "cpu": tensor("0", (5056,))})
    assert purposes(model) == {Purpose.PARAMETER: 0, Purpose.STATE: 5056}


def test_a_shard_of_a_distributed_tensor_counts_as_the_whole(tmp_path: Path) -> None:
    kind = name("torch.distributed.tensor", "DTensor")
    inner = items(kind, name("torch", "float32"), numbers((20, 7)), numbers((7, 1)), *[b"N"] * 4)
    state = mapping({"_local_tensor": tensor("0", (10, 7)), "_spec": b"N"})
    function = name("torch._utils", "_rebuild_wrapper_subclass")
    whole = call("torch._tensor", "_rebuild_from_type_v2", function, kind, inner, state)
    model = checkpoint(tmp_path, {"rnn.weight": whole})
    assert [(held.shape, held.bytes) for held in model.tensors] == [((20, 7), 280)]
    (note,) = model.observations
    assert "the shard of one rank" in note.detail


def test_flattened_parameters_have_no_shapes(tmp_path: Path) -> None:
    model = checkpoint(tmp_path, {"_fsdp_wrapped_module.flat_param": tensor("0", (560,))})
    assert any("flattened by FSDP" in note.detail for note in model.observations)


def test_source_text_in_a_file_is_noted(tmp_path: Path) -> None:
    source = (
        items(text("module"), name("mine", "Net"), text("net.py"), text("class Net: ...")) + b"Q"
    )
    held = mapping({"_parameters": mapping({"weight": tensor("0", (3,))}), "_modules": b"}"})
    model = read(archive(source + b")\x81" + held + b"b."), tmp_path)
    assert any("source code of 1 class: mine.Net" in note.detail for note in model.observations)
