"""The reader of checkpoints against TensorFlow's own, whole and with bytes changed."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf

from rnninspect.errors import UnreadableFile
from rnninspect.plugin import Fact
from rnninspect.source.source import open_source
from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint
from rnninspect_keras.tensorflow.checkpoints.v1 import read_v1
from rnninspect_keras.tensorflow.checkpoints.v2 import is_index, read_v2

pytestmark = pytest.mark.frameworks
MUTATIONS = 300
DTYPES = ("float32", "float64", "float16", "int8", "int32", "int64", "uint8", "bool", "complex64")
Listed = dict[str, tuple[tuple[int, ...], str]]


def by_tensorflow(prefix: Path) -> Listed:
    reader = tf.train.load_checkpoint(str(prefix))
    shapes, dtypes = reader.get_variable_to_shape_map(), reader.get_variable_to_dtype_map()
    return {name: (tuple(shape), dtypes[name].name) for name, shape in shapes.items()}


def read(prefix: Path) -> Checkpoint:
    index = prefix.with_name(f"{prefix.name}.index")
    with open_source(index if index.exists() else prefix) as source:
        return read_v2(source, source, prefix.name) if is_index(source) else read_v1(source)


def by_us(prefix: Path) -> Listed:
    return {name: (tensor.shape, tensor.dtype) for name, tensor in read(prefix).tensors.items()}


def save(prefix: Path, arrays: dict[str, Any], slices: dict[str, str] | None = None) -> Path:
    """Write a checkpoint; `slices` are TensorFlow's: whole shape, then start and length by axis."""
    tf.raw_ops.SaveV2(
        prefix=str(prefix),
        tensor_names=[name.partition("@")[0] for name in arrays],
        shape_and_slices=[(slices or {}).get(name, "") for name in arrays],
        tensors=[tf.constant(array) for array in arrays.values()],
    )
    return prefix


def drawn(seed: int) -> dict[str, Any]:
    """Arrays of many types, shapes and names, some of which begin alike."""
    draw = random.Random(seed)  # noqa: S311 - reproducible, and nothing secret
    arrays: dict[str, Any] = {}
    for number in range(draw.randrange(1, 60)):
        shape = [draw.randrange(0, 5) for _ in range(draw.randrange(0, 5))]
        name = "/".join(draw.choice(("rnn", "lstm_cell", "kernel", "Ünit")) for _ in range(3))
        arrays[f"{name}_{number}"] = np.zeros(shape, draw.choice(DTYPES))
    return arrays


@pytest.mark.parametrize("seed", range(8))
def test_all_names_shapes_and_types_are_read(tmp_path: Path, seed: int) -> None:
    prefix = save(tmp_path / "ck", drawn(seed))
    assert by_us(prefix) == by_tensorflow(prefix)
    bundle = read(prefix)
    assert not bundle.observations
    assert all(tensor.needed_bytes == tensor.held_bytes for tensor in bundle.tensors.values())


def test_brain_floats_are_read(tmp_path: Path) -> None:
    prefix = save(tmp_path / "ck", {"a": tf.zeros((2, 3), tf.bfloat16)})
    assert by_us(prefix) == by_tensorflow(prefix)


def test_slices_are_put_together(tmp_path: Path) -> None:
    parts = {f"kernel@{row}": np.ones((8, 64), "float32") for row in (0, 8, 16)}
    slices = {name: f"24 64 {name.partition('@')[2]},8:0,64" for name in parts}
    prefix = save(tmp_path / "ck", parts | {"bias": np.ones(64, "float32")}, slices)
    assert by_us(prefix) == by_tensorflow(prefix)
    kernel = read(prefix).tensors["kernel"]
    assert (kernel.bytes, kernel.held_bytes, kernel.needed_bytes) == (6144, 6144, 6144)


def test_shards_are_distinguished(tmp_path: Path) -> None:
    parts = [save(tmp_path / f"part{number}", {f"v{number}": np.ones(9)}) for number in range(3)]
    tf.raw_ops.MergeV2Checkpoints(
        checkpoint_prefixes=[str(part) for part in parts], destination_prefix=str(tmp_path / "ck")
    )
    assert by_us(tmp_path / "ck") == by_tensorflow(tmp_path / "ck")
    (tmp_path / "ck.data-00001-of-00003").unlink()
    (missing,) = read(tmp_path / "ck").observations
    assert missing.fact is Fact.EXTERNAL_MISSING
    assert missing.detail == "ck.data-00001-of-00003"


def test_the_v1_format_is_read(tmp_path: Path) -> None:
    arrays = {f"rnn/{at}": np.zeros((at, 3), DTYPES[at % 2]) for at in range(1, 90)}
    prefix = tmp_path / "model.ckpt"
    tf.raw_ops.Save(filename=str(prefix), tensor_names=list(arrays), data=list(arrays.values()))
    assert by_us(prefix) == by_tensorflow(prefix)


def mutated(data: bytes, draw: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.randrange(1, 4)):
        at = draw.randrange(len(changed))
        changed[at] = draw.choice((0, 1, 255, changed[at] ^ 1 << draw.randrange(8)))
    return bytes(changed[: draw.choice((len(data), len(data), draw.randrange(len(data) + 1)))])


@pytest.mark.parametrize("seed", [1, 2])
def test_what_we_read_of_a_changed_index_tensorflow_reads_too(tmp_path: Path, seed: int) -> None:
    prefix = save(tmp_path / "ck", drawn(seed))
    index, draw = tmp_path / "ck.index", random.Random(seed)  # noqa: S311 - as above
    whole, outcomes = index.read_bytes(), Counter[str]()
    for _ in range(MUTATIONS):
        index.write_bytes(mutated(whole, draw))
        try:
            ours = by_us(prefix)
        except UnreadableFile:
            outcomes["refused"] += 1
            continue
        assert ours == by_tensorflow(prefix)
        outcomes["alike"] += 1
    assert outcomes["alike"] > 0
    assert outcomes["refused"] > outcomes["alike"]
