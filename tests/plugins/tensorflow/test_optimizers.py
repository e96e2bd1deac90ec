"""State of Keras' optimizers in TensorFlow's checkpoints, by name and by object: no parameters."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.bundles import VALUE, Shapes, node, write_by_name, write_with_graph
from rnninspect import inspect_file
from rnninspect.report import Report

NETWORK: Shapes = {
    "lstm/lstm_cell/kernel": (4, 20),
    "lstm/lstm_cell/recurrent_kernel": (5, 20),
    "lstm/lstm_cell/bias": (20,),
    "dense/kernel": (5, 1),
    "dense/bias": (1,),
}
TOTAL = 206
RATE = ("iter", "learning_rate", "decay")
# By class: its settings, and the slots of each variable, as tf.keras names them from 1.13 on.
SETTINGS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "SGD": ((*RATE, "momentum"), ("momentum",)),
    "RMSprop": ((*RATE, "momentum", "rho"), ("rms", "mg", "momentum")),
    "Adagrad": (RATE, ("accumulator",)),
    "Adadelta": ((*RATE, "rho"), ("accum_grad", "accum_var")),
    "Adam": ((*RATE, "beta_1", "beta_2"), ("m", "v", "vhat")),
    "Adamax": ((*RATE, "beta_1", "beta_2"), ("m", "v")),
    "Nadam": ((*RATE, "beta_1", "beta_2", "momentum_cache"), ("m", "v")),
    "Ftrl": (
        (*RATE, "beta", "learning_rate_power", "l1_regularization_strength"),
        ("accumulator", "linear"),
    ),
    "MyOwn": ((*RATE, "beta_1", "beta_2"), ("m", "v")),
}


def kept(report: Report) -> tuple[int, int]:
    errors = [finding for finding in report.findings if finding.level == "error"]
    assert errors == []
    assert [counted.stored for counted in report.layers] == [200]
    return report.totals.parameters, report.totals.not_parameters["optimizer"]


@pytest.mark.parametrize("scope", ["training/", "training_1/", "", "net/training/"])
@pytest.mark.parametrize("name", SETTINGS)
def test_an_optimizer_of_tf_keras_in_a_graph(tmp_path: Path, name: str, scope: str) -> None:
    settings, slots = SETTINGS[name]
    state: Shapes = {f"{scope}{name}/{setting}": () for setting in settings}
    state |= {
        f"{scope}{name}/{key}/{slot}": shape for key, shape in NETWORK.items() for slot in slots
    }
    report = inspect_file(write_by_name(tmp_path / "m.ckpt", NETWORK | state))
    assert kept(report) == (TOTAL, len(settings) + len(slots) * TOTAL)


@pytest.mark.parametrize("number", ["", "_1"])
@pytest.mark.parametrize("slot", ["Variable_{}", "m_{}", "accumulator_{}"])
@pytest.mark.parametrize("name", ["Adam", "RMSprop", "MyOwn"])
def test_an_optimizer_of_keras_2_0_to_2_3(
    tmp_path: Path, name: str, slot: str, number: str
) -> None:
    state: Shapes = {
        f"{name}{number}/{setting}": () for setting in ("iterations", "lr", "decay", "rho")
    }
    shapes = [*NETWORK.values(), *NETWORK.values()]
    state |= {
        f"training{number}/{name}{number}/{slot.format(at)}": shape
        for at, shape in enumerate(shapes)
    }
    state[f"training{number}/{name}{number}/Variable"] = (4, 20)
    report = inspect_file(write_by_name(tmp_path / "m.ckpt", NETWORK | state))
    assert kept(report) == (TOTAL, 4 + 2 * TOTAL + 80)


def test_scalings_of_losses_and_an_optimizer_of_tensorflow_in_keras(tmp_path: Path) -> None:
    state: Shapes = {
        **dict.fromkeys(("current_loss_scale", "good_steps", "TFOptimizer/iterations"), ()),
        **dict.fromkeys(("training/beta1_power", "training/beta2_power"), ()),
        **{f"training/TFOptimizer/{key}/Adam": shape for key, shape in NETWORK.items()},
    }
    report = inspect_file(write_by_name(tmp_path / "m.ckpt", NETWORK | state))
    assert kept(report) == (TOTAL, 5 + TOTAL)


def test_a_network_in_the_scope_of_its_own_rate_stays_one(tmp_path: Path) -> None:
    shapes: Shapes = {f"model/{key}": shape for key, shape in NETWORK.items()}
    shapes |= {"model/iterations": (), "model/learning_rate": (), "training/rnn/kernel": (3, 2)}
    report = inspect_file(write_by_name(tmp_path / "m.ckpt", shapes))
    assert kept(report) == (TOTAL + 6, 2)


def checkpoint(folder: Path, edge: str) -> Path:
    """A network beside its optimizer of TensorFlow 2.11 and later, under an edge of any name."""
    weights = [f"net/cell/{key.rpartition('/')[2]}" for key in [*NETWORK][:3]]
    moments = [f"{edge}/_variables/{at}" for at in range(1, 4)]
    scalars = [f"{edge}/_iterations", f"{edge}/_learning_rate", "step"]
    keys = [*weights, *moments, *scalars]
    names = [*NETWORK][:3]
    full = [*names, *(f"Adam/m/{name}" for name in names), "iteration", "learning_rate", "step"]
    shapes = [*NETWORK.values()][:3] * 2 + [()] * 3
    first = 5
    nodes = [
        node({"net": 1, edge: 3, "step": first + 8}),
        node({"cell": 2}),
        node({key.rpartition("/")[2]: first + at for at, key in enumerate(weights)}),
        node({"_variables": 4, "_iterations": first + 6, "_learning_rate": first + 7}),
        node({str(at): first + 2 + at for at in range(1, 4)}),
        *(node({}, name, key + VALUE) for name, key in zip(full, keys, strict=True)),
    ]
    return write_with_graph(
        folder / "ck", {key + VALUE: shape for key, shape in zip(keys, shapes, strict=True)}, nodes
    )


@pytest.mark.parametrize("edge", ["optimizer", "opt", "generator_optimizer", "my_adam"])
@pytest.mark.parametrize("whole", [True, False])
def test_an_optimizer_under_any_attribute(tmp_path: Path, edge: str, *, whole: bool) -> None:
    index = checkpoint(tmp_path, edge)
    if not whole:
        index.with_name("ck.data-00000-of-00001").unlink()
    report = inspect_file(index)
    assert [counted.stored for counted in report.layers] == [200]
    assert report.totals.not_parameters["optimizer"] == 202
    assert report.totals.parameters == 201  # the step, of a float here
