"""Where there is no recurrent layer, each format says what was looked through and seen."""

from __future__ import annotations

import json

import pytest

from making.by_hand import layer, model, report, tensor
from making.reports import drawn, text_of
from rnninspect.comparison import compare, outline
from rnninspect.model import Fact, Observation, SavedModel, Search, Searched, SkippedLayer
from rnninspect.render import CARD
from rnninspect.render.diff.rows import summary
from rnninspect.render.report.sentences import no_layer
from rnninspect.render.view import View

DENSE = tensor("dense", (3, 3))
LOST = SkippedLayer("step", "MyCell", "no formula is known for this cell", (DENSE,))
SEEN = Observation(Fact.POSSIBLE, "it looks like a cell", tensor="dense", tensors=(DENSE,))


def found(
    search: Search | None = None,
    skipped: tuple[SkippedLayer, ...] = (),
    observations: tuple[Observation, ...] = (),
) -> SavedModel:
    made = model(others=(DENSE,))
    return made._replace(search=search, skipped=skipped, observations=observations)


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        (found(), "no recurrent layer: 1 tensor, no name or shape of a recurrent cell"),
        (
            found(search=Search(Searched.OPERATORS, 1_234)),
            "no recurrent layer: 1,234 operators searched, no state returns through stored weights",
        ),
        (
            found(search=Search(Searched.OPERATORS, 123_456, finished=False)),
            "no recurrent layer found: the search of 123,456 operators was given up (R407)",
        ),
        (
            found(search=Search(Searched.LAYERS, 1)),
            "no recurrent layer: 1 layer declared, none of a recurrent class",
        ),
        (model(), "no recurrent layer: the file stores no parameters"),
        (found(skipped=(LOST,)), "no recurrent layer of a known cell: 1 skipped (R401)"),
        (
            found(skipped=(LOST, LOST), observations=(SEEN,)),
            "no recurrent layer of a known cell: 2 skipped (R401), 1 possible (R405)",
        ),
    ],
)
def test_a_report_without_a_layer_says_what_was_searched(made: SavedModel, sentence: str) -> None:
    shown = report(made)
    assert no_layer(shown) == sentence
    assert sentence in " ".join(text_of("table", [shown], View()).split())
    for text in (text_of("markdown", [shown], View()), drawn(CARD, "markdown", [shown])):
        assert sentence[1:].replace(":", "\\:") in text


def test_json_has_what_was_searched() -> None:
    made = report(found(search=Search(Searched.OPERATORS, 7, finished=False)))
    (document,) = json.loads(text_of("json", [made], View()))["reports"]
    assert document["searched"] == {"what": "operators", "number": 7, "finished": False}


def test_json_lists_what_a_skipped_layer_stores() -> None:
    (document,) = json.loads(text_of("json", [report(found(skipped=(LOST,)))], View()))["reports"]
    (lost,) = document["skipped"]
    assert (lost["tensors"], lost["parameters"]) == (["dense"], 9)


def test_a_diff_of_files_with_skipped_layers_does_not_say_that_there_is_none() -> None:
    side, empty = outline(report(found(skipped=(LOST,)))), outline(report(found()))
    assert summary(compare(side, side)).endswith("no recurrent layer of a known cell in either")
    assert summary(compare(empty, empty)).endswith("no recurrent layer in either")


def test_a_report_with_layers_has_no_such_sentence() -> None:
    assert "no recurrent layer" not in text_of("table", [report(model(layer()))], View())
