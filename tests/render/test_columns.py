"""Which columns lead, what a verdict says in words, and the order of rows."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence

import pytest

from making.by_hand import layer, model, report, reshaped
from making.reports import drawn, text_of
from rnninspect.cells import Role, Sizes
from rnninspect.comparison import compare, outline
from rnninspect.model import Fact, Observation, Origin, RecurrentLayer
from rnninspect.render import DIFF, EXPLANATION
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.report.columns import BY_NAME, Row, RowKind, without_named_cells
from rnninspect.render.view import View
from rnninspect.report import Report
from rnninspect.wording.order import in_natural_order

ANSWERS = ["Layer", "Kind", "m", "n", "Formula", "Stored", "Verdict"]
LONG = "encoder.blocks.0.sequence_mixer.recurrent"


def table_of(made: Report, view: View) -> list[str]:
    return text_of("table", [made], view).split("\n\n")[1].splitlines()


def heads(made: Report, width: int) -> list[str]:
    return table_of(made, View(width))[0].split()


def cut() -> RecurrentLayer:
    return reshaped(layer(name="cut"), Role.KERNEL, (7, 3))


def test_a_table_leads_with_what_answers() -> None:
    made = report(model(layer(sizes=Sizes(257, 128), name=LONG)))
    assert heads(made, 80) == ANSWERS
    assert heads(made, 120) == [
        "Layer",
        "Kind",
        "m",
        "n",
        "D",
        "b",
        "Formula",
        "Expected",
        "Stored",
        "Bytes",
        "Verdict",
    ]


def test_no_name_is_cut_for_a_column_that_answers_nothing() -> None:
    name = LONG[:34]
    lines = table_of(report(model(layer(name=name))), View(80))
    assert (lines[0].split(), lines[2].split()[0]) == (ANSWERS, name)


def test_an_expected_count_is_kept_where_it_differs() -> None:
    assert "Expected" in heads(report(model(cut())), 60)
    assert "Expected" not in heads(report(model(layer(name="cut"))), 60)


def test_a_narrow_terminal_keeps_the_answer() -> None:
    made = report(model(layer(sizes=Sizes(257, 128), name=LONG)))
    assert heads(made, 46) == [*ANSWERS[:4], *ANSWERS[5:]]
    assert heads(made, 40) == ["Layer", "Kind", "n", "Stored", "Verdict"]
    assert max(map(len, table_of(made, View(40)))) <= 40


def rows_named(text: str, *names: str) -> list[str]:
    starts = tuple(f"{bar}{name} " for name in names for bar in ("", "| "))
    return [line for line in text.splitlines() if line.startswith(starts)]


@pytest.mark.parametrize("output", ["table", "markdown"])
def test_a_cell_is_shown_where_the_kind_does_not_name_it(output: str) -> None:
    wrapped, plain = layer(name="x")._replace(kind="MyWrapper"), layer("GRU", name="y")
    text = text_of(output, [report(model(wrapped, plain))], View(200))
    first, second = rows_named(text, "x", "y")
    assert ("Cell" in text, "LSTM" in first, second.count("GRU")) == (True, True, 1)
    assert "Cell" not in text_of(output, [report(model(plain))], View(200))


def test_a_cell_is_not_shown_beside_an_equal_kind_with_a_comma() -> None:
    row = Row(RowKind.LAYER, {"kind": "MGU, flax", "cell": "MGU, flax"})
    assert [shown.values["cell"] for shown in without_named_cells([row])] == [None]


def test_a_cell_is_shown_beside_a_wrapper_of_several() -> None:
    both = [layer(cell, name=cell) for cell in ("LSTM", "GRU")]
    made = model(*(each._replace(kind="Bidirectional(LSTM, GRU)") for each in both))
    rows = rows_named(text_of("markdown", [report(made)], View()), "LSTM", "GRU")
    assert [row.split("|")[3].strip() for row in rows] == ["LSTM", "GRU"]


@pytest.mark.parametrize("output", ["table", "markdown"])
def test_a_cell_that_is_asked_for_is_shown(output: str) -> None:
    view = View(80, tuple(BY_NAME[name] for name in ("layer", "kind", "cell")), chosen=True)
    (row,) = rows_named(text_of(output, [report(model(layer(name="x")))], view), "x")
    assert row.count("LSTM") == 2


def test_a_verdict_says_in_words_how_bad_it_is() -> None:
    undeclared = Observation(Fact.UNDECLARED, "hidden_size", layer="vague")
    saved = model(cut(), layer(name="vague"), layer(name="fine"))
    made = report(saved._replace(observations=(undeclared,)))
    for output in ("table", "markdown", "html"):
        text = text_of(output, [made], View(200))
        assert all(words in text for words in ("FAIL R101", "warn R110"))
    assert ": FAIL R101\n" in drawn(EXPLANATION, "text", Explanation(made, made.layers))


def test_programs_get_the_codes_alone() -> None:
    made = report(model(cut(), layer(name="fine")))
    rows = csv.DictReader(io.StringIO(text_of("csv", [made], View())))
    assert [row["verdict"] for row in rows][:2] == ["R101", "ok"]
    (document,) = json.loads(text_of("json", [made], View()))["reports"]
    assert [one["verdict"] for one in document["layers"]] == ["R101", "ok"]


def numbered(numbers: Sequence[int]) -> Report:
    """Layers that differ, so that none are folded."""
    made = (layer(sizes=Sizes(3 + at, 2), name=f"layers.{at}.rnn") for at in numbers)
    return report(model(*(each._replace(origin=Origin.INFERRED) for each in made)))


def places(text: str, numbers: Sequence[int]) -> list[int]:
    return sorted(numbers, key=lambda number: text.index(f"layers.{number}.rnn"))


ALPHABETICAL, NATURAL, OWN = (0, 1, 10, 11, 2, 9), (0, 1, 2, 9, 10, 11), (9, 0, 11, 2, 10, 1)


@pytest.mark.parametrize(("stored", "shown"), [(ALPHABETICAL, NATURAL), (OWN, OWN)])
def test_names_in_alphabetical_order_are_shown_in_their_natural_one(
    stored: Sequence[int], shown: Sequence[int]
) -> None:
    made = numbered(stored)
    texts = [text_of(output, [made], View()) for output in ("table", "markdown", "html")]
    texts.append(drawn(EXPLANATION, "text", Explanation(made, made.layers)))
    texts.append(drawn(DIFF, "table", compare(outline(report(model())), outline(made))))
    for text in texts:
        assert places(text, stored) == list(shown)
    for output in ("json", "csv"):
        assert places(text_of(output, [made], View()), stored) == list(stored)


def test_findings_name_the_first_layers() -> None:
    (note,) = [
        line
        for line in text_of("table", [numbered(ALPHABETICAL)], View()).splitlines()
        if "R402" in line
    ]
    assert "layers.0.rnn, layers.1.rnn, layers.2.rnn and 3 more" in note


@pytest.mark.parametrize(
    ("names", "ordered"),
    [
        (("a10", "a2"), ("a2", "a10")),
        (("a2", "a10"), ("a2", "a10")),
        (("b", "a10", "a2"), ("b", "a10", "a2")),
        ((), ()),
    ],
)
def test_only_alphabetical_order_gives_way(names: Sequence[str], ordered: Sequence[str]) -> None:
    assert in_natural_order(names, str) == ordered
