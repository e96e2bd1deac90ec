"""The order and the names of layers in files of weights alone."""

from __future__ import annotations

from pathlib import Path

import h5py
import pytest

from making.keras.files import layer, sequential, write_archive, write_legacy, write_weights
from making.tensorflow.bundles import VALUE, Shapes, node, write_with_graph
from rnninspect import inspect_file


def names(path: Path) -> list[str]:
    report = inspect_file(path)
    assert [finding.rule for finding in report.findings if finding.level == "error"] == []
    return [counted.layer.name for counted in report.layers]


def lstm(prefix: str, end: str = ":0") -> Shapes:
    return {
        f"{prefix}/kernel{end}": (3, 16),
        f"{prefix}/recurrent_kernel{end}": (4, 16),
        f"{prefix}/bias{end}": (16,),
    }


def variables(place: str) -> Shapes:
    return {f"{place}/cell/vars/{at}": shape for at, shape in enumerate(((3, 16), (4, 16), (16,)))}


def test_the_older_format_lists_its_layers(tmp_path: Path) -> None:
    layers = {name: lstm(f"{name}/lstm_cell") for name in ("zeta", "lstm_10", "lstm_9", "alpha")}
    assert names(write_legacy(tmp_path / "w.h5", None, layers)) == list(layers)


# Name of a group, what its weights' names begin with -> the layer's name.
PREFIXES = {
    "Keras 2.0": ("lstm_1", "lstm_1", "lstm_1"),
    "of another session": ("rnn_1", "rnn_1_3", "rnn_1"),
    "tf.keras": ("zeta", "zeta/lstm_cell", "zeta"),
    "Keras 3": ("zeta", "network/zeta/lstm_cell", "zeta"),
    "over time in Keras 3": ("over", "network/over/x/lstm_cell", "over"),
    "clustered": ("cluster_zeta", "zeta/lstm_cell", "cluster_zeta"),
    "a model in tf.keras": ("sub", "inner/lstm_cell", "sub/inner"),
    "a model in Keras 3": ("sub", "sub/inner/lstm_cell", "sub/inner"),
}


@pytest.mark.parametrize("case", PREFIXES)
def test_a_layer_is_named_as_a_configuration_would(tmp_path: Path, case: str) -> None:
    group, prefix, name = PREFIXES[case]
    assert names(write_legacy(tmp_path / "w.h5", None, {group: lstm(prefix)})) == [name]


def test_a_model_in_a_model_has_one_name_with_and_without_a_configuration(tmp_path: Path) -> None:
    inner = layer("Sequential", name="sub", layers=[layer("LSTM", name="inner", units=4)])
    arrays = {"sub": lstm("inner/lstm_cell")}
    whole = write_legacy(tmp_path / "whole.h5", sequential(inner), arrays)
    assert names(whole) == names(write_legacy(tmp_path / "w.h5", None, arrays)) == ["sub/inner"]


def test_keras_own_format_lists_layers_as_they_were_written(tmp_path: Path) -> None:
    places = [f"layers/{name}" for name in ("simple_rnn", "lstm_1", "lstm", "gru")]
    arrays = {key: shape for place in places for key, shape in variables(place).items()}
    path = write_weights(tmp_path / "w.weights.h5", arrays)
    assert names(path) == ["simple_rnn", "lstm_1", "lstm", "gru"]
    with h5py.File(path, "r+") as file:
        for place, name in zip(places, ("d", "c", "b", "a"), strict=True):
            file.require_group(f"{place}/vars").attrs["name"] = name
    assert names(path) == ["d", "c", "b", "a"]
    archive = write_archive(tmp_path / "m.keras", layer("Own", name="own"), arrays)
    assert names(archive) == ["simple_rnn", "lstm_1", "lstm", "gru"]


def tracked(folder: Path, model: str, layers: list[str]) -> Path:
    """A model of Keras 3 in a checkpoint, whose variables' names begin with the model's."""
    count, shapes = len(layers), {}
    nodes = [node({"net": 1}), node({"_operations": 2})]
    first = 3 + 2 * count
    nodes.append(node({str(at): 3 + at for at in range(count)}))
    nodes += [node({"cell": 3 + count + at}) for at in range(count)]
    parts = list(lstm("", ""))
    for at in range(count):
        places = {part.strip("/"): first + 3 * at + of for of, part in enumerate(parts)}
        nodes.append(node(places))
    for at, name in enumerate(layers):
        for part, shape in lstm("", "").items():
            key = f"net/_operations/{at}/cell{part}{VALUE}"
            shapes[key] = shape
            nodes.append(node({}, f"{model}{name}/lstm_cell{part}", key))
    return write_with_graph(folder / "ck", shapes, nodes)


@pytest.mark.parametrize("count", [1, 2, 11])
def test_the_outermost_models_name_is_left_out(tmp_path: Path, count: int) -> None:
    layers = [f"layer_{9 - at}x" if at < 10 else "last" for at in range(count)]
    assert names(tracked(tmp_path, "network/", layers)) == layers


def test_a_layers_own_name_is_not_taken_for_a_models(tmp_path: Path) -> None:
    assert names(tracked(tmp_path, "", ["encoder"])) == ["encoder"]
    assert names(tracked(tmp_path, "", ["one", "two"])) == ["one", "two"]
