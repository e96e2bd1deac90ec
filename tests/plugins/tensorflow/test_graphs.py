"""Graphs of operations by hand: constants, structure, recognition by content, the text form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from making.tensorflow.bundles import field, shape_of
from making.tensorflow.graphdefs import (
    INPUTS,
    UNITS,
    constant,
    function,
    function_name,
    graph,
    loop,
    node,
    shape,
    tensor,
)
from rnninspect import UnreadableFile, inspect_file
from rnninspect.model import Purpose
from rnninspect.source.limits import Limits
from rnninspect.source.source import holding_source
from rnninspect_keras.graph.messages.text import binary
from rnninspect_keras.reading import read
from rnninspect_keras.recognition import FileKind, recognise

if TYPE_CHECKING:
    from pathlib import Path

    from rnninspect.model import StoredTensor

FLOAT_VAL, HALF_VAL = 5, 13
HALF = 19


def kind_of(data: bytes) -> FileKind | None:
    return recognise(holding_source("model", data, Limits()))


def codes(path: Path) -> set[str]:
    return {finding.rule for finding in inspect_file(path).findings}


def only_tensor(*protos: bytes) -> StoredTensor:
    data = graph(*(constant(f"c{at}", proto) for at, proto in enumerate(protos)))
    return read(holding_source("m", data, Limits()), FileKind.GRAPH).tensors[0]


def test_a_cell_in_a_loop_is_recovered(tmp_path: Path) -> None:
    (tmp_path / "m.pb").write_bytes(loop())
    report = inspect_file(tmp_path / "m.pb")
    (layer,) = report.layers
    assert (layer.layer.name, layer.layer.cell, layer.layer.kind) == ("rnn", "RNN", "RNN (loop)")
    assert (layer.layer.sizes.input_size, layer.layer.sizes.hidden_size) == (INPUTS, UNITS)
    assert layer.expected == layer.stored == UNITS * (INPUTS + UNITS + 1)
    assert codes(tmp_path / "m.pb") == {"R402"}


@pytest.mark.parametrize(
    ("values", "kind", "stored"),
    [
        (field(FLOAT_VAL, bytes(4)), 1, 4),  # one number for all elements
        (b"", 1, 0),  # none: zeros
        (field(HALF_VAL, b"\x80\x78\x80\x78"), HALF, 4),
        (field(4, bytes(24)), 1, 24),
    ],
)
def test_a_constant_takes_the_bytes_that_its_values_take(
    values: bytes, kind: int, stored: int
) -> None:
    found = only_tensor(field(1, kind) + field(2, shape_of((2, 3))) + values)
    assert (found.shape, found.parameters, found.bytes) == ((2, 3), 6, stored)
    assert found.needed_bytes == found.held_bytes
    assert found.purpose is Purpose.PARAMETER


@pytest.mark.parametrize(("size", "rule"), [(36, "R201"), (44, "R202")])
def test_content_of_another_length_is_an_error(tmp_path: Path, size: int, rule: str) -> None:
    wrong = tensor((INPUTS + UNITS, UNITS), bytes(size))
    (tmp_path / "m.pb").write_bytes(loop(kernel=wrong))
    assert rule in codes(tmp_path / "m.pb")


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        (node("y", "Tanh", "gone"), "R211"),
        (node("y", "Tanh", "y"), "R211"),
        (node("w", "Tanh", "x"), "R209"),
    ],
)
def test_a_graph_that_tensorflow_refuses_is_an_error(
    tmp_path: Path, more: bytes, rule: str
) -> None:
    (tmp_path / "m.pb").write_bytes(loop(more))
    assert codes(tmp_path / "m.pb") == {"R402", rule}


def test_a_fault_in_a_function_names_it(tmp_path: Path) -> None:
    inner = function("f", ["a"], ["o"], [node("p", "Tanh", "gone:y:0")], {"o": "p:y:0"})
    call = node("c", "PartitionedCall", "x", f=function_name("f"))
    data = graph(node("x", "Placeholder", shape=shape(1, 2)), call, functions=[inner])
    (tmp_path / "m.pb").write_bytes(data)
    (finding,) = inspect_file(tmp_path / "m.pb").findings
    assert finding.message == "p reads gone, which no node gives in the function f"


def test_what_takes_too_long_is_not_searched_and_says_so(tmp_path: Path) -> None:
    own = function_name("f")
    body = function("f", ["a"], ["o"], [node("p", "While", "a", body=own)], {"o": "p:output:0"})
    call = node("c", "While", "x", body=own)
    data = graph(node("x", "Placeholder", shape=shape(1, 2)), call, functions=[body])
    (tmp_path / "m.pb").write_bytes(data)
    (finding,) = inspect_file(tmp_path / "m.pb").findings
    assert finding.rule == "R407"
    assert "the depth of functions exceeds the limit nesting=100" in finding.message


def test_a_truncated_graph_is_refused_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "m.pb").write_bytes(loop()[:-20])
    with pytest.raises(UnreadableFile, match="truncated"):
        inspect_file(tmp_path / "m.pb")


NODE = field(1, "x") + field(2, "Placeholder")
INFO = field(1, field(5, "2.21.0"))


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (field(1, NODE), FileKind.GRAPH),
        (INFO + field(2, field(1, NODE)), FileKind.META_GRAPH),
        (b"node {\n  name: 'x'\n  op: 'Placeholder'\n}\n", FileKind.GRAPH_TEXT),
        (b"# made\nversions { producer: 27 }\n", FileKind.GRAPH_TEXT),
        (b"meta_info_def {\n}\n", FileKind.META_GRAPH_TEXT),
        (field(1, 8) + field(2, "pytorch") + field(7, field(1, NODE)), None),  # ONNX
        (field(1, 3) + field(2, 1) + field(9, bytes(12)), None),  # a tensor of ONNX
        (field(1, "net") + field(2, field(3, "Conv")), None),  # a net of Caffe2
        (field(1, field(1, "a.proto") + field(2, "pkg") + field(4, b"")), None),  # descriptors
        (field(1, field(1, "x") + field(2, "lower case")), None),
        (b"layer {\n  name: 'conv1'\n  type: 'Convolution'\n}\n", None),
        (b"node: the first line of a note\n", None),
    ],
)
def test_a_graph_is_recognised_by_its_first_messages(data: bytes, kind: FileKind | None) -> None:
    assert kind_of(data) is kind


def test_the_text_form_is_encoded_as_its_writer_means_it() -> None:
    text = rb"""
    # a comment
    node { name: "a" 'b'; op: "Const", input: ["x", "y:1"]
      attr { key: "value" value < tensor {
        dtype: DT_FLOAT tensor_shape { dim { size: 2 } }
        tensor_content: "\000\x7f\n\\\"" float_val: 1.5f } > }
      attr { key: "flag" value { b: true } } unknown_field { deep { er: 1 } } }
    """
    values = field(1, 1) + field(2, shape_of((2,))) + field(4, b'\0\x7f\n\\"')
    values += b"\x2d" + b"\0\0\xc0\x3f"
    expected = field(1, "ab") + field(2, "Const") + field(3, "x") + field(3, "y:1")
    expected += field(5, field(1, "value") + field(2, field(8, values)))
    expected += field(5, field(1, "flag") + field(2, field(5, 1)))
    assert binary(holding_source("m", text, Limits()), "GraphDef") == field(1, expected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"node {\n name: 'x'\n op: }", "line 3"),
        (b"node {\n name: 'x'", "has no end"),
        (b"node { name: 'x' }\n}", "line 2"),
        (b"versions { producer: many }", "not a whole number"),
        (b"node { name: 'x\n' }", "line 1"),
        (b"node: [ { name: 'x' }, { name: 'y' }", "has no end"),
    ],
)
def test_malformed_text_says_where(text: bytes, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        binary(holding_source("m", text, Limits()), "GraphDef")
