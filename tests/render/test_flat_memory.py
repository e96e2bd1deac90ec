"""Formats over many files: reports are shown as they come, and none is kept."""

from __future__ import annotations

import gc
import json
import tracemalloc
from collections.abc import Callable, Iterator
from xml.etree import ElementTree as ET

import pytest

from making.audits import AUDITS, held, policies, with_bad
from making.by_hand import layer, model, report
from making.reports import UNREADABLE, drawn
from rnninspect.audit import Checking
from rnninspect.cells import Sizes
from rnninspect.render import AUDIT, CARD, REPORT, kept
from rnninspect.render.json_stream import stream
from rnninspect.render.report.json import dump
from rnninspect.render.view import View
from rnninspect.report import Report, Unreadable


def reports(number: int) -> Iterator[Report]:
    """Reports of many layers, each made when it is asked for."""
    for place in range(number):
        gc.collect()  # as the command does from time to time
        layers = [layer(sizes=Sizes(3, 2), name=f"l{at}") for at in range(16)]
        yield report(model(*layers), f"m{place}.pt")


def peak_of(pieces: Iterator[str]) -> int:
    """The most memory in use while a document is drawn and not kept."""
    gc.freeze()  # what was there before, frameworks at times, is not looked through at each piece
    tracemalloc.start()
    for _ in pieces:
        gc.collect()
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    gc.unfreeze()
    return peak


@pytest.fixture(autouse=True)
def _keep_all_on_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept, "_IN_MEMORY", 1)


@pytest.mark.parametrize("output", AUDIT)
def test_check_keeps_no_report(output: str) -> None:
    limits = {"max_parameters": 10_000, "max_hidden_size": 100}
    shown = {} if output == "html" else limits  # of which a page draws 200 at once

    def check(number: int) -> Iterator[str]:
        made = Checking(reports(number), policies(**shown))
        return AUDIT[output](made, View())

    peak_of(check(1))
    grown = peak_of(check(12)) - peak_of(check(4))
    assert grown < eight_reports() / 2


def eight_reports() -> int:
    """What eight reports that are kept take."""

    def all_kept(number: int) -> Iterator[str]:
        every = list(reports(number))
        yield str(len(every))

    peak_of(all_kept(1))
    return peak_of(all_kept(12)) - peak_of(all_kept(4))


@pytest.mark.parametrize("output", REPORT)
def test_inspect_keeps_no_report(output: str) -> None:
    def inspect(number: int) -> Iterator[str]:
        return REPORT[output](reports(number), View())

    peak_of(inspect(1))
    grown = peak_of(inspect(12)) - peak_of(inspect(4))
    assert grown < eight_reports() / 2


def test_a_card_shows_each_report_before_the_next_is_read() -> None:
    assert order_of(lambda asked: CARD["markdown"](asked, View()))[:4] == ["asked", "drawn"] * 2


def test_check_prints_each_report_as_json_before_the_next_is_read() -> None:
    def drawn(asked: Iterator[Report]) -> Iterator[str]:
        return AUDIT["json"](Checking(asked, policies()), View())

    assert order_of(drawn)[:4] == ["asked", "drawn"] * 2


def order_of(draw: Callable[[Iterator[Report]], Iterator[str]]) -> list[str]:
    """In which order two reports are asked for and drawn."""
    order = []

    def asked() -> Iterator[Report]:
        for made in reports(2):
            order.append("asked")
            yield made

    order.extend("drawn" for _ in draw(asked()))
    return order


@pytest.mark.parametrize("output", ["json", "sarif", "gitlab"])
@pytest.mark.parametrize("case", AUDITS)
@pytest.mark.parametrize("bad", [[], UNREADABLE], ids=["", "unreadable"])
def test_pieces_of_json_are_the_text_of_the_whole(
    case: str, output: str, bad: list[Unreadable]
) -> None:
    text = drawn(AUDIT, output, with_bad(AUDITS[case], bad))
    assert text == dump(json.loads(text))


def test_an_outcome_is_asked_for_after_the_reports() -> None:
    made = Checking(reports(2), policies(max_hidden_size=1))
    assert len(made.audit().failing) == 2
    assert list(made) == []
    assert made.audit() is made.audit()


def test_arrays_of_an_iterator_and_values_of_a_function() -> None:
    late = [1]
    document = {"a": iter([late, {}]), "b": [{"c": iter(())}], "d": lambda: {"e": list(late)}}
    pieces = stream(document)
    assert next(pieces) == '{\n "a": [\n  [\n   1\n  ]'
    late.append(2)
    rest = {"a": [[1], {}], "b": [{"c": []}], "d": {"e": [1, 2]}}
    assert '{\n "a": [\n  [\n   1\n  ]' + "".join(pieces) == dump(rest) + "\n"


def test_junit_of_no_model_is_a_document_too() -> None:
    root = ET.fromstring(drawn(AUDIT, "junit", held([])))  # noqa: S314 - we have just written it
    assert (root.tag, dict(root.attrib), len(root)) == (
        "testsuites",
        {"name": "rnninspect", "tests": "0", "failures": "0", "errors": "0"},
        0,
    )
