"""Cells in ML programs that were taken apart, written by hand: loops of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from makers.coreml_files import (
    FLOAT32,
    INT32,
    block,
    const,
    field,
    inline,
    named,
    one,
    operation,
    program,
)
from rnninspect import Report, inspect_file

M, N = 3, 4
Names = tuple[str, ...]
STATE = field(1, named("h", FLOAT32, (1, N)))


def inspected(operations: list[bytes], folder: Path, outputs: tuple[str, ...] = ("y",)) -> Report:
    path = folder / "m.mlmodel"
    path.write_bytes(program(operations, outputs))
    return inspect_file(path)


def step(state: str, given: str) -> list[bytes]:
    """tanh(W·x + b + R·h) of names, which gives `new`."""
    return [
        const("w", inline((N, M)), (N, M)),
        const("b", inline((N,)), (N,)),
        const("r", inline((N, N)), (N, N)),
        operation("linear", "wx", {"x": given, "weight": "w", "bias": "b"}, (1, N)),
        operation("linear", "rh", {"x": state, "weight": "r"}, (1, N)),
        operation("add", "sum", {"x": "wx", "y": "rh"}, (1, N)),
        operation("tanh", "new", {"x": "sum"}, (1, N)),
    ]


def loop(
    body: list[bytes], inputs: bytes, given: tuple[str, ...], outputs: tuple[str, ...]
) -> bytes:
    condition = block([], outputs, inputs)
    shape = (1, N)
    blocks = (condition, block(body, outputs, inputs))
    return operation("while_loop", "y", {"loop_vars": given}, shape, blocks=blocks)


def test_a_loop_that_reads_a_list_and_carries_its_state(tmp_path: Path) -> None:
    """As coremltools converts the loops of TensorFlow."""
    filled = operation("list_scatter", "xs", {"ls": "ls", "value": "x", "indices": "i"}, ())
    read = operation("list_read", "xt", {"ls": "xs", "index": "i"}, (1, M))
    start = const("h0", inline((1, N)), (1, N))
    report = inspected(
        [start, filled, loop([read, *step("h", "xt")], STATE, ("h0",), ("new",))], tmp_path
    )
    (found,) = report.layers
    assert (found.layer.cell, found.expected, found.stored) == ("RNN", 32, 32)
    assert (report.totals.parameters, report.totals.not_parameters["state"]) == (32, 4)


def test_a_weight_that_a_loop_hands_on_unchanged_is_a_weight(tmp_path: Path) -> None:
    carried = STATE + field(1, named("inner", FLOAT32, (N, N)))
    filled = operation("list_scatter", "xs", {"ls": "ls", "value": "x", "indices": "i"}, ())
    body = [
        operation("list_read", "xt", {"ls": "xs", "index": "i"}, (1, M)),
        const("w", inline((N, M)), (N, M)),
        operation("linear", "wx", {"x": "xt", "weight": "w"}, (1, N)),
        operation("linear", "rh", {"x": "h", "weight": "inner"}, (1, N)),
        operation("add", "sum", {"x": "wx", "y": "rh"}, (1, N)),
        operation("tanh", "new", {"x": "sum"}, (1, N)),
    ]
    start = [const("h0", inline((1, N)), (1, N)), const("outer", inline((N, N)), (N, N)), filled]
    report = inspected([*start, loop(body, carried, ("h0", "outer"), ("new", "inner"))], tmp_path)
    assert [(each.layer.cell, each.stored) for each in report.layers] == [("RNN", 28)]
    assert (report.totals.parameters, report.totals.not_parameters["state"]) == (28, 4)


def in_a_list(*, cast: bool) -> list[bytes]:
    """A loop that keeps its states in a list, as coremltools makes it of a GRU of torch."""
    carried = field(1, named("i", INT32, (1,))) + field(1, named("hs", FLOAT32, (6, 1, N)))
    axis = const("axis", inline((), INT32), (), INT32)
    whole = "half" if cast else "hs"
    body = [
        axis,
        *([operation("cast", "half", {"x": "hs"}, (6, 1, N))] if cast else []),
        operation("gather", "x1", {"x": "x", "indices": "i", "axis": "axis"}, (1, 1, M)),
        operation("squeeze", "xt", {"x": "x1"}, (1, M)),
        operation("gather", "h1", {"x": whole, "indices": "i", "axis": "axis"}, (1, 1, N)),
        operation("squeeze", "h", {"x": "h1"}, (1, N)),
        *step("h", "xt"),
        operation("expand_dims", "up", {"x": "new"}, (1, 1, N)),
        operation("add", "i1", {"x": "i", "y": "i"}, (1,), dtype=INT32),
        operation("scatter", "s", {"data": whole, "updates": "up", "indices": "i1"}, (6, 1, N)),
        *([operation("cast", "whole", {"x": "s"}, (6, 1, N))] if cast else []),
    ]
    given = [
        const("i0", inline((1,), INT32), (1,), INT32),
        const("l0", inline((6, 1, N)), (6, 1, N)),
    ]
    return [*given, loop(body, carried, ("i0", "l0"), ("i1", "whole" if cast else "s"))]


@pytest.mark.parametrize("cast", [False, True])
def test_a_loop_that_keeps_its_states_in_a_list(tmp_path: Path, cast: bool) -> None:
    report = inspected(in_a_list(cast=cast), tmp_path)
    (found,) = report.layers
    assert (found.layer.cell, found.expected, found.stored) == ("RNN", 32, 32)
    assert (report.totals.parameters, report.totals.not_parameters["state"]) == (32, 24)


def test_the_number_of_a_counter_is_not_that_of_a_gate(tmp_path: Path) -> None:
    """The 1 that is added to a counter is whole, the 1 of `1 - z` is not."""
    carried = field(1, named("i", INT32, (1,))) + STATE
    body: list[bytes] = [
        const("whole", one(INT32), (), INT32),
        operation("add", "i1", {"x": "i", "y": "whole"}, (1,), dtype=INT32),
        const("axis", inline((), INT32), (), INT32),
        operation("gather", "x1", {"x": "x", "indices": "i", "axis": "axis"}, (1, 1, M)),
        operation("squeeze", "xt", {"x": "x1"}, (1, M)),
    ]
    for gate, active in (("z", "sigmoid"), ("g", "tanh")):
        body += [
            const(f"w{gate}", inline((N, M)), (N, M)),
            const(f"r{gate}", inline((N, N)), (N, N)),
            operation("linear", f"a{gate}", {"x": "xt", "weight": f"w{gate}"}, (1, N)),
            operation("linear", f"b{gate}", {"x": "h", "weight": f"r{gate}"}, (1, N)),
            operation("add", f"s{gate}", {"x": f"a{gate}", "y": f"b{gate}"}, (1, N)),
            operation(active, gate, {"x": f"s{gate}"}, (1, N)),
        ]
    body += [
        const("one", one(FLOAT32), ()),
        operation("sub", "rest", {"x": "one", "y": "z"}, (1, N)),
        operation("mul", "old", {"x": "z", "y": "h"}, (1, N)),
        operation("mul", "fresh", {"x": "rest", "y": "g"}, (1, N)),
        operation("add", "new", {"x": "old", "y": "fresh"}, (1, N)),
    ]
    start = [const("i0", inline((1,), INT32), (1,), INT32), const("h0", inline((1, N)), (1, N))]
    report = inspected([*start, loop(body, carried, ("i0", "h0"), ("i1", "new"))], tmp_path)
    assert [(each.layer.cell, each.expected) for each in report.layers] == [("UGRNN", 56)]


def test_a_loop_of_an_unknown_step_is_named(tmp_path: Path) -> None:
    body = [
        const("r", inline((N, N)), (N, N)),
        operation("linear", "rh", {"x": "h", "weight": "r"}, (1, N)),
        operation("sigmoid", "s", {"x": "rh"}, (1, N)),
        operation("mul", "sh", {"x": "s", "y": "rh"}, (1, N)),
        operation("exp", "new", {"x": "sh"}, (1, N)),
    ]
    start = const("h0", inline((1, N)), (1, N))
    report = inspected([start, loop(body, STATE, ("h0",), ("new",))], tmp_path)
    assert not report.layers
    assert {finding.rule for finding in report.findings} & {"R401", "R405"}
