"""Programs of networks that are not recurrent: no layer, no step, no doubt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from making.torch.ordinary_networks import ORDINARY
from making.torch.pickles import read_path
from rnninspect.model import Fact

pytestmark = [
    pytest.mark.frameworks,
    pytest.mark.filterwarnings("ignore"),  # torch's own, of several kinds
]
FORMS = ("script", "frozen script", "trace", "export", "decomposed export")
DOUBTS = (Fact.AMBIGUOUS, Fact.POSSIBLE)


def written(module: Any, example: tuple[Any, ...], form: str, path: Path) -> None:  # noqa: ANN401 - a module
    if "export" in form:
        program = torch.export.export(module, example)
        if "decomposed" in form:
            program = program.run_decompositions()
        torch.export.save(program, path)
        return
    if form == "trace":
        script = torch.jit.trace(module, example, check_trace=False)
    else:
        script = torch.jit.script(module)
    (torch.jit.freeze(script) if "frozen" in form else script).save(path)


@pytest.mark.parametrize("form", FORMS)
def test_ordinary_networks_have_no_recurrent_layer(form: str, tmp_path: Path) -> None:
    found = {}
    for kind, example in ORDINARY:
        if form == "trace" and any(isinstance(each, int) for each in example):
            continue  # tracing takes tensors alone
        path = tmp_path / f"{kind.__name__}.pt2"
        written(kind().eval(), example, form, path)
        model = read_path(path)
        doubts = [note.detail for note in model.observations if note.fact in DOUBTS]
        if model.layers or model.skipped or doubts:
            found[kind.__name__] = ([layer.kind for layer in model.layers], model.skipped, doubts)
    assert found == {}
