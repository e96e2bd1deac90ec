"""Graph models of TensorFlow.js: a GraphDef in JSON, whose constants are in the shards."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from making.tensorflow.tfjs import group, weight
from making.tensorflow.tfjs import write_model as write
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile

Node = dict[str, Any]


def node(name: str, operator: str, *inputs: str, **attributes: Any) -> Node:  # noqa: ANN401 - JSON
    return {"name": name, "op": operator, "input": list(inputs), "attr": attributes}


def constant(name: str, *shape: int, dtype: str = "DT_FLOAT") -> Node:
    sizes = {"dim": [{"size": f"{size}"} for size in shape]}
    tensor = {"dtype": dtype, "tensorShape": sizes}
    return node(name, "Const", value={"tensor": tensor}, dtype={"type": dtype})


NODES = [
    node("x", "Placeholder", dtype={"type": "DT_FLOAT"}),
    constant("kernel", 3, 2),
    node("y", "MatMul", "x", "kernel", transpose_a={"b": False}, T={"type": "DT_FLOAT"}),
]
LISTED = [weight("kernel", 3, 2)]


def graph(*nodes: Node) -> dict[str, Any]:
    return {"node": list(nodes or NODES), "versions": {"producer": 27}}


def written(folder: Path, topology: object, *listed: dict[str, Any], **fields: Any) -> Path:  # noqa: ANN401 - JSON
    given = group(listed or LISTED)
    return write(folder, topology, given, format="graph-model", **fields)


def test_a_graph_without_a_recurrent_layer(tmp_path: Path) -> None:
    report = inspect_file(written(tmp_path, graph()))
    assert (report.format, report.layers) == ("tensorflow.js graph model", ())
    assert (report.totals.parameters, list(report.findings)) == (6, [])


def test_what_only_the_initializer_reads_is_no_parameter(tmp_path: Path) -> None:
    table = weight("table/values", 5)
    path = written(tmp_path, graph(), *LISTED, table, modelInitializer={"node": []})
    report = inspect_file(path)
    assert report.totals.parameters == 6
    assert report.totals.not_parameters["constants"] == 5


def test_attributes_as_protocol_buffers_write_them(tmp_path: Path) -> None:
    """Bytes in base64, long numbers as texts, maps as objects, names in either case."""
    more = node("z", "Einsum", "x", "kernel", equation={"s": "YWIsYmMtPmFj"}, N={"i": "2"})
    more["attr"]["shapes"] = {"list": {"shape": [{"dim": [{"size": "-1"}]}, {"unknownRank": True}]}}
    library = {"function": [{"signature": {"name": "f", "input_arg": []}, "ret": {"a": "b"}}]}
    report = inspect_file(written(tmp_path, graph(*NODES, more) | {"library": library}))
    assert report.totals.parameters == 6


@pytest.mark.parametrize(
    ("topology", "reason"),
    [
        ({"node": [7]}, "node is not an object"),
        (graph(node("y", "MatMul") | {"attr": [1]}), "attr is not an object"),
        (graph(node("y", "Einsum", equation={"s": "é"})), "s is not base64"),
        (graph(node("y", "Einsum", equation={"s": 7})), "not a bytes: '7'"),
        (graph(node("y", "MatMul", T={"type": "DT_NONSENSE"})), "not a whole number"),
        (graph(node("y", "MatMul", f={"f": "one"})), "not a number"),
    ],
)
def test_a_malformed_graph_is_refused(tmp_path: Path, topology: object, reason: str) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inspect_file(written(tmp_path, topology))


def test_functions_within_functions_without_end_are_refused(tmp_path: Path) -> None:
    value: dict[str, Any] = {"b": True}
    for _ in range(120):
        value = {"func": {"name": "f", "attr": {"a": value}}}
    path = written(tmp_path, graph(node("y", "MatMul", f=value)))
    with pytest.raises(RefusedFile, match="the depth of messages"):
        inspect_file(path)


def test_numbers_over_the_end_of_a_shard(tmp_path: Path) -> None:
    """A permutation of three axes, of which a shard has the first one and a half."""
    nodes = [*NODES, constant("perm", 2, dtype="DT_INT32"), node("t", "Transpose", "y", "perm")]
    listed = [weight("perm", 2, dtype="int32"), *LISTED]
    given = group(listed, "a.bin", "b.bin")
    path = write(tmp_path, graph(*nodes), given, shard=6, format="graph-model")
    report = inspect_file(path)
    assert (report.totals.parameters, list(report.findings)) == (6, [])
    (tmp_path / "a.bin").unlink()
    assert {found.rule for found in inspect_file(path).findings} == {"R204"}


@pytest.mark.parametrize("scale", [1e300, float("inf"), "0.5", None])
def test_a_scale_that_makes_no_number(tmp_path: Path, scale: object) -> None:
    one = weight("one", stored="uint8")
    one["quantization"]["scale"] = scale
    nodes = [*NODES, constant("one"), node("z", "Sub", "one", "y")]
    path = written(tmp_path, graph(*nodes), *LISTED, one)
    (tmp_path / "group1-shard1of1.bin").write_bytes(bytes(24) + b"\xff")
    assert inspect_file(path).totals.parameters == 6


def test_a_graph_model_is_recognised_by_its_graph(tmp_path: Path) -> None:
    path = written(tmp_path, graph())
    document = json.loads(path.read_text())
    del document["format"]
    path.write_text(json.dumps(document))
    assert inspect_file(path).format == "tensorflow.js graph model"
