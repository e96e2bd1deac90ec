"""Sizes that a Keras configuration leaves out: which of them are read off the weights."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.keras.files import Shapes, layer, sequential, write_archive, write_weights
from rnninspect import inspect_file

SHAPES = {"kernel": (5, 12), "recurrent_kernel": (3, 12), "bias": (12,)}
ARRAYS: Shapes = {f"layers/lstm/cell/vars/{at}": size for at, size in enumerate(SHAPES.values())}


@pytest.mark.parametrize(
    ("declared", "inferred"),
    [
        ({"units": 3, "input_shape": [None, 4, 5]}, []),
        ({"units": 3}, ["input_size"]),
        (None, ["input_size", "hidden_size"]),
    ],
)
def test_the_sizes_that_a_configuration_leaves_out(
    tmp_path: Path, declared: dict[str, object] | None, inferred: list[str]
) -> None:
    if declared is None:
        path = write_weights(tmp_path / "m.weights.h5", ARRAYS)
    else:
        network = sequential(layer("LSTM", name="lstm", **declared))
        path = write_archive(tmp_path / "m.keras", network, ARRAYS)
    of = inspect_file(path)
    (counted,) = of.layers
    assert (counted.layer.sizes.input_size, counted.layer.sizes.hidden_size) == (5, 3)
    assert list(counted.layer.inferred_sizes) == inferred
    messages = [found.message for found in of.findings if found.rule == "R402"]
    words = " and ".join(name.replace("_", " ") for name in inferred)
    assert [message.partition(" inferred from ")[0] for message in messages] == [words] * bool(
        inferred
    )
