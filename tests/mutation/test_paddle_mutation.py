"""Each fault in each weight of Paddle's samples, and of a stack: found by a right rule."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from makers.paddle_files import Op, combined, in_json, lstm_shapes, program, state_dict
from makers.paddle_samples import both_ways, peephole, stack
from mutation.table import note
from rnninspect import inspect_file
from rnninspect.report import Report

pytestmark = pytest.mark.mutation
FOUND = frozenset({"R101", "R102", "R103", "R104", "R105", "R106", "R107", "R108", "R109"})
Shapes = Mapping[str, tuple[int, ...]]
Changed = dict[str, tuple[int, ...]]
Write = Callable[[Path, Shapes], Path]


def cut(shapes: Changed, name: str) -> None:
    first, *others = shapes[name]
    shapes[name] = (first - 1, *others)


def grown(shapes: Changed, name: str) -> None:
    *others, last = shapes[name]
    shapes[name] = (*others, last + 1)


def swapped(shapes: Changed, name: str) -> None:
    shapes[name] = shapes[name][::-1]


def dropped(shapes: Changed, name: str) -> None:
    del shapes[name]


def renamed(shapes: Changed, name: str) -> None:
    shapes[f"{name}x"] = shapes.pop(name)


FAULTS = {each.__name__: each for each in (cut, grown, swapped, dropped, renamed)}


def levels() -> tuple[Changed, dict[str, str]]:
    """The arrays of an nn.LSTM of two levels, and the names of the parameters."""
    shapes: Changed = {}
    names: dict[str, str] = {}
    for level, inputs in enumerate((7, 5)):
        cell = lstm_shapes(inputs, 5)
        for word, own in zip(cell, ("w_0", "w_1", "b_0", "b_1"), strict=True):
            shapes[f"rnn.{level}.cell.{word}"] = cell[word]
            names[f"rnn.{level}.cell.{word}"] = f"lstm_cell_{level}.{own}"
    return shapes, names


def as_state(names: dict[str, str]) -> Write:
    def write(folder: Path, shapes: Shapes) -> Path:
        (folder / "net.pdparams").write_bytes(state_dict(shapes, names))
        return folder / "net.pdparams"

    return write


def as_program(declared: Shapes, *ops: Op) -> Write:
    """A program with the parameters that a file beside it really has."""

    def write(folder: Path, shapes: Shapes) -> Path:
        (folder / "net.pdmodel").write_bytes(program(declared, ops))
        (folder / "net.pdiparams").write_bytes(combined(shapes))
        return folder / "net.pdmodel"

    return write


def consistent(*ops: Op) -> Write:
    """A program that declares what the file beside it has: only the formula can differ."""
    return lambda folder, shapes: as_program(shapes, *ops)(folder, shapes)


def as_json(folder: Path, shapes: Shapes) -> Path:
    about = {"hidden_size": 5, "input_size": 7, "num_layers": 1}
    (folder / "net.json").write_text(in_json(shapes, "GRU", about))
    (folder / "net.pdiparams").write_bytes(combined(shapes))
    return folder / "net.json"


def cases() -> dict[str, tuple[Changed, Write]]:
    both, names = both_ways()
    own = {name: shape for name, shape in both.items() if ".cell_" in name}
    stacked, stack_names = levels()
    rnn_shapes, rnn = stack()
    fluid_shapes, fluid_ops = peephole()
    gru = {f"c.{word}": shape for word, shape in lstm_shapes(7, 5, gates=3).items()}
    return {
        "both directions": (own, as_state(names)),
        "levels": (stacked, as_state(stack_names)),
        "rnn, declared": (rnn_shapes, as_program(rnn_shapes, rnn)),
        "rnn": (rnn_shapes, consistent(rnn)),
        "lstm, declared": (fluid_shapes, as_program(fluid_shapes, *fluid_ops)),
        "lstm": (fluid_shapes, consistent(*fluid_ops)),
        "json": (gru, as_json),
    }


def told(report: Report) -> set[str]:
    return {found.rule for found in report.findings if found.level == "error"}


CASES = cases()
# What the rest of the file is sound without, or what changes on both sides.
SOUND = {
    *(("levels", "grown", f"rnn.{level}.cell.weight_ih") for level in (0, 1)),  # one input more
    *(("lstm", "cut", f"fc_0.w_{number}") for number in (0, 1)),  # one input fewer
}
SAME = {("rnn, declared", "renamed"), ("lstm, declared", "renamed"), ("json", "renamed")}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("fault", FAULTS)
def test_each_seeded_fault_is_found(case: str, fault: str, tmp_path: Path) -> None:
    if (case, fault) in SAME:  # the order of the names stays as it was
        return
    shapes, write = CASES[case]
    wrong = []
    for name in shapes:
        changed = dict(shapes)
        FAULTS[fault](changed, name)
        if changed == shapes or (case, fault, name) in SOUND:
            continue
        report = inspect_file(write(tmp_path, changed))
        found = bool(told(report) & FOUND or report.skipped)
        note("paddle", fault, found=found)
        if not found:
            wrong.append(f"{name}: {sorted(told(report))}")
    assert not wrong


@pytest.mark.parametrize("case", CASES)
def test_an_intact_model_raises_no_error(case: str, tmp_path: Path) -> None:
    shapes, write = CASES[case]
    rules = told(inspect_file(write(tmp_path, shapes)))
    note("paddle", "(false alarms)", found=not rules)
    assert not rules


@pytest.mark.parametrize("number", ["hidden_size", "input_size", "num_layers"])
def test_another_declared_number_is_found(number: str, tmp_path: Path) -> None:
    shapes, op = stack()
    about = dict(op.attributes)
    about[number] = int(about[number]) + 1
    op = Op(op.kind, op.reads, op.gives, about)
    report = inspect_file(as_program(shapes, op)(tmp_path, shapes))
    note("paddle", "declared size", found=bool(told(report) & FOUND) or bool(report.skipped))
    assert told(report) & FOUND or report.skipped
