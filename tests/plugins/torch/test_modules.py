"""Pickled modules: declared sizes, shared modules, and cycles."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from making.torch.pickles import (
    archive,
    instance,
    lstm,
    mapping,
    network,
    number,
    parameters,
    purposes,
    read,
    tensor,
    text,
)
from rnninspect.counter import count_layers
from rnninspect.model import Fact, Purpose


def module(path: str, parameters: bytes, modules: bytes = b"}", **more: bytes) -> bytes:
    """A pickled nn.Module."""
    space, _, name = path.rpartition(".")
    attributes = {"_parameters": parameters, "_buffers": b"}", "_modules": modules, **more}
    return instance(space, name, attributes)


def declared(**sizes: int) -> dict[str, bytes]:
    return {
        "mode": text("LSTM"),
        **{label: number(size) for label, size in sizes.items()},
        "bias": b"\x88",
        "bidirectional": b"\x89",
    }


def lstm_module(keys: count[int], **sizes: int) -> bytes:
    attributes = {"input_size": 3, "hidden_size": 2, "num_layers": 1, **sizes}
    return module("torch.nn.modules.rnn.LSTM", network(keys, ""), b"}", **declared(**attributes))


def test_a_module_declares_its_sizes(tmp_path: Path) -> None:
    whole = module("mine.Net", b"}", mapping({"rnn": lstm_module(count())}))
    model = read(archive(whole + b"."), tmp_path)
    (layer,) = model.layers
    assert (layer.name, layer.kind, layer.origin) == ("rnn", "LSTM", "declared")
    assert [note.detail for note in model.observations] == ["mine.Net"]


def test_a_module_without_tensors_has_missing_weights(tmp_path: Path) -> None:
    bare = module(
        "torch.nn.modules.rnn.LSTM",
        b"}",
        b"}",
        **declared(input_size=3, hidden_size=2, num_layers=1),
    )
    fc = module("torch.nn.modules.linear.Linear", mapping({"weight": tensor("0", (2, 2))}))
    whole = module("mine.Net", b"}", mapping({"rnn": bare, "fc": fc}))
    (layer,) = read(archive(whole + b"."), tmp_path).layers
    assert (layer.name, layer.operands) == ("rnn", ())


@pytest.mark.parametrize("size", [0, -2, 2**40, 10**30])
def test_an_invalid_size_is_a_contradiction(size: int, tmp_path: Path) -> None:
    model = read(archive(lstm_module(count(), hidden_size=size) + b"."), tmp_path)
    (layer,) = model.layers
    assert (layer.sizes.hidden_size, layer.origin) == (2, "inferred")
    (note,) = model.observations
    assert (note.fact, note.layer) == (Fact.CONTRADICTION, layer.name)


def test_a_shared_module_is_walked_once(tmp_path: Path) -> None:
    shared = lstm_module(count()) + b"q\x07"
    whole = module("mine.Net", b"}", b"}(" + text("a") + shared + text("b") + b"h\x07u")
    model = read(archive(whole + b"."), tmp_path)
    (counted,) = count_layers(model.layers)
    assert (counted.layer.name, counted.layer.also_at) == ("a", ("b",))
    assert parameters(model) == 56


def test_flat_weights_count_once(tmp_path: Path) -> None:
    keys = count()
    made = {label: tensor(str(next(keys)), shape) for label, shape in lstm(3, 2).items()}
    flat = b"](" + b"".join(made.values()) + b"e"
    whole = module(
        "torch.nn.modules.rnn.LSTM",
        mapping(made),
        b"}",
        **declared(input_size=3, hidden_size=2, num_layers=1),
        _flat_weights=flat,
        h0=tensor("9", (6,)),
    )
    model = read(archive(whole + b"."), tmp_path)
    assert purposes(model) == {Purpose.PARAMETER: 56, Purpose.STATE: 6}


def test_a_module_that_contains_itself(tmp_path: Path) -> None:
    attributes = {"_parameters": mapping({"weight": tensor("0", (3,))}), "_buffers": b"}"}
    start = b"cmine\nNet\n)\x81q\x09" + mapping(attributes)
    whole = start + text("_modules") + b"}" + text("me") + b"h\x09ssb."
    assert parameters(read(archive(whole), tmp_path)) == 3


OWN_CELLS = {
    "LSTMCell": {"input_map": (8, 3), "recurrent_map": (8, 2)},
    "GRUCell": {"x2h": (6, 3), "h2h": (6, 2)},
    "RNNCell": {"i2h": (2, 3), "h2h": (2, 2)},
}


@pytest.mark.parametrize("name", OWN_CELLS)
def test_a_cell_with_the_name_of_torchs_own_is_read_by_its_own_tensors(
    name: str, tmp_path: Path
) -> None:
    keys = count()
    maps = {
        label: module(
            "torch.nn.modules.linear.Linear", mapping({"weight": tensor(str(next(keys)), shape)})
        )
        for label, shape in OWN_CELLS[name].items()
    }
    sizes = {"input_size": number(3), "hidden_size": number(2)}
    cell = module(f"mine.{name}", b"}", mapping(maps), **sizes)
    model = read(archive(module("mine.Net", b"}", mapping({"cell": cell})) + b"."), tmp_path)
    (counted,) = count_layers(model.layers)
    assert (counted.layer.name, counted.layer.cell) == ("cell", name.removesuffix("Cell"))
    assert counted.expected == counted.stored == parameters(model)


def test_a_cell_of_torchs_shape_under_its_name_has_the_biases_that_it_stores(
    tmp_path: Path,
) -> None:
    shapes = {"weight_ih": (8, 3), "weight_hh": (8, 2)}
    made = {label: tensor(str(key), shape) for key, (label, shape) in enumerate(shapes.items())}
    sizes = {"input_size": number(3), "hidden_size": number(2), "bias": b"\x88"}
    model = read(archive(module("mine.LSTMCell", mapping(made), **sizes) + b"."), tmp_path)
    (counted,) = count_layers(model.layers)
    assert counted.expected == counted.stored == 40


@pytest.mark.parametrize("others", [{}, {"memory": (8, 5)}])
def test_a_class_with_the_attributes_of_a_layer_and_other_tensors_has_no_missing_weights(
    others: dict[str, tuple[int, ...]], tmp_path: Path
) -> None:
    made = {label: tensor("0", shape) for label, shape in others.items()}
    sizes = {"input_size": number(3), "hidden_size": number(2)}
    own = module("mine.GRUCell", mapping(made) if made else b"}", **sizes)
    stack = module(
        "mine.Stack",
        mapping({"thing": tensor("1", (4, 4))}),
        **declared(input_size=3, hidden_size=2, num_layers=2),
    )
    whole = module("mine.Net", b"}", mapping({"own": own, "stack": stack}))
    assert read(archive(whole + b"."), tmp_path).layers == ()
