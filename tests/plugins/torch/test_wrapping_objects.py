"""Modules in other objects (trainers, agents, tuples), written by torch and pickle."""

from __future__ import annotations

import copy
import pickle
from collections import deque, namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from making.torch.pickles import purposes, read_path
from rnninspect.counter import count_layers
from rnninspect.model import Purpose, SavedModel

EMBEDDING, RECURRENT, HEAD = 7 * 3, 2 * 4 * (3 * 4 + 16 + 8) + 2 * 4 * (8 * 4 + 16 + 8), 8 * 2 + 2
WHOLE = EMBEDDING + RECURRENT + HEAD


class Net(nn.Module):  # type: ignore[misc]  # torch is untyped here
    def __init__(self) -> None:
        super().__init__()
        self.emb, self.out = nn.Embedding(7, 3), nn.Linear(8, 2)
        self.rnn = nn.LSTM(3, 4, 2, bidirectional=True)


class Trainer(SimpleNamespace):
    """An object that is not a module, with any attributes."""


class Slotted:
    __slots__ = ("model",)

    def __init__(self, model: Any) -> None:  # noqa: ANN401 - any module
        self.model = model


class Reduced(Slotted):
    def __reduce__(self) -> tuple[Any, ...]:
        return Reduced, (self.model,)


class Named(Slotted):
    """Created with a keyword argument, which protocol 4 passes to NEWOBJ_EX."""

    def __new__(cls, *, model: Any) -> Named:  # noqa: ANN401, PYI034 - not for subclasses
        made = object.__new__(cls)
        made.model = model
        return made

    def __init__(self, *, model: Any) -> None: ...  # noqa: ANN401

    def __getnewargs_ex__(self) -> tuple[tuple[()], dict[str, Any]]:
        return (), {"model": self.model}

    def __getstate__(self) -> None:
        return None


class Stated(Slotted):
    def __getstate__(self) -> list[Any]:
        return [1, self.model]

    def __setstate__(self, state: list[Any]) -> None:
        self.model = state[1]


@dataclass
class Data:
    model: Any
    epoch: int = 3


@dataclass(frozen=True, slots=True)
class Frozen:
    model: Any


class Bag(dict[str, Any]):
    """A subclass of dict."""


class Bundle(list[Any]):
    """A subclass of list."""


class Outer(nn.Module):  # type: ignore[misc]  # as above
    """A module with another one in an object, which torch does not register."""

    def __init__(self, inner: Net) -> None:
        super().__init__()
        self.first = nn.Linear(2, 3)
        self.helper = Trainer(net=inner, table=torch.zeros(5), owner=[self])


Pair = namedtuple("Pair", "model epoch")  # noqa: PYI024 - what people write

HOLDERS: dict[str, Callable[[Any], object]] = {
    "object": lambda net: Trainer(model=net, epoch=3),
    "in a dict": lambda net: {"trainer": Trainer(model=net)},
    "in a list": lambda net: [Trainer(model=net)],
    "in an object": lambda net: Trainer(inner=Trainer(inner=Trainer(model=net))),
    "slots": Slotted,
    "reduced": Reduced,
    "keyword": lambda net: Named(model=net),
    "state": Stated,
    "named tuple": lambda net: Pair(net, 3),
    "dataclass": Data,
    "frozen": Frozen,
    "partial": lambda net: partial(print, net, end=""),
    "partial by keyword": lambda net: partial(print, file=net),
    "deque": lambda net: deque([net]),
    "method": lambda net: net.forward,
    "bag": lambda net: Bag(model=net),
    "bundle": lambda net: Bundle([net]),
    "twice": lambda net: Trainer(model=net, again=[net, {"same": net}]),
    "settings": lambda net: {"config": net},
    "wrong name": lambda net: Trainer(optimizer=Trainer(net=net)),
    "callback first": lambda net: Trainer(callbacks=[Trainer(module=net)], model=net),
}


def written(value: object, folder: Path, *, by_pickle: bool) -> SavedModel:
    path = folder / "holder.pt"
    if by_pickle:
        path.write_bytes(pickle.dumps(value, 4))
    else:
        torch.save(value, path)
    return read_path(path)


def places(model: SavedModel) -> list[tuple[str | None, str]]:
    return [(layer.root, layer.name) for layer in model.layers]


@pytest.mark.parametrize("by_pickle", [False, True], ids=["torch", "pickle"])
@pytest.mark.parametrize("holder", sorted(HOLDERS))
def test_modules_in_objects_are_found(holder: str, by_pickle: bool, tmp_path: Path) -> None:
    model = written(HOLDERS[holder](Net()), tmp_path, by_pickle=by_pickle)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE}
    assert {layer.name for layer in model.layers} == {"rnn[0]", "rnn[1]"}
    assert {layer.root for layer in model.layers} == {None}


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("holder", ["object", "named tuple", "bag", "bundle", "deque", "reduced"])
def test_each_protocol_of_pickle(holder: str, protocol: int, tmp_path: Path) -> None:
    path = tmp_path / "holder.pkl"
    path.write_bytes(pickle.dumps(HOLDERS[holder](Net()), protocol))
    assert purposes(read_path(path)) == {Purpose.PARAMETER: WHOLE}


def test_a_module_and_its_state_dict_count_once(tmp_path: Path) -> None:
    net = Net()
    model = written(Trainer(model=net, weights=net.state_dict()), tmp_path, by_pickle=False)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE}
    (first, _) = count_layers(model.layers)
    assert first.layer.also_at == ("weights: rnn[0]",)


@pytest.mark.parametrize("first", ["optimizer", "model"])
def test_optimizers_and_schedulers_are_not_networks(first: str, tmp_path: Path) -> None:
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    sum(parameter.sum() for parameter in net.parameters()).backward()
    optimizer.step()
    objects = {
        "schedule": torch.optim.lr_scheduler.StepLR(optimizer, 1),
        "optimizer": optimizer,
        "model": net,
    }
    names = sorted(objects, key=lambda name: name != first)
    model = written(Trainer(**{name: objects[name] for name in names}), tmp_path, by_pickle=False)
    steps = len(list(net.parameters()))
    assert purposes(model) == {Purpose.PARAMETER: WHOLE, Purpose.OPTIMIZER: 2 * WHOLE + steps}
    assert places(model) == [(None, "rnn[0]"), (None, "rnn[1]")]


def test_a_list_of_agents_has_a_root_for_each(tmp_path: Path) -> None:
    model = written([Trainer(net=Net()), Trainer(net=Net())], tmp_path, by_pickle=False)
    assert purposes(model) == {Purpose.PARAMETER: 2 * WHOLE}
    assert [root for root, _ in places(model)] == ["0.net", "0.net", "1.net", "1.net"]


def test_an_average_and_a_target_are_copies(tmp_path: Path) -> None:
    net = Net()
    average = Trainer(module=copy.deepcopy(net), decay=torch.tensor(0.9))
    agent = Trainer(policy=net, target=copy.deepcopy(net), ema=average)
    model = written(agent, tmp_path, by_pickle=False)
    expected = {Purpose.PARAMETER: WHOLE, Purpose.COPY: 2 * WHOLE, Purpose.STATE: 1}
    assert purposes(model) == expected


@pytest.mark.parametrize("first", ["best_state", "model"])
def test_a_state_dict_of_the_best_epoch_is_a_copy(first: str, tmp_path: Path) -> None:
    net = Net()
    objects = {"best_state": copy.deepcopy(net.state_dict()), "model": net}
    names = sorted(objects, key=lambda name: name != first)
    model = written(Trainer(**{name: objects[name] for name in names}), tmp_path, by_pickle=False)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE, Purpose.COPY: WHOLE}


class Margin(nn.Module):  # type: ignore[misc]  # as above
    """A loss with a parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(5, 8))


@pytest.mark.parametrize("as_state", [False, True])
def test_a_loss_with_parameters_is_a_network(as_state: bool, tmp_path: Path) -> None:
    loss = Margin().state_dict() if as_state else Margin()
    objects = {"model": Net(), "loss": loss, "val_loss": torch.tensor(0.5)}
    model = written(objects, tmp_path, by_pickle=False)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE + 40, Purpose.STATE: 1}


def test_a_replay_buffer_and_a_loss_are_training_state(tmp_path: Path) -> None:
    steps = deque([Pair(torch.zeros(3), torch.zeros(2)) for _ in range(4)])
    memory = Trainer(seen=torch.zeros(10, 4), done=np.zeros(10), steps=steps)
    loss = Trainer(func=nn.CrossEntropyLoss(weight=torch.ones(5)))
    agent = Trainer(net=Net(), memory=memory, loss_func=loss, mean=np.zeros(6))
    model = written(agent, tmp_path, by_pickle=False)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE, Purpose.STATE: 40 + 10 + 20 + 5 + 6}
    assert places(model) == [(None, "rnn[0]"), (None, "rnn[1]")]


def test_a_module_in_an_object_of_a_module_belongs_to_it(tmp_path: Path) -> None:
    model = written(Outer(Net()), tmp_path, by_pickle=False)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE + 9, Purpose.STATE: 5}
    assert [name for _, name in places(model)] == ["helper.net.rnn[0]", "helper.net.rnn[1]"]


def test_a_trainer_in_a_package_named_optimization_is_not_an_optimizer(tmp_path: Path) -> None:
    class Agent(Trainer):
        pass

    Agent.__module__, Agent.__qualname__ = __name__, "OptimalAgent"
    globals()["OptimalAgent"] = Agent
    model = written(Agent(net=Net()), tmp_path, by_pickle=True)
    assert purposes(model) == {Purpose.PARAMETER: WHOLE}


class Written:
    """An LSTM in numpy, with a weight for each gate."""

    def __init__(self) -> None:
        shapes = {"W": (4, 3), "R": (4, 4), "b": (1, 4)}
        self.weights = {
            f"{letter}{gate}": np.ones(shape) for gate in "ifzo" for letter, shape in shapes.items()
        }


@pytest.mark.parametrize(
    ("value", "elements"),
    [
        ({"weights": [np.ones((4, 20)), np.ones((5, 20)), np.ones(20)]}, 200),
        (Trainer(weights=[np.ones((4, 3))], biases=[np.ones(4)], sizes=[3, 4]), 16),
        (np.ones((3, 4)), 12),
    ],
)
def test_files_of_numpy_arrays_have_the_framework_numpy(
    value: object, elements: int, tmp_path: Path
) -> None:
    model = written(value, tmp_path, by_pickle=True)
    assert (model.format, model.framework) == ("pickle of numpy arrays", "numpy")
    assert purposes(model) == {Purpose.PARAMETER: elements}
    assert any("all arrays are counted" in note.detail for note in model.observations)


def test_a_cell_in_numpy_is_not_a_layer_of_torch(tmp_path: Path) -> None:
    model = written(Written(), tmp_path, by_pickle=True)
    assert (model.format, model.framework) == ("pickle of numpy arrays", "numpy")
    assert purposes(model) == {Purpose.PARAMETER: 128}
    assert [layer.cell for layer in model.layers] == ["LSTM"]


def test_a_state_dict_of_arrays_is_read_by_its_names(tmp_path: Path) -> None:
    objects = {name: value.numpy() for name, value in Net().state_dict().items()}
    model = written(objects, tmp_path, by_pickle=True)
    assert (model.format, model.framework) == ("pickle of numpy arrays", "pytorch")
    assert purposes(model) == {Purpose.PARAMETER: WHOLE}
    assert places(model) == [(None, "rnn[0]"), (None, "rnn[1]")]
    assert model.observations == ()
