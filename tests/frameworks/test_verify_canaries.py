"""No known gadget of a Keras file leaves its canary unless the file is trusted."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import h5py
import keras
import pytest
import tf_keras

from making.judges import KERAS
from making.keras.gadgets import (
    CONTAINERS,
    GADGETS,
    Entry,
    dense,
    entry,
    model,
    new_lambda,
    old_lambda,
    with_constant,
)
from rnninspect import inspect_file
from rnninspect.verification.asking import question_on
from rnninspect.verification.child import ask
from rnninspect.verification.opinion import Bounds
from rnninspect.verification.process import run_child
from rnninspect.verification.question import Answer
from rnninspect_keras.judge.allowed import FUNCTIONS, LAYERS, OPERATIONS, SETTINGS, TRAINING

pytestmark = [pytest.mark.frameworks, pytest.mark.filterwarnings("ignore")]
SUFFIXES = (".keras", ".h5", ".hdf5", ".bin", "")
# Those that do run in today's Keras once the file is trusted, so that the others are not idle.
ALIVE = (
    ("marshalled lambda", "hdf5"),
    ("lambda of Keras 3", "keras 3"),
    ("nested model", "hdf5"),
    ("each step", "hdf5"),
)
# Names of layers that older files have, and no module of today's exports.
FORMER = {
    *("BatchNormalizationV1", "BatchNormalizationV2", "SyncBatchNormalization"),
    *("CuDNNGRU", "CuDNNLSTM", "PeepholeLSTMCell"),
}


def answer(path: Path, *, trusted: bool) -> Answer:
    return ask(KERAS.module, question_on(inspect_file(path), Bounds(), trusted=trusted))


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of the canary; a module that leaves it can be imported as `canary_module`."""
    path = tmp_path / "canary"
    (tmp_path / "canary_module.py").write_text(f"open({str(path)!r}, 'a').close()")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "canary_module", raising=False)
    return path


@pytest.mark.parametrize("container", CONTAINERS)
@pytest.mark.parametrize("gadget", GADGETS)
def test_no_gadget_runs_in_any_container_under_any_suffix(
    gadget: str, container: str, canary: Path, tmp_path: Path
) -> None:
    for suffix in SUFFIXES:
        path = CONTAINERS[container](tmp_path / f"model{suffix}", model(GADGETS[gadget](canary)))
        given = answer(path, trusted=False)
        assert given.untrusted.startswith("it contains "), given
        assert not canary.exists()


@pytest.mark.parametrize(("gadget", "container"), ALIVE)
def test_a_gadget_does_run_where_the_file_is_trusted(
    gadget: str, container: str, canary: Path, tmp_path: Path
) -> None:
    path = CONTAINERS[container](tmp_path / "model.bin", model(GADGETS[gadget](canary)))
    answer(path, trusted=True)
    assert canary.exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("container", CONTAINERS)
def test_a_plain_model_is_asked_for_under_any_suffix(
    container: str, suffix: str, tmp_path: Path
) -> None:
    if container in ("training", "compiled"):
        config = model(dense(activation="relu"))
    else:
        config = model({"class_name": "Dropout", "config": {"rate": 0.1}, "module": "keras.layers"})
    path = CONTAINERS[container](tmp_path / f"model{suffix}", config)
    given = answer(path, trusted=False)
    assert not given.untrusted
    older = container in ("keras 2", "hdf5", "training")
    assert ("tf_keras" in given.version) is older


def test_arrays_in_other_files_are_not_opened(tmp_path: Path) -> None:
    path = CONTAINERS["hdf5"](tmp_path / "model.h5", model(dense()))
    (tmp_path / "other").write_bytes(bytes(1000))
    with h5py.File(path, "a") as file:
        del file["model_weights/lstm/lstm/bias:0"]
        file["model_weights/lstm/lstm"].create_dataset(
            "bias:0", (12,), "f4", external=[(str(tmp_path / "other"), 0, 48)]
        )
    assert "an array in another file" in answer(path, trusted=False).untrusted


def test_no_link_is_followed_before_it_is_found(tmp_path: Path) -> None:
    path = CONTAINERS["hdf5"](tmp_path / "model.h5", model(dense()))
    other = CONTAINERS["hdf5"](tmp_path / "other.h5", model(dense()))
    with h5py.File(path, "a") as file:
        del file.attrs["keras_version"]
        del file["model_weights"]
        file["model_weights"] = h5py.ExternalLink("other.h5", "/model_weights")
    report = inspect_file(path)
    other.unlink()
    os.mkfifo(other)  # to open it would wait for ever
    given = ask(KERAS.module, question_on(report, Bounds(), trusted=False))
    assert "a link to another file, 'other.h5'" in given.untrusted


def test_an_archive_is_not_unpacked_beyond_the_limit(tmp_path: Path) -> None:
    path = CONTAINERS["keras 3"](tmp_path / "model.keras", model(dense()))
    report = inspect_file(path)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("assets/zeros", bytes(100 * 2**20))
    given = ask(KERAS.module, question_on(report, Bounds(), trusted=False))
    assert "exceeds the limit expansion" in given.unfinished


@pytest.mark.parametrize(("container", "suffix"), [("hdf5", ".bin"), ("keras 3", ".h5")])
def test_the_command_asks_for_trust(container: str, suffix: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = CONTAINERS[container](tmp_path / f"model{suffix}", model(new_lambda(canary)))
    command = [sys.executable, "-P", "-m", "rnninspect", "verify", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"rnninspect: {path}: keras ")
    assert "not asked: it contains the class 'Lambda'" in done.stderr
    assert "--trust-file" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not canary.exists()


@pytest.mark.parametrize("trusted", [False, True])
def test_the_models_own_module_is_imported_with_trust_alone(
    trusted: bool, canary: Path, tmp_path: Path
) -> None:
    config = model(dense()) | {"module": "canary_module", "class_name": "Nothing"}
    path = CONTAINERS["keras 2"](tmp_path / "model", config)
    assert bool(answer(path, trusted=trusted).untrusted) is not trusted
    assert canary.exists() is trusted


def functional(gadget: Entry) -> Entry:
    """A model of Keras 2 whose last layer is called on a constant of the file."""
    recurrent = entry("LSTM", units=3)
    start = entry("InputLayer", batch_input_shape=[None, 4, 5], dtype="float32")
    layers = [
        start | {"name": "inputlayer", "inbound_nodes": []},
        recurrent | {"name": "lstm", "inbound_nodes": [[["inputlayer", 0, 0, {}]]]},
        gadget | {"name": "lambda"},
    ]
    ends = {"input_layers": [["inputlayer", 0, 0]], "output_layers": [["lstm", 0, 0]]}
    return entry("Functional", "keras.src.engine.functional", layers=layers, **ends)


UNLISTED: dict[str, tuple[str, Callable[[Path], Entry], str]] = {
    "marshalled": ("hdf5", lambda canary: model(old_lambda(canary)), "unpack code"),
    "called": ("keras 2", lambda canary: functional(with_constant(canary)), "call os.system"),
    "imported": ("keras 2", lambda _: model(dense()) | {"module": "this"}, "import this"),
}


@pytest.mark.parametrize("name", UNLISTED)
def test_the_child_ends_at_what_the_list_would_let_through(
    name: str, canary: Path, tmp_path: Path
) -> None:
    container, config, words = UNLISTED[name]
    path = CONTAINERS[container](tmp_path / "model", config(canary))
    asked = question_on(inspect_file(path), Bounds(), trusted=False)
    given = run_child(
        KERAS._replace(module="making.unlisted_keras"), asked, Bounds(), lambda _: None
    )
    assert given.untrusted.startswith(f"loading it tried to {words}")
    assert not canary.exists()


def owned(*modules: str) -> set[str]:
    """The public names of these modules in Keras 2 and 3."""
    places = [
        getattr(package, name)
        for package in (keras, tf_keras)
        for name in modules
        if hasattr(package, name)
    ]
    return {name for place in places for name in dir(place)}


def test_each_name_of_the_list_is_one_of_keras() -> None:
    from keras.src.ops import core, linalg, math, nn, numpy

    assert owned("layers") | FORMER >= LAYERS
    settings = owned("initializers", "regularizers", "constraints", "random", "dtype_policies")
    assert not SETTINGS - settings - owned("quantizers") - {"Policy"}
    assert owned("losses", "metrics") >= TRAINING
    assert owned("activations", "losses", "metrics") >= FUNCTIONS
    operations = {name for place in (core, linalg, math, nn, numpy) for name in dir(place)}
    assert operations >= OPERATIONS
