"""The table in docs/other-tools.md of ten models says what rnninspect says of them now."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmark.ten_models import MODELS, Model, built, ours, write

PAGE = (Path(__file__).parents[2] / "docs" / "other-tools.md").read_text(encoding="utf-8")
ROWS = {
    cells[1].strip(): cells[-2].strip()
    for cells in (line.split("|") for line in PAGE.splitlines() if line.startswith("| "))
    if len(cells) == 7
}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_the_page_says_what_is_found(model: Model, tmp_path: Path) -> None:
    network = built(model)
    path = write(network, tmp_path)
    assert ROWS[model.name] == ours(path)
    recurrent = [
        each for each in network.modules() if type(each).__name__ in model.recurrent.split()
    ]
    count = sum(each.numel() for module in recurrent for each in module.parameters())
    assert f": {count:,};" in ours(path)
