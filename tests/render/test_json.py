"""One JSON document of many reports, put together piece by piece."""

from __future__ import annotations

import pytest

from making.by_hand import model, report
from rnninspect.render.report.json import document_of, dump, render
from rnninspect.render.view import View
from rnninspect.report import Report, Unreadable

NONE = Unreadable('"reports": []', 'a reason with "reports": [] in it')


@pytest.mark.parametrize("unreadable", [[], [NONE, NONE]])
@pytest.mark.parametrize("count", [0, 1, 3])
def test_the_pieces_are_the_whole_document(count: int, unreadable: list[Unreadable]) -> None:
    reports = [report(model()) for _ in range(count)]
    results: list[Report | Unreadable] = [*reports[:1], *unreadable, *reports[1:]]
    pieces = list(render(results, View()))
    assert "".join(pieces) == dump(document_of(reports, unreadable)) + "\n"
    assert len(pieces) == count + 1
