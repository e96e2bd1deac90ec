"""HDF5 files in columns: the same models, reports and errors as with each object made."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest

from hostile import config_entries, keras_entries, structure_entries
from making.keras.hdf5_samples import VERSIONS, created, write_crowd, write_sample
from rnninspect.decode.hdf5 import file as decoding
from rnninspect.errors import UnreadableFile
from rnninspect.inspection import inspect_file
from rnninspect.model import SavedModel
from rnninspect.readers import open_model
from rnninspect.report import Report
from rnninspect.stored.columns import TensorColumns
from rnninspect_keras import KerasReader
from rnninspect_keras.containers import datasets
from rnninspect_keras.containers.columns import DatasetColumns

SAMPLES = Path(__file__).parents[3] / "sample_models"
ENDINGS = (".h5", ".hdf5", ".keras")
FILES = sorted(path for path in SAMPLES.rglob("*") if path.name.endswith(ENDINGS))
ENTRIES = {
    name: entry
    for part in (keras_entries, config_entries, structure_entries)
    for name, entry in part.ENTRIES.items()
    if name.endswith(ENDINGS)
}
LARGE = 2**20  # bytes of a file that is read only once
COUNT = 150
Both = Callable[[Path], tuple[object, object]]


def outcome(path: Path) -> object:
    """The model and the report of a file, or why it cannot be read."""
    try:
        with open_model(str(path), None) as source:
            read = KerasReader().recognise(source)
            model = read() if read is not None else None
            if isinstance(model, SavedModel):
                model = model._replace(tensors=tuple(model.tensors))
        return model, inspect_file(path)
    except UnreadableFile as error:
        return type(error), str(error), error.place


@pytest.fixture
def both(monkeypatch: pytest.MonkeyPatch) -> Both:
    """What a file is with objects in columns from the first or the tenth on, and with none."""

    def read(path: Path) -> tuple[object, object]:
        found = []
        for few in (0, 9, 10**9):
            with monkeypatch.context() as patch:
                patch.setattr(decoding, "FEW", few)
                found.append(outcome(path))
        assert found[0] == found[1]
        return found[0], found[2]

    return read


def network(path: Path, version: str = "earliest", *, cells: int = 2) -> None:
    """Weights of Keras' own format: layers of several kinds, cells and an optimizer."""
    with created(path, version) as file:
        for at in range(40):
            group = file.create_group(f"layers/dense_{at}/vars")
            group.create_dataset("0", data=np.zeros((3, 2), np.float32))
            if at % 3:
                group.create_dataset("1", data=np.zeros(2, np.float16 if at % 5 else np.float32))
            if at % 7 == 0:
                group.attrs["name"] = f"named_{at}"
        for at in range(cells):
            group = file.create_group(f"layers/lstm_{at}/cell/vars")
            for number, shape in enumerate(((3, 8), (2, 8), (8,))):
                group.create_dataset(str(number), data=np.zeros(shape, np.float32))
        others = {
            "optimizer/vars/0": np.int64(3),
            "optimizer/vars/1": np.zeros((3, 2), np.float32),
            "layers/dropout/seed_generator/vars/0": np.zeros(2, np.uint32),
            "layers/quantised/vars/0": np.zeros((4, 6), np.int8),
            "layers/quantised/vars/1": np.zeros(6, np.float32),
            "layers/quantised/vars/2": np.zeros((1, 6), np.float32),
            "layers/embedding/vars/0": np.zeros((5, 0), np.float32),
            "layers/prune_low_magnitude_dense/vars/0": np.zeros((2, 2), np.float32),
            "layers/prune_low_magnitude_dense/vars/1": np.zeros((2, 2), np.float32),
            "layers/prune_low_magnitude_dense/vars/2": np.float32(0),
            "layers/prune_low_magnitude_dense/vars/3": np.int64(1),
            "layers/cluster_weights_dense/vars/0": np.zeros((2, 2), np.float32),
            "layers/own/vars/0": np.zeros((2, 2), np.float32),
            "layers/own/vars/1": np.zeros((2, 2), np.float32),
            "texts": np.zeros(3, "S5"),
        }
        for name, value in others.items():
            file.create_dataset(name, data=value)


def variables(path: Path, names: list[str], version: str = "earliest") -> None:
    """Variables of TensorFlow 1 and of libraries in a flat file, beside thirty others."""
    with created(path, version) as file:
        for at in range(30):
            file.create_dataset(f"block{at % 3}/conv{at}/kernel", data=np.zeros((3, 2), "<f4"))
        for name in names:
            file.create_dataset(name, data=np.zeros((5, 8) if "kernel" in name else 8, "<f4"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_each_sample(path: Path, both: Both) -> None:
    in_columns, made = both(path)
    assert in_columns == made


@pytest.mark.parametrize("name", ENTRIES)
def test_each_hostile_file(name: str, both: Both, tmp_path: Path) -> None:
    path = tmp_path / "keras" / name
    path.parent.mkdir()
    ENTRIES[name].make(path)
    if path.is_file() and path.stat().st_size < LARGE:
        in_columns, made = both(path)
        assert in_columns == made


@pytest.mark.parametrize("version", VERSIONS)
def test_drawn_files(version: str, both: Both, tmp_path: Path) -> None:
    path = tmp_path / "drawn.h5"
    for seed in range(COUNT // 10):
        write_sample(path, seed, version)
        in_columns, made = both(path)
        assert in_columns == made, seed
    write_crowd(path, 700, version)
    in_columns, made = both(path)
    assert in_columns == made


@pytest.mark.parametrize("cells", [0, 2])
@pytest.mark.parametrize("version", ["earliest", "latest"])
def test_networks(version: str, cells: int, both: Both, tmp_path: Path) -> None:
    path = tmp_path / "network.weights.h5"
    network(path, version, cells=cells)
    in_columns, made = both(path)
    assert in_columns == made
    assert isinstance(in_columns, tuple)
    assert isinstance(in_columns[1], Report)
    assert len(in_columns[1].layers) == cells


@pytest.mark.parametrize(
    "names",
    [
        [],
        ["rnn/basic_lstm_cell/kernel", "rnn/basic_lstm_cell/bias"],
        ["a/gates/kernel", "a/gates/bias", "a/candidate/kernel", "a/candidate/bias"],
        ["snt/w_gates", "snt/b_gates"],
        ["cudnn/opaque_kernel"],
    ],
)
def test_variables(names: list[str], both: Both, tmp_path: Path) -> None:
    path = tmp_path / "variables.h5"
    variables(path, names)
    in_columns, made = both(path)
    assert in_columns == made


def test_hard_links_soft_links_and_names_with_a_slash(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "links.h5"
    for kind in ("hard", "soft", "group", "slash", "overlap"):
        network(path)
        with h5py.File(path, "r+") as file:
            if kind == "hard":
                file["layers/again"] = file["layers/dense_1/vars/1"]
            elif kind == "soft":
                file["layers/again"] = h5py.SoftLink("/layers/dense_1")
            elif kind == "group":
                file["layers/again"] = file["layers/dense_2"]
                file["layers/dense_3/up"] = file["layers"]
        data = path.read_bytes()
        if kind == "slash":  # a second path `layers/dense_4/vars`
            path.write_bytes(
                data.replace(b"texts\0", b"a/b/c\0").replace(b"own\0\0\0", b"a/b\0\0\0")
            )
        in_columns, made = both(path)
        assert in_columns == made, kind


def test_changed_bytes(both: Both, tmp_path: Path) -> None:
    path = tmp_path / "mutated.weights.h5"
    network(path)
    data, draw, read = path.read_bytes(), random.Random(5), 0  # noqa: S311 - nothing secret
    for number in range(COUNT):
        changed = bytearray(data)
        for _ in range(draw.randrange(1, 4)):
            changed[draw.randrange(len(changed))] = draw.choice((0, 1, 2, 255, draw.randrange(256)))
        path.write_bytes(changed)
        in_columns, made = both(path)
        assert in_columns == made, number
        read += isinstance(made, tuple) and isinstance(made[0], SavedModel)
    assert read > COUNT // 4


def test_columns_begin_once_where_groups_precede_all_tensors(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each beginning copies the groups that are known: one for each group would be quadratic."""
    path, begun = tmp_path / "groups.weights.h5", []
    with h5py.File(path, "w") as file:
        for at in range(1_500):
            file.create_group(f"layers/dense_{at}")
        file.create_dataset("layers/other/vars/0", data=np.zeros((2, 3), np.float32))

    def begin(listing: datasets._Listing) -> DatasetColumns:
        begun.append(listing)
        return begin_columns(listing)

    begin_columns = datasets._Listing._begin_columns
    monkeypatch.setattr(datasets._Listing, "_begin_columns", begin)
    inspect_file(path)
    assert len(begun) == 1


def test_a_large_file_makes_few_tensors(tmp_path: Path) -> None:
    path = tmp_path / "large.weights.h5"
    with h5py.File(path, "w") as file:
        for at in range(1_500):
            file.create_dataset(f"layers/dense_{at}/vars/0", data=np.zeros((2, 3), np.float32))
    with open_model(str(path), None) as source:
        read = KerasReader().recognise(source)
        assert read is not None
        model = read()
    assert isinstance(model, SavedModel)
    assert isinstance(model.tensors, TensorColumns)
    assert len(model.tensors) == 1_500
    assert len(model.tensors.single()) < 600
