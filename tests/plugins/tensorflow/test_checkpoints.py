"""Checkpoints of TensorFlow in each form in which one may be given, whole and broken."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from making.tensorflow.bundles import (
    GRAPH,
    VALUE,
    entry,
    field,
    header,
    node,
    shape_of,
    table,
    varint,
    write_by_name,
    write_with_graph,
)
from rnninspect import inspect_file
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.report import Report
from rnninspect.source.limits import Limits

KERNEL, BIAS = "rnn/lstm_cell/kernel", "rnn/lstm_cell/bias"
LSTM = {KERNEL: (24, 64), BIAS: (64,)}  # of 8 inputs and 16 units: 1,600 parameters
TRACKED = {f"lstm/cell/{name}{VALUE}": shape for name, shape in LSTM.items()}
DATA = "model.ckpt.data-00000-of-00001"


def errors(report: Report) -> set[tuple[str, str | None]]:
    return {(f.rule, f.tensor) for f in report.findings if f.level == "error"}


def stored(report: Report) -> list[tuple[str, int, int]]:
    return [(counted.cell.name, counted.expected, counted.stored) for counted in report.layers]


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return write_by_name(tmp_path / "model.ckpt", LSTM)


def state(folder: Path, text: str) -> None:
    (folder / "checkpoint").write_text(text)


@pytest.mark.parametrize("given", ["model.ckpt", "model.ckpt.index", "."])
def test_a_checkpoint_is_found_by_prefix_index_or_folder(index: Path, given: str) -> None:
    report = inspect_file(index.parent / given)
    assert report.format == "tf checkpoint"
    assert stored(report) == [("LSTM", 1600, 1600)]
    assert errors(report) == set()
    assert report.file_bytes == index.stat().st_size + 4 * 1600


def test_a_missing_file_that_is_no_prefix_stays_missing(index: Path) -> None:
    with pytest.raises(UnreadableFile, match="No such file"):
        inspect_file(index.parent / "model")


@pytest.mark.parametrize("name", ["model.ckpt", "/home/somebody/model.ckpt", "./model.ckpt"])
def test_the_state_file_names_the_newest(index: Path, name: str) -> None:
    write_by_name(index.with_name("other.ckpt"), {"dense/kernel": (2, 2)})
    state(index.parent, f'model_checkpoint_path: "{name}"\nall_model_checkpoint_paths: "other"\n')
    assert stored(inspect_file(index.parent)) == [("LSTM", 1600, 1600)]


@pytest.mark.parametrize("text", ["", "model_checkpoint_path: '../out/model.ckpt'", "no", "\0\xff"])
def test_a_state_file_that_leads_nowhere_or_outside_is_refused(index: Path, text: str) -> None:
    write_by_name(index.parent.parent / "out" / "model.ckpt", LSTM)
    state(index.parent, text)
    with pytest.raises(UnreadableFile):
        inspect_file(index.parent)


def test_several_checkpoints_without_a_state_file_are_refused(index: Path) -> None:
    write_by_name(index.with_name("other.ckpt"), LSTM)
    with pytest.raises(UnreadableFile, match="several"):
        inspect_file(index.parent)


def test_a_missing_shard_is_an_error_and_the_shapes_are_still_read(index: Path) -> None:
    index.with_name(DATA).unlink()
    report = inspect_file(index)
    assert errors(report) == {("R204", None)}
    assert stored(report) == [("LSTM", 1600, 1600)]


def test_a_short_shard_is_an_error_of_each_tensor_that_it_cuts(index: Path) -> None:
    data = index.with_name(DATA)
    data.write_bytes(data.read_bytes()[:-4])
    assert errors(inspect_file(index)) == {("R201", KERNEL)}
    data.write_bytes(b"")
    assert errors(inspect_file(index)) == {("R201", KERNEL), ("R201", BIAS)}


@pytest.mark.parametrize("size", [6140, 6148])
def test_an_entry_of_another_size_than_its_shape_is_an_error(tmp_path: Path, size: int) -> None:
    entries = [(b"", header()), (KERNEL.encode(), entry((24, 64), 0, size))]
    (tmp_path / "model.ckpt.index").write_bytes(table(entries))
    (tmp_path / DATA).write_bytes(bytes(6148))
    rule = "R201" if size < 6144 else "R202"
    assert (rule, KERNEL) in errors(inspect_file(tmp_path / "model.ckpt"))


def test_each_of_two_shards_is_held_against_its_own_entries(tmp_path: Path) -> None:
    entries = [
        (b"", header(2)),
        (BIAS.encode(), entry((64,), 0, 256, shard=1)),
        (KERNEL.encode(), entry((24, 64), 0, 6144)),
    ]
    (tmp_path / "m.index").write_bytes(table(entries))
    (tmp_path / "m.data-00000-of-00002").write_bytes(bytes(6144))
    report = inspect_file(tmp_path / "m")
    missing = {f.layer: f.message for f in report.findings if f.rule == "R204"}
    assert missing == {
        None: "m.data-00001-of-00002",
        "rnn": "its weights are in m.data-00001-of-00002, which is missing",
    }
    (tmp_path / "m.data-00001-of-00002").write_bytes(bytes(255))
    assert errors(inspect_file(tmp_path / "m")) == {("R201", BIAS)}


def sliced(sizes: tuple[int, ...]) -> list[tuple[bytes, bytes]]:
    """A kernel of 24 rows in slices of so many bytes."""
    name, found, at = KERNEL.encode().replace(b"\0", b"\0\xff"), [(b"", header())], 0
    for number, size in enumerate(sizes):
        key = b"\0" + name + b"\0\1" + bytes((1, 2, number))
        found.append((key, entry((size // 256, 64), at, size)))
        at += size
    whole = entry((24, 64), 0, 0) + field(7, field(1, b""))
    return [*found, (KERNEL.encode(), whole)]


def test_a_partitioned_variable_is_one_tensor_held_by_its_slices(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt.index").write_bytes(table(sliced((2048, 4096))))
    (tmp_path / DATA).write_bytes(bytes(6144))
    report = inspect_file(tmp_path / "model.ckpt")
    assert report.totals.parameters == 24 * 64
    assert report.totals.bytes == 6144
    assert "R201" not in {rule for rule, _ in errors(report)}
    (tmp_path / DATA).write_bytes(bytes(6143))
    assert ("R201", KERNEL) in errors(inspect_file(tmp_path / "model.ckpt"))


def test_a_slice_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt.index").write_bytes(table(sliced((2048,))))
    (tmp_path / DATA).write_bytes(bytes(6144))
    assert ("R201", KERNEL) in errors(inspect_file(tmp_path / "model.ckpt"))


def old(shapes: dict[str, tuple[int, ...]]) -> bytes:
    """A V1 checkpoint: all names in the first entry, the tensors behind."""
    metas = (
        field(1, field(1, name) + field(2, shape_of(shape)) + field(3, 1))
        for name, shape in shapes.items()
    )
    first = field(1, b"".join(metas))
    return table([(b"", first), *((f"\0{name}".encode(), bytes(64)) for name in shapes)])


def test_a_v1_checkpoint_is_read_by_its_first_entry(tmp_path: Path) -> None:
    (tmp_path / "model.ckpt").write_bytes(old(LSTM))
    state(tmp_path, 'model_checkpoint_path: "model.ckpt"')
    for path in (tmp_path, tmp_path / "model.ckpt"):
        assert stored(inspect_file(path)) == [("LSTM", 1600, 1600)]


def test_v1_shards_are_read_together(tmp_path: Path) -> None:
    first, second = (tmp_path / f"model.ckpt-0000{number}-of-00002" for number in range(2))
    first.write_bytes(old({KERNEL: (24, 64)}))
    assert ("R204", None) in errors(inspect_file(first))
    second.write_bytes(old({BIAS: (64,)}))
    for path in (first, second):
        assert stored(inspect_file(path)) == [("LSTM", 1600, 1600)]


def tracked(folder: Path) -> Path:
    """An LSTM that only its variables' names tell, whose kernel is a weight of its optimizer."""
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


def test_more_cells_than_make_the_layers_of_the_limit_are_refused(tmp_path: Path) -> None:
    shapes = {f"cell_{at}/recurrent_kernel": (2, 8) for at in range(7)}
    index = write_by_name(tmp_path / "ck", shapes)
    assert len(inspect_file(index, Limits(recurrent=4)).skipped) == 7
    with pytest.raises(RefusedFile, match="recurrent=3"):
        inspect_file(index, Limits(recurrent=3))


def test_more_edges_than_the_limit_are_refused(tmp_path: Path) -> None:
    slots = b"".join(field(3, field(3, 0)) for _ in range(20))
    index = write_with_graph(tmp_path / "ck", {}, [node({f"e{at}": 0 for at in range(30)}) + slots])
    inspect_file(index, Limits(objects=51))
    with pytest.raises(RefusedFile, match="objects=50"):
        inspect_file(index, Limits(objects=50))


def test_a_number_of_shards_costs_nothing_until_entries_lie_in_them(tmp_path: Path) -> None:
    (tmp_path / "m.index").write_bytes(table([(b"", header(2**31)), (b"a", entry((2,), 0, 8))]))
    report = inspect_file(tmp_path / "m")
    (missing,) = [finding.message for finding in report.findings if finding.rule == "R204"]
    assert missing == f"m.data-00000-of-{2**31:05}"


@pytest.mark.parametrize(
    "value",
    [
        entry((2,), 0, 8, shard=1),  # beyond the last shard
        entry((2,), -8, 8),
        entry((2,), 0, -8),
        b"\x0a\x05ab",  # a length beyond the end
        varint(1 << 70),
    ],
)
def test_an_entry_that_contradicts_itself_is_refused(tmp_path: Path, value: bytes) -> None:
    (tmp_path / "m.index").write_bytes(table([(b"", header()), (b"a", value)]))
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    with pytest.raises(UnreadableFile):
        inspect_file(tmp_path / "m")


@pytest.mark.parametrize("shape", [(-5, 3), (2**40, 2**40)])
def test_a_shape_that_no_array_has_is_an_error(tmp_path: Path, shape: tuple[int, ...]) -> None:
    size = min(math.prod(shape) * 4, 2**62) if min(shape) > 0 else 8
    (tmp_path / "m.index").write_bytes(table([(b"", header()), (b"a", entry(shape, 0, size))]))
    (tmp_path / "m.data-00000-of-00001").write_bytes(bytes(8))
    assert {rule for rule, _ in errors(inspect_file(tmp_path / "m"))} & {"R201", "R206"}


def test_an_index_of_the_other_byte_order_is_refused(tmp_path: Path) -> None:
    (tmp_path / "m.index").write_bytes(table([(b"", field(1, 1) + field(2, 1))]))
    with pytest.raises(UnreadableFile, match="big-endian"):
        inspect_file(tmp_path / "m")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("m.tflite", b"\x1c\0\0\0TFL3" + bytes(60), "TensorFlow Lite"),
        ("frozen.pb", field(1, field(1, "x") + field(2, "Placeholder") + field(5, b"a")), "graph"),
        ("m.data-00000-of-00001", bytes(40), "shard"),
        ("m.index", bytes(100), "cut off"),
    ],
)
def test_what_is_not_read_is_named_in_one_line(
    tmp_path: Path, name: str, data: bytes, said: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableFile, match=said):
        inspect_file(tmp_path / name)
