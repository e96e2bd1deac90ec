"""The examples in CONTRIBUTING.md work as they are printed."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from making.by_hand import layer, model, report, tensor
from making.hand_graphs import M, Maker, N
from rnninspect.cells import Sizes, equations, table
from rnninspect.cells.formula import count, formula
from rnninspect.counter import count_layers
from rnninspect.render.report import columns
from rnninspect.render.view import View
from rnninspect.rules import RULES, file
from rnninspect.rules.finding import Case

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text(encoding="utf-8")


def code_of(name: str) -> str:
    """The block of code under an example's comment."""
    match = re.search(rf"<!-- example: {name} -->\n\n```python\n(.*?)```", TEXT, re.DOTALL)
    assert match, f"no example: {name}"
    return match[1]


def example(name: str, module: ModuleType) -> Any:  # noqa: ANN401 - a record of any kind
    """The record that an example makes where its text says that it belongs."""
    *before, last = ast.parse(code_of(name)).body
    assert isinstance(last, ast.Expr)
    known = dict(vars(module))
    exec(compile(ast.Module(before, []), name, "exec"), known)  # noqa: S102 - our own text
    return eval(compile(ast.Expression(last.value), name, "eval"), known)  # noqa: S307 - as above


def test_a_cell_is_one_entry() -> None:
    cell, sizes = example("cell", table), Sizes(3, 2)
    assert formula(cell, cell.roles(), sizes).symbolic == "2(nm + n² + n)"
    assert "`2(nm + n² + n)`" in TEXT
    assert count(cell, cell.roles(), sizes) == 2 * (2 * 3 + 2 * 2 + 2)


def ugrnn() -> list[str]:
    """The cells that are recognised in a step of a UGRNN."""
    to = Maker()
    x, h = to.fed(M), to.fed(N)
    z, g = to.gates(x, h, 2)
    z, g = to.call("sigmoid", z), to.call("tanh", g)
    rest = to.call("sub", to.number(1.0), z)
    new = to.call("add", to.call("mul", z, h), to.call("mul", rest, g))
    return [cell.cell for cell in to.found(new)]


def test_a_cell_is_recognised_by_its_step(monkeypatch: pytest.MonkeyPatch) -> None:
    step = example("step", equations)
    monkeypatch.delitem(equations.EQUATIONS, "UGRNN")
    assert ugrnn() == []
    monkeypatch.setitem(equations.EQUATIONS, "UGRNN", (step,))
    assert ugrnn() == ["UGRNN"]


def test_a_rule_is_one_record() -> None:
    rule = example("rule", file)
    assert rule.code not in RULES
    saved = model(layer(), others=(tensor("empty", (0, 3)), tensor("full", (3,))))
    counts = count_layers(saved.layers)
    breaches = rule.check(Case(saved, counts, (), counts))
    assert [breach.tensor for breach in breaches] == ["empty"]


def test_a_column_is_one_entry() -> None:
    column = example("column", columns)
    assert column.name not in columns.BY_NAME
    shown = report(model(layer()))
    assert column.value(shown, shown.layers[0]) == shown.layers[0].layer.convention


def test_a_format_is_one_module() -> None:
    module = ModuleType("totals")
    exec(code_of("format"), vars(module))  # noqa: S102 - our own text
    shown = report(model(layer()), "a\tb.onnx")
    (line,) = module.render([shown], View())
    assert line.endswith(f"\t{shown.totals.parameters}\n")
    assert line.count("\t") == 1
