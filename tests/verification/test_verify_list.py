"""The closed list of what Keras is asked to load without trust, held without Keras."""

from __future__ import annotations

import builtins
import json
import tomllib
import zipfile
from pathlib import Path

import h5py
import pytest

from making.keras.gadgets import GADGETS, Entry, dense, entry, function, model
from rnninspect_keras.judge.allowed import ALIASES, FUNCTIONS
from rnninspect_keras.judge.screening import CLASSES, first_foreign

SAMPLES = Path(__file__).parents[2] / "sample_models"
INTACT = [
    SAMPLES / sample["path"]
    for sample in tomllib.loads((SAMPLES / "manifest.toml").read_text())["sample"]
    if sample["path"].startswith("keras/") and "fault" not in sample
]


@pytest.mark.parametrize("name", GADGETS)
def test_no_known_gadget_is_on_the_list(name: str, tmp_path: Path) -> None:
    config = model(GADGETS[name](tmp_path))
    assert first_foreign(config)
    assert first_foreign({"compile_config": {"loss": [config]}})


def configs() -> list[tuple[str, str]]:
    found = []
    for path in INTACT:
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as archive:
                found.append((path.name, archive.read("config.json").decode()))
        elif path.suffix == ".h5":
            with h5py.File(path) as file:
                texts = (file.attrs.get(name) for name in ("model_config", "training_config"))
                found += [(path.name, text) for text in texts if text]
    return found


@pytest.mark.parametrize(("name", "config"), configs())
def test_every_intact_sample_is_on_the_list(name: str, config: str) -> None:
    assert first_foreign(json.loads(config)) is None, name


ORDINARY: tuple[Entry, ...] = (
    dense(activation=function("builtins", "relu")),
    dense(activation=entry("LeakyReLU"), kernel_initializer=entry("Zeros", "keras.initializers")),
    dense(kernel_regularizer={"class_name": "L2", "config": {"l2": 0.1}}, use_bias=True),
    dense(dtype=entry("DTypePolicy", "keras")),
    entry("TextVectorization", vocabulary=["a", "b"], standardize="lower"),
    entry("StringLookup", vocabulary=None),
    entry("Add", "keras.src.ops.numpy")
    | {"inbound_nodes": [{"args": [{"class_name": "__keras_tensor__", "config": {}}, 2.0]}]},
    entry("Add") | {"inbound_nodes": [[["a", 0, 0, {}], ["_CONSTANT_VALUE", -1, [[2.0]], {}]]]},
    {"class_name": "ExpandDims", "config": {"axis": 0}},
    entry("Functional", "keras.src.engine.functional") | {"registered_name": "Functional"},
    {"class_name": "Custom>Adam", "config": {"learning_rate": 0.1}},
    {"class_name": "__numpy__", "config": {"value": [1.0], "dtype": "float32"}},
)


@pytest.mark.parametrize("ordinary", ORDINARY, ids=lambda made: str(made["class_name"]))
def test_what_is_keras_own_is_on_the_list(ordinary: Entry) -> None:
    assert first_foreign(model(ordinary)) is None


def test_no_function_of_the_list_is_one_of_pythons() -> None:
    assert not (FUNCTIONS | ALIASES | CLASSES) & set(dir(builtins))


def test_what_nests_deep_is_looked_through() -> None:
    config: object = {"class_name": "Lambda", "config": {}}
    for _ in range(100_000):
        config = [config]
    assert first_foreign(config) == "the class 'Lambda'"


def test_the_names_of_a_file_are_cut() -> None:
    told = first_foreign({"class_name": "x" * 1000, "config": {}})
    assert told
    assert len(told) < 100
