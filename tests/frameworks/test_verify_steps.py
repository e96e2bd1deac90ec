"""One step of each recovered cell: ONNX Runtime and the equations agree, unless the report errs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from making.onnx.drawn_cells import DrawnCell
from making.onnx.steps import DrawnStep
from rnninspect import inspect_file
from rnninspect.plugin import Role
from rnninspect.render import VERDICT
from rnninspect.render.view import View
from rnninspect.verification import Bounds, Judged, Outcome, verify
from rnninspect.verification.asking import question_on
from rnninspect.verification.question import Answer
from rnninspect_onnx.judge.steps import run_steps

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from rnninspect.model import Piece
    from rnninspect.report import Report

pytestmark = pytest.mark.frameworks

FORMS = ("one step", "unrolled", "loop", "scan")
CELLS = ("LSTM", "CIFG-LSTM", "GRU", "GRU, reset before", "RNN")


def drawn(cell: str, form: str) -> DrawnStep:
    """The first drawn step of a cell."""
    name, _, before = cell.partition(", ")
    seeds = (DrawnStep(7 * seed + len(form)) for seed in range(1000))
    return next(step for step in seeds if (step.cell, step.reset_before) == (name, bool(before)))


def report_on(path: Path, step: DrawnStep, form: str) -> Report:
    path.write_bytes(step.model(form, 3).SerializeToString())
    return inspect_file(path)


def mutated(report: Report, change: Callable[[Piece], Piece]) -> Report:
    return with_pieces(report, lambda pieces: tuple(map(change, pieces)))


def with_pieces(report: Report, change: Callable[[tuple[Piece, ...]], tuple[Piece, ...]]) -> Report:
    layers = (
        (counted, counted.layer._replace(pieces=change(counted.layer.pieces)))
        for counted in report.layers
    )
    return report._replace(layers=tuple(each._replace(layer=layer) for each, layer in layers))


def steps_of(report: Report) -> list[tuple[bool | None, str]]:
    """What the judge says of each step, in this process."""
    given = Answer()
    run_steps(report.path, question_on(report, Bounds(), trusted=False).parts, given)
    return [note for notes in given.steps.values() for note in notes]


def swapped(one: str, other: str) -> Callable[[Piece], Piece]:
    letters = {one: other, other: one}
    return lambda piece: piece._replace(gate=letters.get(piece.gate, piece.gate))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("cell", CELLS)
def test_a_step_and_its_equations_agree(tmp_path: Path, cell: str, form: str) -> None:
    if (cell, form) == ("RNN", "one step"):
        return  # alone it is not more than a layer over two inputs
    step = drawn(cell, form)
    report = report_on(tmp_path / "m.onnx", step, form)
    ((agrees, text),) = steps_of(report)
    assert agrees is True, text
    assert text.startswith("one step with random states and the stored weights, and ")
    order = [piece.gate for piece in report.layers[0].layer.pieces]
    for other in dict.fromkeys(order):
        if other != order[0]:
            ((agrees, text),) = steps_of(mutated(report, swapped(order[0], other)))
            assert agrees is False, (order[0], other, text)


def test_gates_are_named_by_their_functions(tmp_path: Path) -> None:
    """The product i·g is the same whichever of the two is i."""
    for seed in range(200):
        step = DrawnStep(seed)
        if step.cell == "LSTM" and not step.separate:
            report = report_on(tmp_path / "m.onnx", step, "unrolled")
            assert report.layers[0].layer.gate_order == "".join(step.gates), seed


def test_a_wrong_slot_is_noticed(tmp_path: Path) -> None:
    step = drawn("LSTM", "loop")
    report = report_on(tmp_path / "m.onnx", step, "loop")
    pieces = [each for each in report.layers[0].layer.pieces if each.role is Role.RECURRENT_KERNEL]

    def moved(piece: Piece) -> Piece:
        if piece != pieces[0]:
            return piece
        other = pieces[1]
        return piece._replace(tensors=other.tensors, part=other.part, units=other.units)

    ((agrees, text),) = steps_of(mutated(report, moved))
    assert agrees is False, text


def ugrnn() -> onnx.ModelProto:
    """UGRNN as TensorFlow 1 writes it: one joined kernel for gate and candidate."""
    m, n = 5, 3
    draw = np.random.default_rng(1)
    kernel = draw.standard_normal((m + n, 2 * n)).astype(np.float32)
    bias = draw.standard_normal(2 * n).astype(np.float32)
    nodes = [
        helper.make_node("Concat", ["x", "h"], ["xh"], axis=1),
        helper.make_node("Gemm", ["xh", "kernel", "bias"], ["sums"]),
        helper.make_node("Split", ["sums"], ["z_in", "g_in"], axis=1, num_outputs=2),
        helper.make_node("Sigmoid", ["z_in"], ["z"]),
        helper.make_node("Tanh", ["g_in"], ["g"]),
        helper.make_node("Sub", ["one", "z"], ["rest"]),
        helper.make_node("Mul", ["z", "h"], ["kept"]),
        helper.make_node("Mul", ["rest", "g"], ["fresh"]),
        helper.make_node("Add", ["kept", "fresh"], ["h_new"]),
    ]
    stored = {"kernel": kernel, "bias": bias, "one": np.array(1, np.float32)}
    value = helper.make_tensor_value_info
    graph = helper.make_graph(
        nodes,
        "ugrnn",
        [value("x", 1, ["batch", m]), value("h", 1, ["batch", n])],
        [value("h_new", 1, ["batch", n])],
        [numpy_helper.from_array(array, name) for name, array in stored.items()],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)


def test_ugrnn_with_a_batch_of_any_size(tmp_path: Path) -> None:
    path = tmp_path / "m.onnx"
    path.write_bytes(ugrnn().SerializeToString())
    report = inspect_file(path)
    assert [counted.layer.cell for counted in report.layers] == ["UGRNN"]
    ((agrees, text),) = steps_of(report)
    assert agrees is True, text
    assert "(1-z)·g with sigmoid and tanh" in text
    assert steps_of(mutated(report, swapped("z", "g")))[0][0] is False


def test_weights_of_few_bits_are_compared_as_floats(tmp_path: Path) -> None:
    from onnxruntime.quantization import quantize_dynamic

    step = drawn("LSTM", "unrolled")
    report_on(tmp_path / "m.onnx", step, "unrolled")
    quantize_dynamic(tmp_path / "m.onnx", tmp_path / "q.onnx")
    report = inspect_file(tmp_path / "q.onnx")
    ((agrees, text),) = steps_of(report)
    assert agrees is True, text
    assert text.endswith("(tolerance 0.02, quantised)")


def test_what_is_more_than_sums_is_not_compared(tmp_path: Path) -> None:
    report = report_on(tmp_path / "m.onnx", drawn("GRU", "loop"), "loop")
    ((agrees, text),) = steps_of(with_pieces(report, lambda _: ()))
    assert agrees is None
    assert text.startswith("its step was not compared: its gates read more than sums")


def test_a_step_that_disagrees_is_a_disagreement_of_the_file(tmp_path: Path) -> None:
    step = drawn("GRU", "unrolled")
    report = report_on(tmp_path / "m.onnx", step, "unrolled")
    wrong = mutated(report, swapped("z", "r"))
    for made, outcome in ((report, Outcome.AGREE), (wrong, Outcome.DISAGREE)):
        opinions = tuple(verify(made, Bounds(), lambda _: None))
        assert [opinion.verdict for opinion in opinions] == [Outcome.AGREE, outcome]
        assert [row.verdict for row in opinions[1].steps] == [outcome]
        text = "".join(VERDICT["table"]([Judged(made, opinions)], View(100)))
        assert f"onnxruntime {opinions[1].judge.split()[-1]} runs 1 of 1 recovered step" in text
        assert f": {outcome.value}, largest difference" in text


def test_masks_and_less_common_cells_never_disagree(tmp_path: Path) -> None:
    """What a mask mixes with the old state is compared before it does."""
    path = tmp_path / "m.onnx"
    for seed in range(60):
        drawn = DrawnCell(seed)
        path.write_bytes(drawn.model("scan", 3).SerializeToString())
        report = inspect_file(path)
        ((agrees, text),) = steps_of(report)
        assert agrees is (None if drawn.cell == "layer norm" else True), (seed, drawn.mask, text)
