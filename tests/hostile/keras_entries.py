"""Keras archives and HDF5 files with wrong configurations, links or datasets."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np

from hostile.entry import CANARY, Hostile, written
from hostile.torch_entries import inflating

Config = dict[str, object]
UNITS, FEATURES = 2, 3
SHAPES = {"kernel": (3, 8), "recurrent_kernel": (2, 8), "bias": (8,)}


def model_of(*layers: object) -> Config:
    return {"class_name": "Sequential", "config": {"name": "model", "layers": list(layers)}}


def lstm(units: object = UNITS, name: object = "lstm") -> Config:
    settings = {"name": name, "units": units, "batch_input_shape": [None, None, FEATURES]}
    return {"class_name": "LSTM", "config": settings}


Change = Callable[[h5py.File, h5py.Group, Path], object]


def weights_file(path: Path, config: str | None, change: Change | None = None) -> None:
    """A whole model of the older HDF5 format; `change` spoils it."""
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = "2.15.0"
        if config is not None:
            file.attrs["model_config"] = config
        top = file.create_group("model_weights")
        top.attrs["layer_names"] = np.array([b"lstm"])
        group = top.create_group("lstm")
        for name, shape in SHAPES.items():
            group.create_dataset(f"lstm/{name}:0", data=np.zeros(shape, np.float32))
        list_weights(group, *(f"lstm/{name}:0" for name in SHAPES))
        if change is not None:
            change(file, group, path)


def list_weights(group: h5py.Group, *names: str) -> None:
    known = [] if "weight_names" not in group.attrs else list(group.attrs["weight_names"])
    group.attrs["weight_names"] = np.array([*known, *(name.encode() for name in names)])


def configured(config: object, code: int | None = None) -> Hostile:
    text = config if isinstance(config, str) else json.dumps(config)
    return Hostile(lambda path: weights_file(path, text), code)


def spoiled(change: Change, code: int | None = None) -> Hostile:
    return Hostile(lambda path: weights_file(path, json.dumps(model_of(lstm())), change), code)


def link_outside(_file: h5py.File, group: h5py.Group, path: Path) -> None:
    secret = path.parents[1].resolve() / "secret.h5"
    with h5py.File(secret, "w") as other:
        other["kernel"] = np.zeros((3, 8))
        other["kernel"].attrs["note"] = CANARY
    group["lstm/elsewhere"] = h5py.ExternalLink(str(secret), "/kernel")
    list_weights(group, "lstm/elsewhere")


def bytes_outside(_file: h5py.File, group: h5py.Group, path: Path) -> None:
    canary = str(path.parents[1].resolve() / "canary.txt")
    group.create_dataset("lstm/raw", shape=(8,), dtype="f4", external=[(canary, 0, 32)])
    list_weights(group, "lstm/raw")


def link_to_nothing(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    group["lstm/gone"] = h5py.SoftLink("/nowhere/at/all")
    list_weights(group, "lstm/gone")


def groups_in_themselves(file: h5py.File, group: h5py.Group, _path: Path) -> None:
    group["again"] = file["model_weights"]
    group["soft"] = h5py.SoftLink("/model_weights")


def never_written(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    group.create_dataset("lstm/huge", shape=(2**41, 2**20), dtype="f4", chunks=(512, 512))
    list_weights(group, "lstm/huge")


def odd_types(_file: h5py.File, group: h5py.Group, _path: Path) -> None:
    group.create_dataset("lstm/texts", data=["a", "b"], dtype=h5py.string_dtype())
    group.create_dataset("lstm/records", data=np.zeros(2, dtype=[("a", "i4"), ("b", "f8")]))
    group.create_dataset("lstm/none", data=h5py.Empty("f4"))
    list_weights(group, "lstm/texts", "lstm/records", "lstm/none")


def names_as_numbers(file: h5py.File, group: h5py.Group, _path: Path) -> None:
    group.attrs["weight_names"] = np.arange(4)
    file["model_weights"].attrs["layer_names"] = 9


def many_cells(path: Path) -> None:
    """The weights of 6,000 layers, more than are worked out one by one."""
    with h5py.File(path, "w") as file:
        for number in range(6_000):
            for index, shape in enumerate(SHAPES.values()):
                file[f"layers/lstm_{number}/cell/vars/{index}"] = np.zeros(shape, np.float32)


def archived(config: str, change: Callable[[dict[str, bytes]], object] | None = None) -> bytes:
    """A `.keras` archive of sound weights; `change` spoils its members."""
    held = io.BytesIO()
    with h5py.File(held, "w") as file:
        for index, shape in enumerate(SHAPES.values()):
            file[f"layers/lstm/cell/vars/{index}"] = np.zeros(shape, np.float32)
    members = {
        "metadata.json": b'{"keras_version": "3.15.0"}',
        "config.json": config.encode(),
        "model.weights.h5": held.getvalue(),
    }
    if change is not None:
        change(members)
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return whole.getvalue()


SOUND = json.dumps(model_of(lstm()))
LAMBDA = {
    "class_name": "Lambda",
    "module": "os",
    "registered_name": "system",
    "config": {"name": "l", "function": ["4wEAAAA=", None, None]},
}
MANY = [lstm(name=f"l{index}") for index in range(30_000)]

ENTRIES: dict[str, Hostile] = {
    "sound.h5": configured(model_of(lstm()), 0),
    "other_units.h5": configured(model_of(lstm(7)), 1),
    "no_json.h5": configured("{'a': "),
    "config_array.h5": configured("[1, 2, 3]"),
    "config_deep.h5": configured("[" * 25_000 + "]" * 25_000),
    "config_mistyped.h5": configured(model_of(lstm([2], 7), 5, None, {"class_name": 3})),
    "config_nan.h5": configured(model_of(lstm(float("nan")))),
    "config_lambda.h5": configured(model_of(LAMBDA, lstm())),
    "link_outside.h5": spoiled(link_outside, 1),
    "bytes_outside.h5": spoiled(bytes_outside, 1),
    "link_to_nothing.h5": spoiled(link_to_nothing),
    "groups_in_themselves.h5": spoiled(groups_in_themselves),
    "never_written.h5": spoiled(never_written),
    "odd_types.h5": spoiled(odd_types),
    "names_as_numbers.h5": spoiled(names_as_numbers),
    "sound.keras": written(lambda: archived(SOUND), 0),
    "prose_for_weights.keras": written(
        lambda: archived(SOUND, lambda members: members.update({"model.weights.h5": b"text" * 99})),
        2,
    ),
    "empty_config.keras": written(lambda: archived("{}")),
    "digits.keras": written(lambda: archived(SOUND.replace(" 2,", " " + "9" * 10_000 + ","))),
    "many_layers.keras": written(lambda: archived(json.dumps(model_of(*MANY)))),
    "inflating_config.keras": written(lambda: inflating("config.json"), 2),
    "many_cells.weights.h5": Hostile(many_cells, 2),
    "many_shards.json": written(
        lambda: json.dumps(
            {"weight_map": {f"/l{at}/vars": f"s_{at:05}.weights.h5" for at in range(4_990)}}
        ).encode()
    ),
    "more_shards.json": written(
        lambda: json.dumps(
            {"weight_map": {f"/l{at}/vars": f"s_{at:05}.weights.h5" for at in range(200_000)}}
        ).encode(),
        2,
    ),
    "climbing_member.keras": written(
        lambda: archived(SOUND, lambda members: members.update({"../escape": b"", "/escape": b""}))
    ),
    "named_markup.keras": written(
        lambda: archived(json.dumps(model_of(lstm(name="<script>|\n\x1b[2J</script>"))))
    ),
}
