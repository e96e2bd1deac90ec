"""Archives and files of numpy arrays: which layers their names and shapes are."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from making.array_cells import CELLS, KERAS_LSTM, TORCH, M, N, Shapes
from making.torch.pickles import read_path
from rnninspect import inspect_file
from rnninspect.errors import UnknownFormat, UnreadableFile
from rnninspect.report import Report


def arrays(shapes: Shapes) -> dict[str, np.ndarray]:
    return {name: np.zeros(shape, np.float32) for name, shape in shapes.items()}


def archive(file: Path | io.BytesIO, *unnamed: np.ndarray, **named: object) -> None:
    """Save an archive; numpy's types do not know names that a test computes."""
    save: Callable[..., None] = np.savez
    save(file, *unnamed, **named)


def inspected(folder: Path, shapes: Shapes, *, packed: bool = False) -> Report:
    path = folder / "model.npz"
    save: Callable[..., None] = np.savez_compressed if packed else np.savez
    save(path, **arrays(shapes))
    return inspect_file(path)


@pytest.mark.parametrize("packed", [False, True])
@pytest.mark.parametrize(("shapes", "name", "cell", "parameters"), CELLS)
def test_a_layer_is_known_by_its_names(
    tmp_path: Path, shapes: Shapes, name: str, cell: str, parameters: int, *, packed: bool
) -> None:
    report = inspected(tmp_path, shapes, packed=packed)
    (layer,) = report.layers
    assert (layer.layer.name, layer.layer.cell) == (name, cell)
    assert layer.expected == layer.stored == parameters
    total = sum(int(np.prod(shape)) for shape in shapes.values())
    assert report.totals.parameters == total
    assert {tensor.name for tensor in read_path(tmp_path / "model.npz").tensors} == shapes.keys()


def test_a_dict_in_an_array_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "weights.npy"
    np.save(path, np.array(arrays(KERAS_LSTM), dtype=object), allow_pickle=True)
    report = inspect_file(path)
    assert [layer.layer.name for layer in report.layers] == ["lstm"]
    assert report.format == "npy of numpy arrays"


def test_dicts_in_an_archive_are_read(tmp_path: Path) -> None:
    """As Keras writes weights without HDF5: a dict of numbered arrays for each layer."""
    path = tmp_path / "model.weights.npz"
    cell = dict(zip("012", arrays(KERAS_LSTM).values(), strict=True))
    archive(path, **{"layers/lstm/cell": np.array(cell, object), "layers/head": np.zeros((N, 2))})
    report = inspect_file(path)
    assert report.totals.parameters == 4 * (N * M + N * N + N) + 2 * N
    (possible,) = [found for found in report.findings if found.rule == "R405"]
    assert "LSTM" in possible.message


def test_a_list_of_arrays_may_be_a_layer(tmp_path: Path) -> None:
    path = tmp_path / "weights.npz"
    archive(path, *arrays(KERAS_LSTM).values(), np.zeros((N, 2)))
    report = inspect_file(path)
    assert not report.layers
    assert "arrays 0 to 2 have the shapes of an LSTM" in str(report.findings)


def test_names_that_would_become_equal_stay(tmp_path: Path) -> None:
    inspected(tmp_path, {"a/weight": (2, 3), "a.weight": (4, 5)})
    model = read_path(tmp_path / "model.npz")
    assert {tensor.name for tensor in model.tensors} == {"a/weight", "a.weight"}


def test_text_and_other_members_are_noted(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    archive(path, **arrays(KERAS_LSTM), labels=np.array(["a", "b"]))
    with zipfile.ZipFile(path, "a") as made:
        made.writestr("config.json", "{}")
    notes = [found.message for found in inspect_file(path).findings if found.rule == "R407"]
    assert notes == ["1 member not an array: config.json", "1 array without numbers: labels.npy"]


def test_a_data_set_is_no_model(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="without a name of a weight"):
        inspected(tmp_path, {"x_train": (10, 28), "y_train": (10,)})


def test_a_plain_array_is_no_model(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.zeros((3, 4)))
    with pytest.raises(UnknownFormat, match=r"a NumPy array \(\.npy\), not a model"):
        inspect_file(tmp_path / "x.npy")


def test_a_folder_of_data_and_weights_reports_the_weights(tmp_path: Path) -> None:
    archive(tmp_path / "data.npz", x_train=np.zeros((10, 28)))
    archive(tmp_path / "weights.npz", **arrays(TORCH))
    command = [sys.executable, "-m", "rnninspect", "inspect", "--format", "json", str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    (report,) = json.loads(done.stdout)["reports"]
    assert report["path"].endswith("weights.npz")


def test_a_truncated_archive_is_unreadable(tmp_path: Path) -> None:
    data = io.BytesIO()
    archive(data, **arrays(TORCH))
    path = tmp_path / "model.npz"
    path.write_bytes(data.getvalue()[:200])
    with pytest.raises(UnreadableFile, match="no end of a zip directory: truncated"):
        inspect_file(path)


def test_a_truncated_array_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w") as made:
        for name, array in arrays(KERAS_LSTM).items():
            whole = io.BytesIO()
            np.save(whole, array)
            content = whole.getvalue()
            made.writestr(f"{name}.npy", content[:-8] if name.endswith("bias") else content)
    report = inspect_file(path)
    assert [found.tensor for found in report.findings if found.level == "error"] == ["lstm/bias"]


def test_a_malformed_header_names_its_member(tmp_path: Path) -> None:
    path = tmp_path / "model.npz"
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("w.npy", b"\x93NUMPY\1\0\x04\0{}  ")
    with pytest.raises(UnreadableFile, match=r"w\.npy: malformed header of a NumPy array"):
        inspect_file(path)


def test_nothing_in_an_array_of_objects_is_run(tmp_path: Path) -> None:
    class Runs:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (tmp_path / "ran",)  # type: ignore[return-value]

    path = tmp_path / "weights.npy"
    np.save(path, np.array({**arrays(TORCH), "x": Runs()}, dtype=object), allow_pickle=True)
    report = inspect_file(path)
    assert not (tmp_path / "ran").exists()
    assert any(found.rule == "R301" for found in report.findings)
