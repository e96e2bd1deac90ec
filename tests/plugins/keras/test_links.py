"""Links of HDF5 files: soft ones lead to another name of what is inside, others nowhere."""

from __future__ import annotations

from pathlib import Path

import h5py
import numpy as np
import pytest

from rnninspect import inspect_file
from rnninspect.errors import RefusedFile
from rnninspect.report import Report
from rnninspect.source.limits import Limits

CELL = "layers/lstm/cell/vars"
SHAPES = ((3, 16), (4, 16), (16,))  # of an LSTM of 3 inputs and 4 units: 128 parameters


def lstm(file: h5py.File, without: int = -1, place: str = CELL) -> h5py.Group:
    group = file.create_group(place)
    for number, shape in enumerate(SHAPES):
        if number != without:
            group[str(number)] = np.zeros(shape, "f4")
    return group


def levels(report: Report) -> list[tuple[str, str]]:
    return [(found.level.value, found.rule) for found in report.findings if found.level != "note"]


@pytest.mark.parametrize("target", ["/kept/kernel", "../../../kept", "/chain", "//./chain"])
def test_a_soft_link_to_a_dataset(target: str, tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        group = lstm(file, without=0)
        file["kept/kernel"] = np.zeros(SHAPES[0], "f4")
        file["chain"] = h5py.SoftLink("kept/kernel")
        group["0"] = h5py.SoftLink(target)
    report = inspect_file(path)
    assert report.totals.parameters == 128
    if target.startswith("../"):  # HDF5 has no way up
        assert report.layers[0].stored == 80
        assert any("not in the file" in found.message for found in report.findings)
    else:
        assert (report.layers[0].stored, levels(report)) == (128, [])


def test_a_soft_link_to_a_group_is_a_second_name(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        lstm(file)
        file["layers/lstm_1"] = h5py.SoftLink("/layers/lstm")
    report = inspect_file(path)
    (layer,) = report.layers
    assert layer.layer.also_at == ("lstm_1",)
    assert report.totals.parameters == 128


def test_circles_of_soft_links_end(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        lstm(file)
        file["whole"] = h5py.SoftLink("/")
        file["one"], file["two"] = h5py.SoftLink("/two"), h5py.SoftLink("/one")
        file["self"] = h5py.SoftLink("self/self")
    report = inspect_file(path)
    assert report.totals.parameters == 128
    assert sum("not in the file" in found.message for found in report.findings) == 3


def test_many_names_of_many_tensors_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        for number in range(20):
            file[f"many/{number}"] = number
            file[f"again{number}"] = h5py.SoftLink("/many")
    with pytest.raises(RefusedFile, match="tensors=100"):
        inspect_file(path, Limits(tensors=100))


def test_a_virtual_dataset_spoils_its_layers_verdict(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w", libver="latest") as file:
        group = lstm(file, without=0)
        layout = h5py.VirtualLayout(SHAPES[0], "f4")
        layout[:] = h5py.VirtualSource("elsewhere.h5", "x", SHAPES[0])
        group.create_virtual_dataset("0", layout)
    report = inspect_file(path)
    assert levels(report) == [("error", "R302")]
    assert report.verdict(report.layers[0]).text == "R302"


@pytest.mark.parametrize("target", ["/etc/passwd", "other.h5"])
def test_an_external_link_is_an_error_and_not_followed(target: str, tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(tmp_path / "other.h5", "w") as other:
        other["x"] = np.zeros(SHAPES[0], "f4")
    with h5py.File(path, "w") as file:
        lstm(file, without=0)[("0")] = h5py.ExternalLink(target, "/x")
    report = inspect_file(path)
    assert ("error", "R302") in levels(report)
    assert report.totals.parameters == 80


def test_datasets_without_numbers_are_not_weights(tmp_path: Path) -> None:
    path = tmp_path / "m.weights.h5"
    with h5py.File(path, "w") as file:
        group = lstm(file, without=2)
        group["2"] = np.zeros(16, np.dtype([("a", "f4")]))
    report = inspect_file(path)
    assert report.totals.parameters == report.layers[0].stored == 112
    assert report.totals.not_parameters["constants"] == 16
