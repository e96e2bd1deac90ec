"""Programs of Paddle 1 and 2, written by hand, and the JSON of Paddle 3."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.paddle_files import Op, combined, in_json, lstm_shapes, program, state_dict, tensor
from makers.paddle_samples import both_ways, peephole, stack
from rnninspect import Report, UnreadableFile, inspect_file


def inspected(folder: Path, data: bytes, name: str = "net.pdmodel") -> Report:
    (folder / name).write_bytes(data)
    return inspect_file(folder / name)


def errors(report: Report) -> list[tuple[str, str]]:
    found = [finding for finding in report.findings if finding.level == "error"]
    return [(finding.rule, finding.message) for finding in found]


def layers(report: Report) -> list[tuple[str, int, int]]:
    return [(layer.name, layer.expected, layer.stored) for layer in report.layers]


def test_parameters_are_found_from_either_file(tmp_path: Path) -> None:
    shapes, op = stack()
    (tmp_path / "inference.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, [op]), "inference.pdmodel")
    assert layers(report) == [("lstm_0[0]", 56, 56), ("lstm_0[1]", 48, 48)]
    assert report.producer == "paddle 2.6.2"
    assert report.totals.bytes == 4 * 104
    assert not report.findings
    assert layers(inspect_file(tmp_path / "inference.pdiparams")) == layers(report)
    assert layers(inspect_file(tmp_path)) == layers(report)


def test_a_folder_with_a_file_for_each_parameter(tmp_path: Path) -> None:
    shapes, ops = peephole()
    for name, shape in shapes.items():
        (tmp_path / name).write_bytes(tensor(shape))
    (tmp_path / "__model__").write_bytes(program(shapes, ops))
    report = inspect_file(tmp_path)
    assert layers(report) == [("lstm_0", 78, 78)]
    assert not errors(report)
    (tmp_path / "fc_0.b_0").unlink()
    missing = errors(inspect_file(tmp_path / "__model__"))
    assert [rule for rule, _ in missing] == ["R204"]


def test_a_folder_with_all_parameters_in_one_file(tmp_path: Path) -> None:
    shapes, ops = peephole()
    (tmp_path / "__params__").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, ops), "__model__")
    assert layers(report) == [("lstm_0", 78, 78)]
    assert report.totals.bytes == 4 * 78


def test_a_program_that_is_saved_to_be_trained_has_a_state_dict(tmp_path: Path) -> None:
    shapes, ops = peephole()
    (tmp_path / "net.pdparams").write_bytes(state_dict(shapes, {}))
    report = inspected(tmp_path, program(shapes, ops))
    assert layers(report) == [("lstm_0", 78, 78)]
    assert not errors(report)


def test_without_its_parameters_a_program_is_an_error(tmp_path: Path) -> None:
    shapes, op = stack()
    report = inspected(tmp_path, program(shapes, [op]))
    assert errors(report) == [
        ("R204", "its parameters are in net.pdiparams, which is missing"),
    ]


def test_parameters_alone_have_no_names(tmp_path: Path) -> None:
    shapes, _ = stack()
    report = inspected(tmp_path, combined(shapes), "net.pdiparams")
    assert (report.format, report.totals.parameters, report.layers) == (
        "paddle parameters",
        104,
        (),
    )
    (note,) = report.findings
    assert (note.rule, report.totals.attributed) == ("R405", 0)
    assert note.message.startswith("the program, which says what the tensors are, is not beside")


def test_a_file_that_does_not_fit_its_program_is_an_error(tmp_path: Path) -> None:
    shapes, op = stack()
    narrow = shapes | {"lstm_cell_0.w_0": (8, 2)}
    (tmp_path / "net.pdiparams").write_bytes(combined(narrow))
    found = dict(errors(inspected(tmp_path, program(shapes, [op]))))
    assert set(found) == {"R101", "R104"}
    assert found["R104"].endswith("stored as float32 [8, 2], the program declares float32 [8, 3]")


@pytest.mark.parametrize("cut", [1, 40, 120])
def test_cut_parameters_are_errors(tmp_path: Path, cut: int) -> None:
    shapes, op = stack()
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes)[:-cut])
    try:
        found = errors(inspected(tmp_path, program(shapes, [op])))
    except UnreadableFile as error:
        assert str(error).startswith("net.pdiparams: truncated")  # noqa: PT017 - either is right
    else:
        assert "R201" in dict(found)


@pytest.mark.parametrize(
    ("kind", "gates"), [("gru", 3), ("gru_unit", 3), ("lstm", 4), ("lstmp", 4)]
)
def test_fluid_reads_the_kernel_of_the_product_in_front(
    tmp_path: Path, kind: str, gates: int
) -> None:
    rows, fed = gates * 4, 3 if kind == "lstmp" else 4
    shapes = {"fc_0.w_0": (6, rows), "x_0.w_0": (fed, rows), "x_0.b_0": (1, rows)}
    if kind == "lstmp":
        shapes["x_0.w_1"] = (4, 3)
    reads = {"Input": ["t1"], "Weight": ["x_0.w_0"], "Bias": ["x_0.b_0"]}
    reads |= {"ProjWeight": ["x_0.w_1"]} if kind == "lstmp" else {}
    ops = [
        Op("matmul_v2", {"X": ["x"], "Y": ["fc_0.w_0"]}, {"Out": ["t0"]}),
        Op("reshape2", {"X": ["t0"]}, {"Out": ["t1"]}),
        Op(kind, reads, {"Hidden": ["h"]}, {"use_peepholes": False}),
    ]
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, ops))
    expected = rows * (6 + fed + 1) + (12 if kind == "lstmp" else 0)
    assert layers(report) == [("x_0", expected, expected)]
    assert (report.layers[0].layer.convention, errors(report)) == ("fluid", [])


def test_fused_operators_have_their_kernels(tmp_path: Path) -> None:
    shapes = {"a": (6, 12), "b": (4, 12), "c": (1, 12), "d": (6, 16), "e": (4, 16), "f": (1, 28)}
    ops = [
        Op("fusion_gru", {"X": ["x"], "WeightX": ["a"], "WeightH": ["b"], "Bias": ["c"]}, {}),
        Op("fusion_lstm", {"X": ["x"], "WeightX": ["d"], "WeightH": ["e"], "Bias": ["f"]}, {}),
    ]
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, ops))
    assert layers(report) == [("b", 132, 132), ("e", 188, 188)]


def test_both_directions_of_multi_gru(tmp_path: Path) -> None:
    shapes = {
        f"{word}{way}": shape
        for way in "fr"
        for word, shape in (("x", (6, 12)), ("h", (4, 12)), ("b", (1, 12)))
    }
    reads = {"X": ["x"], "WeightX": ["xf", "xr"], "WeightH": ["hf", "hr"], "Bias": ["bf", "br"]}
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, [Op("multi_gru", reads, {}, {"layers": 1})]))
    assert layers(report) == [("hf[0]", 132, 132), ("hf[1]", 132, 132)]


def test_a_step_reads_inputs_and_state_by_one_matrix(tmp_path: Path) -> None:
    shapes = {"fc_0.w_0": (10, 16), "fc_0.b_0": (16,)}
    ops = [
        Op("fc", {"Input": ["x"], "W": ["fc_0.w_0"], "Bias": ["fc_0.b_0"]}, {"Out": ["t"]}),
        Op("lstm_unit", {"X": ["t"], "C_prev": ["c"]}, {"C": ["lstm_unit_0.tmp_0"]}),
    ]
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, ops))
    assert layers(report) == [("lstm_unit_0", 176, 176)]
    assert report.layers[0].layer.sizes.input_size == 6


@pytest.mark.parametrize("kind", ["attention_lstm", "gru"])
def test_what_cannot_be_counted_is_skipped_with_its_weights(tmp_path: Path, kind: str) -> None:
    """No formula is known, or the product with the inputs was not found."""
    shapes = {"w": (4, 12)}
    reads = {"Input": ["embedding"], "Weight": ["w"]}
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, [Op(kind, reads, {})]))
    (skipped,) = report.skipped
    assert [one.name for one in skipped.tensors] == ["w"]
    assert not report.layers


def test_cells_in_loops_are_found_by_the_names_of_their_parameters(tmp_path: Path) -> None:
    short = ("w_0", "w_1", "b_0", "b_1")
    shapes = {
        f"lstm_cell_3.{name}": shape
        for name, shape in zip(short, lstm_shapes(6, 5).values(), strict=True)
    }
    shapes["mine_0.w_0"] = (4, 4)
    body = [
        Op("matmul_v2", {"X": ["h"], "Y": ["lstm_cell_3.w_1"]}, {"Out": ["t0"]}),
        Op("matmul_v2", {"X": ["s"], "Y": ["mine_0.w_0"]}, {"Out": ["t1"]}),
        Op("sigmoid", {"X": ["t1"]}, {"Out": ["s"]}),
    ]
    (tmp_path / "net.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, program(shapes, [Op("while", {}, {}, {"sub_block": 1})], body))
    assert layers(report) == [("lstm_cell_3", 260, 260)]
    notes = [finding.message for finding in report.findings if finding.rule == "R405"]
    assert notes == [
        "the loop in block 1 multiplies weights as a recurrent cell does; 16 parameters"
    ]


def test_a_program_in_json_says_which_module_it_is(tmp_path: Path) -> None:
    shapes = {f"c.{name}": shape for name, shape in lstm_shapes(3, 2, gates=3).items()}
    text = in_json(shapes, "GRU", {"hidden_size": 2, "input_size": 3, "num_layers": 1})
    (tmp_path / "inference.pdiparams").write_bytes(combined(shapes))
    report = inspected(tmp_path, text.encode(), "inference.json")
    assert (report.format, layers(report)) == ("paddle program (JSON)", [("Net GRU", 42, 42)])
    assert layers(inspect_file(tmp_path / "inference.pdiparams")) == layers(report)


@pytest.mark.parametrize(
    "text",
    [
        '{"base_code":{"magic":"pir"}',
        '{"base_code":{"magic":"pir"},"program":[]}',
        '{"base_code":{"magic":"pir"},"program":{"regions":[{}]}}',
        '{"base_code":{"magic":"pir"},"program":{"regions":[{"blocks":[{"ops":[{"#":"p"}]}]}]}}',
    ],
)
def test_malformed_json_is_an_error(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnreadableFile):
        inspected(tmp_path, text.encode(), "inference.json")


def test_a_state_dict_is_no_program(tmp_path: Path) -> None:
    report = inspected(tmp_path, state_dict(*both_ways()), "net.pdmodel")
    assert report.format == "paddle state dict"
