"""One JSON document of many reports, put together piece by piece."""

from __future__ import annotations

import pytest

from making.by_hand import model, report
from rnninspect.render.json_stream import render
from rnninspect.render.report.json import dump, heading, report_json
from rnninspect.render.view import View
from rnninspect.report import Report, Unreadable

NONE = Unreadable('"reports": []', 'a reason with "reports": [] in it')


@pytest.mark.parametrize("unreadable", [[], [NONE, NONE]])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_pieces_are_the_whole_document(count: int, unreadable: list[Unreadable]) -> None:
    reports = [report(model()) for _ in range(count)]
    results: list[Report | Unreadable] = [*reports[:1], *unreadable, *reports[1:]]
    pieces = list(render(results, View()))
    listed = [{"path": file.path, "reason": file.reason} for file in unreadable]
    whole = {**heading(), "reports": [report_json(made) for made in reports], "unreadable": listed}
    assert "".join(pieces) == dump(whole) + "\n"
    assert len(pieces) == count + 1
