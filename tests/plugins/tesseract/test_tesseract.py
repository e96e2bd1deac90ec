"""Networks of Tesseract, written by hand: no package of its own can write them here."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.tesseract_files import (
    NETWORK,
    VERSION,
    lstm,
    matrix,
    network,
    series,
    softmax,
    start,
    tiny,
    trained_data,
)
from rnninspect import Report, UnknownFormat, UnreadableFile, inspect_file
from rnninspect.testing import check_reader
from rnninspect_tesseract import TesseractReader


def saved(data: bytes, folder: Path, name: str = "eng.traineddata") -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


def inspected(data: bytes, folder: Path) -> Report:
    return inspect_file(saved(data, folder))


@pytest.mark.parametrize("int8", [False, True])
@pytest.mark.parametrize("old", [False, True])
def test_each_cell_is_a_layer(tmp_path: Path, *, int8: bool, old: bool) -> None:
    data = trained_data({NETWORK: tiny(int8=int8, old=old), VERSION: b"5.0:tiny"})
    report = inspected(data, tmp_path)
    assert [(layer.name, layer.expected, layer.stored) for layer in report.layers] == [
        ("Lfx5", 240, 240),
        ("RTLReversed/Lrx4", 160, 160),
    ]
    assert report.totals.parameters == 240 + 160 + 15
    width = {(True, False): 1, (True, True): 1, (False, True): 4, (False, False): 8}[int8, old]
    assert report.totals.bytes == width * report.totals.parameters
    assert report.totals.not_parameters["quantisation"] == (4 * 9 + 3 if int8 else 0)
    assert (report.format, report.producer) == ("tesseract trained data", "5.0:tiny")
    assert not report.findings


def test_a_network_by_itself_is_read(tmp_path: Path) -> None:
    report = inspect_file(saved(tiny(), tmp_path, "eng.lstm"))
    assert (report.format, len(report.layers)) == ("tesseract network", 2)


def test_two_directions_are_one_layer(tmp_path: Path) -> None:
    reverse = series(lstm(6, 5, "Lr"), weights=240, kind="RTLReversed", rates=False)
    both = series(lstm(6, 5, "Lf"), reverse, weights=480, kind="ParBidiLSTM")
    report = inspected(series(start(), both, softmax(10, 3), weights=513), tmp_path)
    (layer,) = report.layers
    assert (layer.kind, layer.layer.sizes.directions) == ("ParBidiLSTM(LSTM)", 2)
    assert layer.expected == layer.stored == 480
    assert report.totals.parameters == 513


def test_directions_that_differ_are_two_layers(tmp_path: Path) -> None:
    both = series(lstm(6, 5, "Lf"), lstm(6, 4, "Lr"), weights=416, kind="ParBidiLSTM")
    report = inspected(series(both, weights=416), tmp_path)
    assert [layer.expected for layer in report.layers] == [240, 176]


def test_a_cell_over_two_axes_is_skipped(tmp_path: Path) -> None:
    width = 6 + 2 * 5
    gates = matrix(5, width + 1) * 5
    cell = network("LSTM", "L2xy5", 6, 5, 425, width.to_bytes(4, "little") + gates)
    report = inspected(series(cell, weights=425), tmp_path)
    assert [skipped.reason for skipped in report.skipped] == [
        "no formula is known for LSTM that scans two axes"
    ]
    assert report.totals.parameters == 425


def test_a_total_that_contradicts_the_matrices_is_found(tmp_path: Path) -> None:
    report = inspected(series(lstm(6, 5, "Lfx5"), weights=999), tmp_path)
    (finding,) = report.findings
    assert (finding.rule, finding.message) == ("R212", "num_weights 999, stored 240")


def test_a_gate_of_another_size_is_found(tmp_path: Path) -> None:
    good, wrong = matrix(5, 12), matrix(5, 11)
    body = (11).to_bytes(4, "little") + good * 3 + wrong
    cell = network("LSTM", "Lfx5", 6, 5, 240, body)
    report = inspected(series(cell, weights=235), tmp_path)
    (finding,) = [found for found in report.findings if found.level == "error"]
    assert (finding.rule, finding.tensor) == ("R101", "Series/Lfx5/output")


def test_data_of_version_3_have_no_network(tmp_path: Path) -> None:
    with pytest.raises(UnknownFormat, match="without a neural network"):
        inspected(trained_data({0: b"config"}), tmp_path)


@pytest.mark.parametrize("cut", [1, 100, 1000])
def test_a_truncated_network_is_unreadable(tmp_path: Path, cut: int) -> None:
    with pytest.raises(UnreadableFile, match="truncated"):
        inspected(trained_data({NETWORK: tiny()})[:-cut], tmp_path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (series(network("TensorFlow", "T", 1, 1, 0, b""), weights=0), "unsupported kind"),
        (series(b"\1", weights=0), "no network at offset"),
        (network("Series", "S", 1, 1, 0, b"\xff" * 4), "too many networks in one"),
        (b"\0\6\0\0\0Series\0\0" + bytes(16) + b"\xff" * 4, "a name of"),
    ],
)
def test_a_malformed_network_is_unreadable(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inspected(data, tmp_path)


def test_networks_that_nest_forever_are_refused(tmp_path: Path) -> None:
    data = start()
    for _ in range(100):
        data = series(data, weights=0)
    with pytest.raises(UnreadableFile, match="too many networks in each other"):
        inspected(data, tmp_path)


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    check_reader(TesseractReader(), saved(trained_data({NETWORK: tiny()}), tmp_path))
