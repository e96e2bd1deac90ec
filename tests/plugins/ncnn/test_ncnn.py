"""Networks of ncnn, written by hand; test_by_ncnn asks ncnn whether it reads as many bytes."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from makers.ncnn_files import (
    BFLOAT,
    HALF,
    INT8,
    RAW,
    Net,
    binary,
    gru,
    lstm,
    raw,
    rnn,
    small,
    tagged,
)
from rnninspect import Report, UnreadableFile, inspect_file
from rnninspect.testing import check_reader
from rnninspect.walking.filing import filed
from rnninspect_ncnn import NcnnReader


def inspected(net: Net, folder: Path) -> Report:
    return inspect_file(net.save(folder / "model.param"))


def errors(report: Report) -> set[str]:
    return {found.rule for found in report.findings if found.level == "error"}


@pytest.mark.parametrize("ways", [1, 2])
@pytest.mark.parametrize("tag", [RAW, HALF, INT8, BFLOAT])
def test_an_lstm_is_read_in_each_type(tmp_path: Path, ways: int, tag: int) -> None:
    report = inspected(lstm(Net(), 3, 2, ways=ways, tag=tag), tmp_path)
    (layer,) = report.layers
    assert layer.expected == layer.stored == ways * 4 * (6 + 4 + 2)
    assert (layer.layer.gate_order, layer.layer.sizes.directions) == ("ifog", ways)
    assert report.totals.not_parameters["quantisation"] == (16 * ways if tag == INT8 else 0)
    assert not errors(report)


def test_a_projection_is_read(tmp_path: Path) -> None:
    (layer,) = inspected(lstm(Net(), 3, 4, outputs=2), tmp_path).layers
    assert layer.layer.sizes.projection_size == 2
    assert layer.expected == layer.stored == 4 * (12 + 8 + 4) + 8


def test_a_gru_has_a_recurrent_bias_at_its_candidate(tmp_path: Path) -> None:
    (layer,) = inspected(gru(Net(), 3, 2), tmp_path).layers
    assert (layer.layer.cell, layer.expected, layer.stored) == ("CudnnGRU", 38, 38)


def test_layers_of_other_kinds_are_sized_by_their_parameters(tmp_path: Path) -> None:
    report = inspected(small(), tmp_path)
    assert [layer.stored for layer in report.layers] == [112, 44]
    assert report.totals.parameters == 112 + 44 + 36 + 4 + 6 + 3
    assert not errors(report)


def test_elements_may_be_indices_of_a_table(tmp_path: Path) -> None:
    net = Net().add("Embed", "words", tagged(12, 0x01020304), values="0=3 1=4 2=0 3=12")
    report = inspected(rnn(net, 3, 2), tmp_path)
    assert report.totals.parameters == 24
    assert report.totals.not_parameters["quantisation"] == 256
    assert not errors(report)
    assert any("table" in found.message for found in report.findings)


def test_first_states_are_no_parameters(tmp_path: Path) -> None:
    net = Net().add("MemoryData", "start", raw(2), values="0=2", inputs=0)
    net = net.add("Split", "twice", outputs=2)
    data = tagged(6) + tagged(2) + tagged(4)
    net.lines.append("RNN rnn 2 1 b0 b2 out 0=2 1=6")
    net.data += data
    report = inspected(net, tmp_path)
    assert report.totals.parameters == 12
    assert report.totals.not_parameters["state"] == 2


def test_a_layer_of_unknown_type_without_weights_is_noted(tmp_path: Path) -> None:
    report = inspected(rnn(Net().add("MyFocus", "focus"), 3, 2), tmp_path)
    assert (len(report.layers), report.skipped) == (1, ())
    (note,) = [found for found in report.findings if "unknown type" in found.message]
    assert note.level == "note"


def test_what_comes_after_weights_of_unknown_size_is_not_guessed(tmp_path: Path) -> None:
    net = rnn(Net(), 3, 2, name="first").add("MyFocus", "focus", raw(7))
    report = inspected(rnn(net, 3, 2, name="second"), tmp_path)
    assert [layer.layer.name for layer in report.layers] == ["first"]
    assert [skipped.name for skipped in report.skipped] == ["focus", "second"]
    assert "whose type is unknown" in report.skipped[1].reason
    assert report.totals.parameters == 12


def test_weights_that_are_missing_are_said(tmp_path: Path) -> None:
    path = rnn(Net(), 3, 2).save(tmp_path / "model.param")
    path.with_suffix(".bin").unlink()
    report = inspect_file(path)
    (finding,) = [found for found in report.findings if found.level == "error"]
    assert finding.message == "the weights are in model.bin, which is missing"
    assert report.layers[0].stored == 12  # as declared


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("0=2 1=48", "0=2 1=64", {"R201"}),
        ("0=2 1=48", "0=2 1=32", {"R104", "R201"}),
        ("0=2 1=48", "0=2 1=47", {"R104", "R106"}),
        ("3=4", "3=2", {"R104", "R201"}),
        ("2=0", "2=7", {"R104"}),
        (" 8=1", "", {"R104"}),
    ],
)
def test_a_fault_is_found(tmp_path: Path, old: str, new: str, rules: set[str]) -> None:
    path = lstm(Net(), 3, 4, outputs=2, tag=INT8).save(tmp_path / "model.param")
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    assert errors(inspect_file(path)) & rules


def test_bytes_that_belong_to_no_layer_are_an_error(tmp_path: Path) -> None:
    net = rnn(Net(), 3, 2)
    net.data += bytes(4)
    (finding,) = [found for found in inspected(net, tmp_path).findings if found.level == "error"]
    assert finding.message == "4 bytes of model.bin belong to no layer"


def test_a_binary_network_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.param.bin"
    path.write_bytes(binary())
    (tmp_path / "model.bin").write_bytes(rnn(Net(), 3, 2).data)
    report = inspect_file(path)
    assert (report.format, report.layers[0].layer.name) == ("ncnn binary", "RNN_1")
    assert report.layers[0].stored == 12
    assert not errors(report)


def test_a_layer_of_unknown_type_in_a_binary_network_is_named_in_full(tmp_path: Path) -> None:
    path = tmp_path / "model.param.bin"
    path.write_bytes(binary().replace(struct.pack("<i", 38), struct.pack("<i", 5_000)))
    (tmp_path / "model.bin").write_bytes(bytes(8))
    (skipped,) = inspect_file(path).skipped
    assert (skipped.name, skipped.kind) == ("type 5000_1", "type 5000")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("7767517\n", "no number of layers"),
        ("7767517\n1 1\n", "0 layers, 1 declared"),
        ("7767517\n1 1\nLSTM\n", "no type, name"),
        ("7767517\n1 1\nLSTM a 9 1 b0\n", "fewer blobs"),
        ("7767517\n1 1\nInput a 0 1 b0 what\n", "malformed parameter"),
        ("7767517\n1 1\nLSTM a 0 1 b0 0=-2\n", "parameter 0 of a is -2"),
    ],
)
def test_a_malformed_network_is_unreadable(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "model.param"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(path)


@pytest.mark.parametrize("cut", [4, 20, 60])
def test_a_truncated_binary_network_is_unreadable(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "model.param.bin"
    path.write_bytes(binary()[:-cut])
    with pytest.raises(UnreadableFile, match=r"truncated|declares"):
        inspect_file(path)


@pytest.mark.parametrize("network", ["model.param", "model.param.bin"])
def test_weights_belong_to_the_network_beside_them(network: str) -> None:
    assert filed().whole_of("model.bin", {network}) == network
    assert filed().whole_of(network, {network, "model.bin"}) is None
    assert filed().whole_of("other.bin", {network}) is None


def test_a_network_is_known_by_its_first_bytes() -> None:
    assert filed().may_start(binary()[:16])
    assert filed().may_start(small().text().encode()[:16])


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    check_reader(NcnnReader(), small().save(tmp_path / "model.param"))
