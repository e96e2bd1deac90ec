"""Layers in wrappers of tensorflow-model-optimization: clustered, pruned, trained for int8.

The structures are those that tensorflow-model-optimization 0.8 writes with tf_keras.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from making.keras.files import Shapes, layer, sequential, write_archive, write_legacy, write_weights
from making.tensorflow.bundles import write_by_name
from rnninspect import inspect_file
from rnninspect.report import Report

TOOLKIT = "tensorflow_model_optimization.python.core"
BIAS = (20,)
CELL: Shapes = {
    "rec/lstm_cell/kernel:0": (4, 20),
    "rec/lstm_cell/recurrent_kernel:0": (5, 20),
    "rec/lstm_cell/bias:0": BIAS,
}
DENSE: Shapes = {"head/kernel:0": (5, 1), "head/bias:0": (1,)}


def indices(*shape: int) -> np.ndarray:
    return np.zeros(shape, "i8")


def step(kind: str = "i8") -> np.ndarray:
    return np.zeros((), kind)


def rows(report: Report) -> list[tuple[str, str, int, int, int]]:
    assert [finding.rule for finding in report.findings if finding.level == "error"] == []
    return [
        (
            counted.layer.name,
            counted.layer.kind,
            counted.layer.sizes.input_size,
            counted.layer.sizes.directions,
            counted.stored,
        )
        for counted in report.layers
    ]


def kept(report: Report) -> dict[str, int]:
    found = {key: number for key, number in report.totals.not_parameters.items() if number}
    return {"parameters": report.totals.parameters, **found}


def wrapped(wrapper: str, inner: dict[str, object], name: str) -> dict[str, object]:
    entry = layer(wrapper, name=f"{name}_rec", layer=inner)
    return {**entry, "module": f"{TOOLKIT}.x", "registered_name": wrapper}


LSTM = layer("LSTM", name="rec", units=5)
CLUSTERED: Shapes = {
    "cluster_centroids_kernel/0:0": (3,),
    "cluster_centroids_recurrent_kernel/0:0": (3,),
    "pulling_indices_kernel/0:0": indices(4, 20),
    "pulling_indices_recurrent_kernel/0:0": indices(5, 20),
}
PRUNED: Shapes = {
    "mask:0": (4, 20),
    "threshold:0": (),
    "mask_1:0": (5, 20),
    "threshold_1:0": (),
    "pruning_step:0": step(),
}
RANGED: Shapes = {
    "optimizer_step:0": step("i4"),
    **dict.fromkeys(("kernel_min:0", "kernel_max:0"), ()),
    **dict.fromkeys(("post_activation_min:0", "post_activation_max:0"), (20,)),
}
# Wrapper -> its name, what it keeps, and what that counts as.
WRAPPERS = {
    "ClusterWeightsRNN": ("cluster", CLUSTERED, {"quantisation": 186}),
    "PruneLowMagnitude": ("prune", PRUNED, {"state": 183}),
    "QuantizeWrapperV2": ("quant", RANGED, {"state": 1, "quantisation": 42}),
}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_in_the_older_format(tmp_path: Path, wrapper: str, *, whole: bool) -> None:
    name, own, counted = WRAPPERS[wrapper]
    arrays = {f"{name}_rec": {**CELL, **{f"{name}_rec/{key}": own[key] for key in own}}}
    config = sequential(wrapped(wrapper, LSTM, name)) if whole else None
    report = inspect_file(write_legacy(tmp_path / "m.h5", config, {**arrays, "head": DENSE}))
    kind = f"{wrapper}(LSTM)" if whole else "LSTM"
    assert rows(report) == [(f"{name}_rec", kind, 4, 1, 200)]
    assert kept(report) == {"parameters": 206, **counted}


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_in_a_checkpoint(tmp_path: Path, wrapper: str) -> None:
    name, own, counted = WRAPPERS[wrapper]
    names = {**CELL, **{f"{name}_rec/{key}": own[key] for key in own}}
    shapes = {
        key.removesuffix(":0"): value.shape if isinstance(value, np.ndarray) else value
        for key, value in names.items()
    }
    report = inspect_file(write_by_name(tmp_path / "m.ckpt", shapes))
    assert rows(report) == [("rec", "LSTM", 4, 1, 200)]
    assert kept(report) == {"parameters": 200, **counted}


def variables(place: str, *arrays: tuple[int, ...] | np.ndarray) -> Shapes:
    return {f"{place}/vars/{at}": array for at, array in enumerate(arrays)}


CLUSTERS: Shapes = {
    **variables("layers/cluster_weights_rnn/layer/cell", BIAS),
    **variables(
        "layers/cluster_weights_rnn",
        *((4, 20), (3,), (5, 20), (3,)),
        *(indices(4, 20), indices(5, 20)),
    ),
    **variables("layers/cluster_weights/layer", (1,)),
    **variables("layers/cluster_weights", (5, 1), (3,), indices(5, 1)),
}
PRUNE: Shapes = {
    **variables("layers/prune_low_magnitude/layer/cell", (4, 20), (5, 20), BIAS),
    **variables(
        "layers/prune_low_magnitude",
        *((4, 20), (5, 20), (4, 20), (), (5, 20), ()),
        step(),
    ),
    **variables("layers/prune_low_magnitude_1/layer", (5, 1), (1,)),
    **variables("layers/prune_low_magnitude_1", (5, 1), (5, 1), (), step()),
}
QUANTIZE: Shapes = {
    **variables("layers/lstm/cell", (4, 20), (5, 20), BIAS),
    **variables("layers/quantize_wrapper_v2/layer", (1,)),
    **variables(
        "layers/quantize_wrapper_v2",
        *((5, 1), (1,), (5, 1), step("i4"), (), (), (), ()),
    ),
    **variables("layers/quantize_layer", (), (), step("i4")),
}
ARCHIVES: dict[str, tuple[Shapes, tuple[str, str], str, dict[str, int]]] = {
    "clustered": (
        CLUSTERS,
        ("ClusterWeightsRNN", "ClusterWeights"),
        "cluster_weights_rnn",
        {"quantisation": 194},
    ),
    "pruned": (
        PRUNE,
        ("PruneLowMagnitude", "PruneLowMagnitude"),
        "prune_low_magnitude",
        {"state": 190},
    ),
    "quantised": (QUANTIZE, ("", "QuantizeWrapperV2"), "lstm", {"state": 2, "quantisation": 6}),
}


@pytest.mark.parametrize("case", ARCHIVES)
def test_in_keras_own_format(tmp_path: Path, case: str) -> None:
    arrays, (outer, other), group, counted = ARCHIVES[case]
    head = wrapped(other, layer("Dense", name="head", units=1), "head")
    first = wrapped(outer, LSTM, "w") if outer else LSTM
    layers = [first, head] if case != "quantised" else [layer("QuantizeLayer"), first, head]
    report = inspect_file(write_archive(tmp_path / "m.keras", sequential(*layers), arrays))
    name, kind = ("w_rec", f"{outer}(LSTM)") if outer else ("rec", "LSTM")
    assert rows(report) == [(name, kind, 4, 1, 200)]
    assert kept(report) == {"parameters": 206, **counted}
    alone = inspect_file(write_weights(tmp_path / "m.weights.h5", arrays))
    assert rows(alone) == [(group, "LSTM", 4, 1, 200)]
    assert kept(alone) == {"parameters": 206, **counted}


BOTH = "layers/cluster_weights_rnn"
TWO_WAYS: Shapes = {
    **variables(f"{BOTH}/layer/forward_layer/cell", (2, 9)),
    **variables(f"{BOTH}/layer/backward_layer/cell", (2, 9)),
    **variables(
        BOTH,
        *((5, 9), (3,), (3, 9), (3,), (5, 9), (3,), (3, 9), (3,)),
        *(indices(5, 9), indices(3, 9), indices(5, 9), indices(3, 9)),
    ),
}
STACK: Shapes = {
    **variables(f"{BOTH}/layer/cell/cells/gru_cell", (2, 9)),
    **variables(f"{BOTH}/layer/cell/cells/lstm_cell", (20,)),
    **variables(
        BOTH,
        *((4, 20), (3,), (5, 20), (3,), (5, 9), (3,), (3, 9), (3,)),
        *(indices(4, 20), indices(5, 20), indices(5, 9), indices(3, 9)),
    ),
}


def test_both_directions_get_their_kernels_back(tmp_path: Path) -> None:
    report = inspect_file(write_weights(tmp_path / "m.weights.h5", TWO_WAYS))
    assert rows(report) == [("cluster_weights_rnn", "Bidirectional(GRU)", 5, 2, 180)]
    assert kept(report) == {"parameters": 180, "quantisation": 156}


def test_cells_of_a_stack_get_the_kernels_that_are_as_wide_as_their_bias(tmp_path: Path) -> None:
    report = inspect_file(write_weights(tmp_path / "m.weights.h5", STACK))
    assert [row[1:] for row in rows(report)] == [("LSTM", 4, 1, 200), ("GRU", 5, 1, 90)]


def test_words_alone_are_not_a_wrapper(tmp_path: Path) -> None:
    arrays: Shapes = {
        "own/mask:0": (4, 4),
        "own/kernel_min:0": (3,),
        "own/threshold:0": (2,),
        "clip/threshold:0": (),
    }
    report = inspect_file(write_legacy(tmp_path / "m.h5", None, {"own": arrays}))
    assert kept(report) == {"parameters": 22}
