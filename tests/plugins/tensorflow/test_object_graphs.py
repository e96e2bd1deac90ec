"""Object graphs of checkpoints: names, cycles, limits, and graphs that contradict themselves."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.bundles import (
    GRAPH,
    VALUE,
    field,
    node,
    write_with_graph,
)
from making.tensorflow.checkpoints import TRACKED, errors, stored
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.source.limits import Limits


def tracked(folder: Path) -> Path:
    """An LSTM that only its variables' names show, whose kernel is a weight of its optimizer."""
    shapes = {"optimizer/_trainable_variables/0": (8, 64), "model/cell/recurrent_kernel": (16, 64)}
    keys = [f"{path}{VALUE}" for path in shapes]
    nodes = [
        node({"model": 1}),
        node({"cell": 2}),
        node({"kernel": 3, "recurrent_kernel": 4}),
        node({}, "lstm/lstm_cell/kernel", keys[0]),
        node({}, "lstm/lstm_cell/recurrent_kernel", keys[1]),
    ]
    return write_with_graph(folder / "ck", dict(zip(keys, shapes.values(), strict=True)), nodes)


def test_the_object_graph_names_what_the_keys_do_not(tmp_path: Path) -> None:
    report = inspect_file(tracked(tmp_path))
    assert stored(report) == [("LSTM", 1536, 1536)]
    assert report.layers[0].layer.name == "lstm"


def test_a_shard_that_ends_inside_the_object_graph_is_an_error(tmp_path: Path) -> None:
    data = tracked(tmp_path).with_name("ck.data-00000-of-00001")
    data.write_bytes(data.read_bytes()[:-1])
    assert errors(inspect_file(tmp_path / "ck")) == {("R201", GRAPH)}


def test_without_its_shard_an_object_is_named_by_its_path(tmp_path: Path) -> None:
    shapes = {
        f"model/lstm/cell/{name}{VALUE}": shape
        for name, shape in {"kernel": (8, 64), "recurrent_kernel": (16, 64), "bias": (64,)}.items()
    }
    slot = f"model/lstm/cell/kernel/.OPTIMIZER_SLOT/optimizer/m{VALUE}"
    index = write_with_graph(
        tmp_path / "ck", shapes | {slot: (8, 64), f"save_counter{VALUE}": ()}, []
    )
    index.with_name("ck.data-00000-of-00001").unlink()
    report = inspect_file(index)
    assert stored(report) == [("LSTM", 1600, 1600)]
    assert dict(report.totals.not_parameters) | {"optimizer": 512, "state": 1} == dict(
        report.totals.not_parameters
    )


@pytest.mark.parametrize(
    "nodes",
    [
        [node({"a": 1})],  # a child that is not there
        [node({"a": 2**40})],
        [field(3, field(3, 9))],  # a slot that is not there
        [b"\x0a\xff\xff\xff\xff\x0f"],  # a length beyond the end
    ],
)
def test_an_object_graph_that_contradicts_itself_is_refused(
    tmp_path: Path, nodes: list[bytes]
) -> None:
    with pytest.raises(UnreadableFile):
        inspect_file(write_with_graph(tmp_path / "ck", {}, nodes))


def test_objects_in_cycles_are_walked_once(tmp_path: Path) -> None:
    nodes = [node({"self": 0, "next": 1, "again": 1}), node({"back": 0, "self": 1})]
    report = inspect_file(write_with_graph(tmp_path / "ck", TRACKED, nodes))
    assert report.totals.parameters == 1600


def test_more_objects_than_the_limit_are_refused(tmp_path: Path) -> None:
    index = write_with_graph(tmp_path / "ck", {}, [b""] * 50)
    with pytest.raises(RefusedFile, match="objects=49"):
        inspect_file(index, Limits(objects=49))


def test_more_edges_than_the_limit_are_refused(tmp_path: Path) -> None:
    slots = b"".join(field(3, field(3, 0)) for _ in range(20))
    index = write_with_graph(tmp_path / "ck", {}, [node({f"e{at}": 0 for at in range(30)}) + slots])
    inspect_file(index, Limits(objects=51))
    with pytest.raises(RefusedFile, match="objects=50"):
        inspect_file(index, Limits(objects=50))
