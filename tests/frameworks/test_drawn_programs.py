"""Random hand-written cells, scripted, traced, frozen and exported: each is recognised."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest
import torch

from making.torch.drawn_cells import DrawnCell, drawn_cell
from making.torch.pickles import read_path
from rnninspect.cells import BIASES
from rnninspect.counter import count_layers
from rnninspect.model import Origin, SavedModel
from rnninspect.rules import Level, check

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings(
        "ignore::DeprecationWarning",
        "ignore::FutureWarning",
        "ignore::UserWarning",
        "ignore::torch.jit.TracerWarning",
    ),
]
FORMS = ("script", "trace", "frozen script", "frozen trace", "export", "decomposed export")
EACH = 40


def written(module: Any, drawn: DrawnCell, form: str, path: Path) -> Path:  # noqa: ANN401 - a module
    if "export" in form:
        program = torch.export.export(module, drawn.inputs)
        if "decomposed" in form:
            program = program.run_decompositions()
        torch.export.save(program, path)
        return path
    if "trace" in form:
        script = torch.jit.trace(module, drawn.inputs, check_trace=False)
    else:
        script = torch.jit.script(module)
    if "frozen" in form:
        script = torch.jit.freeze(script)
    script.save(path)
    return path


def found(model: SavedModel) -> list[tuple[str, int, int, int, Origin]]:
    return [
        (
            layer.cell,
            layer.sizes.input_size,
            layer.sizes.hidden_size,
            len(BIASES & {slot.role for operand in layer.operands for slot in operand.slots}),
            layer.origin,
        )
        for layer in model.layers
    ]


@pytest.mark.parametrize("form", FORMS)
def test_drawn_cells_are_recognised(form: str, tmp_path: Path) -> None:
    missed = []
    for seed in range(EACH):
        drawn = drawn_cell(Random(seed))  # noqa: S311 - no secret
        if "trace" in form and drawn.wrap == "attribute":
            continue  # a trace does not change attributes: nothing returns
        path = written(drawn.module(tmp_path), drawn, form, tmp_path / f"{seed}.pt2")
        model = read_path(path)
        findings = check(model, count_layers(model.layers))
        errors = [each for each in findings if each.level is Level.ERROR]
        expected = (drawn.cell, drawn.input_size, drawn.hidden_size, drawn.biases, Origin.RECOVERED)
        if found(model) != [expected] or errors or model.skipped:
            missed.append((seed, expected, found(model), errors))
    assert missed == []
