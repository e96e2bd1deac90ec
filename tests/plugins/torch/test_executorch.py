"""ExecuTorch's programs and data files, written by their schemas."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.torch.executorch import BYTE, LONG, Fields, data_file, number, program, tensor
from making.torch.pickles import read_path
from rnninspect import inspect_file
from rnninspect.errors import UnreadableFile
from rnninspect.report import Report

NAMELESS = "the names of weights are not stored: each is named by its number"
LSTM = {"rnn.weight_ih_l0": (16, 5), "rnn.weight_hh_l0": (16, 4), "rnn.bias_ih_l0": (16,)}
LSTM |= {"rnn.bias_hh_l0": (16,), "head.weight": (2, 4)}


def inspected(data: bytes, folder: Path, name: str = "model.pte") -> Report:
    path = folder / name
    path.write_bytes(data)
    return inspect_file(path)


def errors(report: Report) -> list[tuple[str, str | None]]:
    return [(found.rule, found.tensor) for found in report.findings if found.level == "error"]


def notes(report: Report) -> list[str]:
    return [found.message for found in report.findings if found.rule == "R407"]


def tensors(data: bytes, folder: Path) -> dict[str, tuple[tuple[int, ...], str, str]]:
    (folder / "model.pte").write_bytes(data)
    model = read_path(folder / "model.pte")
    return {each.name: (each.shape, each.dtype, str(each.purpose)) for each in model.tensors}


def test_constants_are_listed_by_number(tmp_path: Path) -> None:
    values = [
        tensor(0, (1, 3)),  # an activation
        tensor(1, (2, 3)),
        tensor(2, (2,)),
        tensor(3, (4,), LONG),
        tensor(4, (3, 2), BYTE),
    ]
    data = program(values, [bytes(96)], (0, 0, 32, 48, 80))
    report = inspected(data, tmp_path)
    assert tensors(data, tmp_path) == {
        "constant.1": ((2, 3), "float32", "parameter"),
        "constant.2": ((2,), "float32", "parameter"),
        "constant.3": ((4,), "int64", "constants"),
        "constant.4": ((3, 2), "int8", "parameter"),
    }
    assert (report.format, report.framework) == ("executorch program", "pytorch")
    assert (report.totals.parameters, errors(report), notes(report)) == (14, [], [NAMELESS])


def test_methods_share_their_weights(tmp_path: Path) -> None:
    plan = {0: "forward", 2: [tensor(1, (2, 3))]}
    again = {0: "backward", 2: [tensor(1, (2, 3))]}
    data = program([], [bytes(32)], (0, 0), plans=[plan, again])
    assert inspected(data, tmp_path).totals.parameters == 6


def test_a_segment_that_is_cut(tmp_path: Path) -> None:
    data = program([tensor(1, (2, 3)), tensor(2, (4,))], [bytes(48)], (0, 0, 32))
    assert errors(inspected(data[:-4], tmp_path)) == [("R201", "constant.2")]


def test_a_constant_beyond_its_segment(tmp_path: Path) -> None:
    data = program([tensor(1, (2, 3)), tensor(2, (4,))], [bytes(48)], (0, 0, 40))
    assert errors(inspected(data, tmp_path)) == [("R201", "constant.2")]


def test_a_buffer_that_no_segment_has(tmp_path: Path) -> None:
    data = program([tensor(7, (2, 3))], [bytes(48)], (0, 0))
    assert errors(inspected(data, tmp_path)) == [("R201", "constant.7")]


def test_buffers_inside_of_an_older_program(tmp_path: Path) -> None:
    data = program([tensor(1, (2, 3))], buffers=[{}, {0: bytes(24)}])
    report = inspected(data, tmp_path)
    assert (report.totals.parameters, errors(report)) == (6, [])


def test_initial_values_of_what_is_written_to(tmp_path: Path) -> None:
    given = {1: "cell.state"}
    state = tensor(1, (1, 4), allocation={0: number("I", 1)}, extra=given)
    data = program([state], [bytes(16)], mutable=[{0: number("I", 0), 1: number("Q", [0, 0])}])
    report = inspected(data, tmp_path)
    assert list(tensors(data, tmp_path)) == ["cell.state"]
    assert errors(report) == []


def test_names_of_weights_in_a_data_file(tmp_path: Path) -> None:
    """The program has the shapes and the names, the data file the elements."""
    report = inspected(data_file(LSTM), tmp_path, "weights.ptd")
    (layer,) = report.layers
    assert (layer.layer.name, layer.layer.cell, layer.expected, layer.stored) == (
        "rnn",
        "LSTM",
        176,
        176,
    )
    assert (report.format, report.totals.parameters, errors(report)) == ("executorch data", 184, [])
    outside = [tensor(0, shape, extra={1: name, 2: number("b", 1)}) for name, shape in LSTM.items()]
    report = inspected(program(outside), tmp_path)
    assert [layer.layer.name for layer in report.layers] == ["rnn"]
    assert notes(report) == ["5 tensors, each stored in a data file (.ptd) beside the program"]
    assert errors(report) == []


def test_a_data_file_that_is_cut(tmp_path: Path) -> None:
    report = inspected(data_file(LSTM)[:-4], tmp_path, "weights.ptd")
    assert errors(report) == [("R201", "head.weight")]


@pytest.mark.parametrize("location", [0, 1], ids=["inline", "segment"])
def test_what_a_backend_compiled_is_named(tmp_path: Path, location: int) -> None:
    where = {0: number("b", location), 1: number("I", 0)}
    plan = {7: [{0: "XnnpackBackend", 1: where}]}
    inline: list[Fields] = [] if location else [{0: bytes(100)}]
    data = program([], [bytes(100)] if location else [], plan=plan, delegated=inline)
    report = inspected(data, tmp_path)
    assert notes(report) == ["100 bytes are compiled for XnnpackBackend, and not described"]
    assert tensors(data, tmp_path) == {"forward.XnnpackBackend.0": ((100,), "uint8", "constants")}
    assert report.totals.parameters == 0


def test_named_data_of_a_backend(tmp_path: Path) -> None:
    data = program([], [bytes(40)], named=[{0: "packed weights", 1: number("I", 0)}])
    assert list(tensors(data, tmp_path)) == ["named data packed weights"]


def step() -> bytes:
    """One step of an LSTM as executorch 1.5 lowers nn.LSTMCell: 5 inputs, 4 units."""
    shapes = {"w": (16, 5), "u": (16, 4), "b": (16,), "x": (1, 5), "h": (1, 4), "c": (1, 4)}
    shapes |= {"wt": (5, 16), "ut": (4, 16), "mx": (1, 16), "mh": (1, 16), "sum": (1, 16)}
    shapes |= dict.fromkeys(("i", "f", "g", "o", "si", "sf", "tg", "so"), (1, 4))
    shapes |= dict.fromkeys(("fc", "ig", "c2", "tc", "h2"), (1, 4))
    names = [*shapes, "one", "zero", "four", "turned", "sizes", "parts"]
    at = {name: number for number, name in enumerate(names)}
    buffers = {"w": 1, "u": 2, "b": 3}
    values = [tensor(buffers.get(name, 0), shape) for name, shape in shapes.items()]
    for name in shapes.keys() - buffers:  # what is no weight has a place in memory
        values[at[name]][1][6] = {0: number("I", 1), 1: number("I", 64 * at[name])}
    values += [{0: number("B", 2), 1: {0: number("q", each)}} for each in (1, 0, 4)]
    lists = ((7, "q", ["one", "zero"]), (7, "q", ["four"] * 4), (10, "i", ["i", "f", "g", "o"]))
    values += [
        {0: number("B", kind), 1: {0: number(code, [at[each] for each in items])}}
        for kind, code, items in lists
    ]
    calls = """
        permute_copy w turned wt wt | mm x wt mx mx | permute_copy u turned ut ut
        | addmm b h ut one one mh mh | add mx mh one sum sum
        | split_with_sizes_copy sum sizes one parts parts
        | sigmoid i si si | sigmoid f sf sf | tanh g tg tg | sigmoid o so so
        | mul sf c fc fc | mul si tg ig ig | add fc ig one c2 c2 | tanh c2 tc tc | mul so tc h2 h2
    """
    words = [call.split() for call in calls.split("|")]
    operators = sorted({name for name, *_ in words})
    made = [
        {
            0: number("B", 1),
            1: {
                0: number("i", operators.index(name)),
                1: number("i", [at[each] for each in arguments]),
            },
        }
        for name, *arguments in words
    ]
    plan = {
        3: number("i", [at[name] for name in "xhc"]),
        4: number("i", [at["h2"], at["c2"]]),
        5: [{2: made}],
        6: [{0: f"aten::{name}", 1: "out"} for name in operators],
    }
    return program(values, [bytes(640)], (0, 0, 320, 576), plan)


def test_a_cell_is_recognised_in_the_calls(tmp_path: Path) -> None:
    """Hand-checked: 4(4·5 + 4² + 4) with the one bias that the step adds."""
    report = inspected(step(), tmp_path)
    (layer,) = report.layers
    assert (layer.layer.kind, layer.layer.origin) == ("LSTM (one step)", "recovered")
    assert (layer.layer.sizes.input_size, layer.layer.sizes.hidden_size) == (5, 4)
    assert (layer.expected, layer.stored, errors(report)) == (160, 160, [])


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x10\0\0\0ET12" + bytes(8), "beyond the end"),
        (program([tensor(1, [1] * 100)], [bytes(48)], (0, 0)), "a tensor of rank 100"),
        (program([], named=[{0: "a", 1: number("I", 9)}]), "refers to segment 9"),
        (program([tensor(0, (1, 2))]), "no tensors found"),
    ],
)
def test_malformed_programs(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        inspected(data, tmp_path)
