"""Layers that older HDF5 files list by their names, of which few may have cells."""

from __future__ import annotations

import random
from pathlib import Path

import h5py
import numpy as np
import pytest

from making.keras.hdf5_samples import created
from plugins.keras.test_alike import Both, both
from rnninspect.plugin import StoredTensor
from rnninspect.report import Report
from rnninspect_keras.layers.clusters import cluster_by_names, mark_lost_kernels
from rnninspect_keras.matching.candidates import candidates_of, may_have_cells

__all__ = ["both"]  # the fixture

Weights = tuple[tuple[str, tuple[int, ...]], ...]
PLACES = ("", "dense", "lstm/lstm_cell", "bidirectional/forward_gru", "rnn/stacked_rnn_cells/own")
WORDS = (
    *("kernel:0", "bias", "recurrent_kernel:0", "recurrent_kernel_1", "gamma", "moving_mean:0"),
    *("lstm_1_W_i:0", "lstm_1_U_f", "U", "W", "b:0", "input_gate_peephole_weights", "projection"),
)


def test_layers_without_these_names_have_no_candidates() -> None:
    draw = random.Random(6)  # noqa: S311 - nothing secret
    found = skipped = 0
    for _ in range(3_000):
        drawn = [f"{draw.choice(PLACES)}/{draw.choice(WORDS)}" for _ in range(draw.randrange(6))]
        names = list(dict.fromkeys(drawn))
        lost = names[: draw.randrange(2)]
        tensors = [
            (name, StoredTensor(name, (2, 8), "float32", 64, f"@{name}"))
            for name in names
            if name not in lost
        ]
        clusters = mark_lost_kernels(cluster_by_names(tensors), lost)
        if may_have_cells(names):
            found += bool(candidates_of("top", clusters))
        else:
            skipped += bool(tensors)
            assert not candidates_of("top", clusters), names
    assert found > 300
    assert skipped > 100


@pytest.mark.parametrize("base", ["", "model_weights/"])
def test_cells_among_many_layers(base: str, both: Both, tmp_path: Path) -> None:
    path = tmp_path / "legacy.h5"
    with created(path, "earliest") as file:
        layers: dict[str, Weights] = {
            f"dense_{at}": (("kernel:0", (3, 2)), ("bias:0", (2,))) for at in range(30)
        }
        layers["lstm"] = (("kernel:0", (3, 8)), ("recurrent_kernel:0", (2, 8)), ("bias:0", (8,)))
        for name, weights in layers.items():
            group = file.create_group(f"{base}{name}")
            listed = [f"{name}/{word}" for word, _ in weights]
            group.attrs["weight_names"] = [each.encode() for each in (*listed, "lost")]
            for place, (_, shape) in zip(listed, weights, strict=True):
                group.create_dataset(place, data=np.zeros(shape, np.float32))
        top = file[base] if base else file
        assert isinstance(top, h5py.Group)
        top.attrs["layer_names"] = [name.encode() for name in layers]
    in_columns, made = both(path)
    assert in_columns == made
    assert isinstance(in_columns, tuple)
    assert isinstance(in_columns[1], Report)
    assert len(in_columns[1].layers) == 1
    assert len(in_columns[1].findings) >= len(layers)
