"""Networks of OpenVINO written by hand; test_made_by_openvino has those that it writes itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.openvino_files import Graph, loop, lstm, old_lstm, weights
from making.openvino_networks import errors, inspected
from rnninspect import UnreadableFile, inspect_file
from rnninspect.testing import check_reader
from rnninspect.walking.filing import filed
from rnninspect_openvino import OpenvinoReader


@pytest.mark.parametrize("directions", [1, 2])
def test_a_sequence_is_a_layer(tmp_path: Path, directions: int) -> None:
    report = inspected(lstm(3, 2, directions=directions), tmp_path)
    (layer,) = report.layers
    assert (layer.layer.cell, layer.layer.sizes.directions) == ("LSTM", directions)
    assert layer.expected == layer.stored == report.totals.parameters == 48 * directions
    assert layer.layer.gate_order == "figo"
    kept = report.totals.not_parameters
    assert (kept["state"], kept["constants"]) == (4 * directions, 1)
    assert not report.findings


@pytest.mark.parametrize(
    ("kind", "gates", "bias", "after", "count"),
    [
        ("RNNCell", 1, 0, False, 12),
        ("GRUCell", 3, 0, False, 36),
        ("GRUCell", 3, 8, True, 38),
        ("AUGRUCell", 3, 0, False, 36),
    ],
)
def test_one_step_is_a_layer(
    tmp_path: Path, kind: str, gates: int, bias: int, count: int, *, after: bool
) -> None:
    graph = Graph()
    x, h = graph.parameter((1, 3)), graph.parameter((1, 2))
    stored = weights(graph, gates, 3, 2, bias=bias)
    graph.add(kind, (x, h, *stored), (1, 2), hidden_size=2, linear_before_reset=after)
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert layer.expected == layer.stored == count
    assert layer.layer.cell == ("CudnnGRU" if after else kind[-7:-4].lstrip("U"))
    assert not report.findings


def test_peepholes_of_the_first_version_are_read(tmp_path: Path) -> None:
    graph = Graph()
    given = [graph.parameter((1, width)) for width in (3, 2, 2)]
    stored = [*weights(graph, 4, 3, 2), graph.const((6,))]
    graph.add("LSTMCell", (*given, *stored), (1, 2), hidden_size=2, weights_format="ifco")
    report = inspected(graph, tmp_path)
    (layer,) = report.layers
    assert (layer.expected, layer.layer.gate_order) == (54, "ifgo")
    assert not report.findings


@pytest.mark.parametrize("version", [2, 5, 7])
def test_a_cell_of_an_old_version_has_its_weights_in_blobs(tmp_path: Path, version: int) -> None:
    text, data = old_lstm(3, 2, version)
    path = tmp_path / "old.xml"
    path.write_text(text)
    path.with_suffix(".bin").write_bytes(data)
    report = inspect_file(path)
    (layer,) = report.layers
    assert (layer.expected, layer.stored, report.totals.bytes) == (48, 48, 96)
    assert (report.producer, layer.layer.name) == ("OpenVINO 2020.1", "cell")
    assert not report.findings


def test_both_bodies_of_a_choice_are_read(tmp_path: Path) -> None:
    graph = Graph()
    x = graph.parameter((1, 3))
    parts = []
    for name in ("then", "else"):
        body = Graph(graph)
        given = (body.parameter((1, 3)), body.parameter((1, 2)), *weights(body, 1, 3, 2))
        body.add("RNNCell", given, (1, 2), name="cell", hidden_size=2)
        parts.append(f"<{name}_port_map></{name}_port_map>{body.text(f'{name}_body')}")
    graph.add("If", (x,), (1, 2), name="if", inner="".join(parts))
    report = inspected(graph, tmp_path)
    assert [layer.layer.name for layer in report.layers] == ["if/then/cell", "if/else/cell"]
    assert report.totals.parameters == 24


def test_a_loop_that_calculates_like_a_cell_is_skipped_with_its_weights(tmp_path: Path) -> None:
    graph = Graph()
    x, start = graph.parameter((4, 3)), graph.const((1, 2))
    body = Graph(graph)
    h = body.parameter((1, 2))
    product = body.add("MatMul", (h, body.const((2, 2), name="R")), (1, 2))
    result = body.add("Result", (body.add("Tanh", (product,), (1, 2)),))
    inner = loop(body, {1: h}, {result: h})
    graph.add("TensorIterator", (x, start), (1, 2), name="loop", inner=inner)
    report = inspected(graph, tmp_path)
    (skipped,) = report.skipped
    assert (skipped.name, [each.name for each in skipped.tensors]) == ("loop", ["loop/R"])


def test_an_operator_of_others_is_skipped(tmp_path: Path) -> None:
    graph = Graph()
    graph.add("MyGRU", (graph.parameter((1, 3)), graph.const((6, 3), name="W")), (1, 2))
    report = inspected(graph, tmp_path)
    assert [skipped.reason for skipped in report.skipped] == [
        "no formula is known for this operator"
    ]
    assert report.totals.attributed == 0


@pytest.mark.parametrize(
    ("old", "new", "error"),
    [
        ('hidden_size="2"', 'hidden_size="3"', ("R101", "lstm", "W")),
        ('shape="1,8,3"', 'shape="1,8,4"', ("R101", "lstm", "W")),
        ('shape="1,8,2"', 'shape="1,2,8"', ("R105", "lstm", "R")),
        ('direction="forward"', 'direction="bidirectional"', ("R101", "lstm", "W")),
        ('direction="forward"', 'direction="sideways"', ("R104", "lstm", None)),
        ('to-layer="7" to-port="6"', 'to-layer="9" to-port="6"', ("R102", "lstm", None)),
        ('size="96"', 'size="92"', ("R201", "lstm", "W")),
        ('offset="24"', 'offset="28"', ("R203", None, "R")),
    ],
)
def test_a_fault_is_found_where_it_is(
    tmp_path: Path, old: str, new: str, error: tuple[str, str | None, str | None]
) -> None:
    assert error in errors(inspected(lstm(), tmp_path, old, new))


def test_constants_that_are_missing_are_said(tmp_path: Path) -> None:
    path = lstm().save(tmp_path / "model.xml")
    path.with_suffix(".bin").unlink()
    (finding,) = [found for found in inspect_file(path).findings if found.level == "error"]
    assert (finding.rule, finding.message) == (
        "R204",
        "its constants are in model.bin, which is missing",
    )


def test_trailing_bytes_are_noted(tmp_path: Path) -> None:
    graph = lstm()
    graph.data.extend(bytes(5))
    (finding,) = inspected(graph, tmp_path).findings
    assert (finding.level, finding.message) == ("note", "5 trailing bytes in model.bin")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("<!DOCTYPE net><net/>", "document type"),
        ('<net version="11"><layers>', "malformed XML"),
        ('<net version="eleven"/>', "version of net is not a number"),
        ('<net version="11"><layers><layer id="x"/></layers></net>', "id of a layer"),
    ],
)
def test_a_malformed_document_is_unreadable(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "model.xml"
    path.write_text(text)
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_the_content_decides_whatever_its_encoding_and_suffix(
    tmp_path: Path, encoding: str
) -> None:
    path = lstm().save(tmp_path / "model.graph")
    path.write_text(f"<!-- a comment -->\n{lstm().text()}", encoding=encoding)
    assert inspect_file(path).layers[0].stored == 48


def test_constants_belong_to_the_network_beside_them() -> None:
    assert filed().whole_of("model.bin", {"model.xml"}) == "model.xml"
    assert filed().whole_of("pytorch_model.bin", {"model.xml"}) is None


def test_the_reader_keeps_the_contract(tmp_path: Path) -> None:
    check_reader(OpenvinoReader(), lstm().save(tmp_path / "model.xml"))
