"""HDF5 files and Keras configurations that are small to store and large to walk."""

from __future__ import annotations

import json
from pathlib import Path

import h5py
import numpy as np

from hostile.entry import Hostile, written
from hostile.keras_entries import (
    Config,
    archived,
    configured,
    list_weights,
    lstm,
    model_of,
    spoiled,
    weights_file,
)


def diamonds(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    """Groups that contain the next one twice: 2^40 paths."""
    for _ in range(40):
        below = group.create_group("a")
        group["b"] = below
        group = below


def deep_groups(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    for _ in range(2_000):
        group = group.create_group("g")


def many_groups(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    for at in range(5_000):
        group.create_group(f"g{at}")


def many_attributes(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    for at in range(1_000):
        group.attrs[f"a{at}"] = at


def many_weights(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    """Datasets of one layer that the list of its weights does not name."""
    for at in range(2_000):
        group.create_dataset(f"lstm/x{at}", data=np.zeros(1, np.float32))


def soft_chain(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    """A weight at the end of 5,000 links."""
    for at in range(2_000):
        group[f"s{at}"] = h5py.SoftLink(f"{group.name}/s{at + 1}")
    list_weights(group, "s0")


def pointed(path: Path, mark: bytes, skip: int, value: int) -> None:
    """An intact file with another address at the given offset after each mark."""
    weights_file(path, json.dumps(model_of(lstm())))
    whole = bytearray(path.read_bytes())
    place = whole.find(mark)
    while place >= 0:
        to = place if value < 0 else value
        whole[place + skip : place + skip + 8] = to.to_bytes(8, "little")
        place = whole.find(mark, place + 1)
    path.write_bytes(whole)


def tree_in_itself(path: Path) -> None:
    pointed(path, b"TREE", 32, -1)


def tree_beside_itself(path: Path) -> None:
    pointed(path, b"TREE", 16, -1)


def heap_far_away(path: Path) -> None:
    pointed(path, b"HEAP", 24, 2**62)


def heap_of_an_exabyte(path: Path) -> None:
    pointed(path, b"HEAP", 8, 2**60)


def wrapped(depth: int) -> Config:
    """A layer in the given number of wrappers."""
    inner = lstm()
    for level in range(depth):
        inner = {"class_name": "TimeDistributed", "config": {"name": f"w{level}", "layer": inner}}
    return model_of(inner)


def stacked(cells: int) -> Config:
    cell = {"class_name": "LSTMCell", "config": {"name": "c", "units": 2}}
    layer = {"class_name": "RNN", "config": {"name": "r", "cell": [cell] * cells}}
    return model_of(layer)


def linked_layers(count: int) -> Config:
    """A functional model in which each layer is fed by all before."""
    layers = [
        {**lstm(name=f"l{at}"), "name": f"l{at}"}
        | {"inbound_nodes": [[[f"l{before}", 0, 0, {}] for before in range(at)]]}
        for at in range(count)
    ]
    return {"class_name": "Functional", "config": {"name": "m", "layers": layers}}


def many_layers(count: int) -> bytes:
    layers = [lstm(at % 2_000 + 1, f"l{at}") for at in range(count)]
    return archived(json.dumps(model_of(*layers)))


ENTRIES: dict[str, Hostile] = {
    "groups_doubling.h5": spoiled(diamonds),
    "deep_groups.h5": spoiled(deep_groups),
    "many_groups.h5": spoiled(many_groups),
    "many_attributes.h5": spoiled(many_attributes),
    "many_weights.h5": spoiled(many_weights),
    "soft_chain.h5": spoiled(soft_chain),
    "tree_in_itself.h5": Hostile(tree_in_itself),
    "tree_beside_itself.h5": Hostile(tree_beside_itself),
    "heap_far_away.h5": Hostile(heap_far_away),
    "heap_of_an_exabyte.h5": Hostile(heap_of_an_exabyte),
    "wrapped_deep.h5": configured(wrapped(90)),
    "wrapped_too_deep.h5": configured(wrapped(400)),
    "many_cells.h5": configured(stacked(9_000)),
    "one_name.h5": configured(model_of(*[lstm()] * 1_000)),
    "linked_layers.keras": written(lambda: archived(json.dumps(linked_layers(300)))),
    "thousand_layers.keras": written(lambda: many_layers(1_000)),
    "three_thousand_layers.keras": written(lambda: many_layers(2_600), 2),
    "too_many_layers.keras": written(lambda: many_layers(100_000), 2),
    "long_name.keras": written(lambda: archived(json.dumps(model_of(lstm(name="n" * 1_000_000))))),
}
