"""What is coloured; no name brings colour. `drawn` compares each text with the plain one."""

from __future__ import annotations

import re

import pytest

from making.audits import AUDITS
from making.by_hand import layer, model, report
from making.reports import CASES, drawn, in_colour, without_codes
from rnninspect.cells import Sizes
from rnninspect.comparison import compare, outline
from rnninspect.counting import GatedCount, LayerSpec
from rnninspect.render import (
    AUDIT,
    CATALOGUE,
    DIFF,
    EXPLANATION,
    FORMULA_SHEET,
    REPORT,
    RULE_PAGE,
    Formats,
)
from rnninspect.render.colour import Style, in_grid, judged, paint
from rnninspect.render.grid import draw
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.knowledge.listings import rule_catalogue
from rnninspect.render.report.columns import Value
from rnninspect.render.view import View
from rnninspect.rules import RULES

FAULTY = CASES["faulty"][0]
PAIR = compare(outline(CASES["stacked"][0]), outline(FAULTY))
DOCUMENTS: dict[str, tuple[Formats, object]] = {
    "report": (REPORT, CASES["two"]),
    "audit": (AUDIT, AUDITS["grown"]),
    "diff": (DIFF, PAIR),
    "explanation": (EXPLANATION, Explanation(FAULTY, FAULTY.layers)),
    "rules": (CATALOGUE, rule_catalogue()),
    "rule": (RULE_PAGE, RULES["R101"]),
    "sheet": (FORMULA_SHEET, GatedCount(LayerSpec("LSTM", Sizes(3, 2)), ())),
}
FOR_PEOPLE = ("table", "text")


def bold(text: str) -> str:
    return paint(text, Style.HEADING, colour=True)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_only_what_a_terminal_shows_is_coloured(name: str) -> None:
    formats, document = DOCUMENTS[name]
    for output in formats:
        plain = drawn(formats, output, document)
        coloured = in_colour(formats, output, document).removesuffix("\n")
        assert (coloured != plain) == (output in FOR_PEOPLE), output


@pytest.mark.parametrize("width", [40, 80, 160])
@pytest.mark.parametrize("case", CASES)
def test_colour_changes_no_width(case: str, width: int) -> None:
    for formats, document in ((REPORT, CASES[case]), (AUDIT, AUDITS[case])):
        for view in (View(width), View(width, verbose=True)):
            drawn(formats, "table", document, view)


def test_verdicts_and_levels_are_coloured_and_nothing_else_is() -> None:
    text = in_colour(REPORT, "table", [FAULTY])
    painted = re.findall(r"\x1b\[([\d;]+)m(.*?)\x1b\[0m", text)
    assert [(code, words) for code, words in painted if code != Style.HEADING] == [
        (Style.ERROR, "FAIL R101"),
        (Style.ERROR, "error R101"),
        (Style.WARNING, "warning R301"),
        (Style.WARNING, "warning R401"),
    ]
    heads = [words for code, words in painted if code == Style.HEADING]
    assert (heads[0], heads[1].split()[0]) == ("broken.onnx", "Layer")


def test_no_name_brings_a_colour() -> None:
    names = ("\x1b[31mred", "FAIL", "error R101", "warning", "\x9b32m", "\x1b]8;;http://x\x07y")
    made = report(model(*(layer(name=name) for name in names)), "\x1b[1mbold.pt")
    for formats, output, document in (
        (REPORT, "table", [made]),
        (EXPLANATION, "text", Explanation(made, made.layers)),
        (DIFF, "table", compare(outline(FAULTY), outline(made))),
    ):
        text = without_codes(in_colour(formats, output, document))
        assert text.replace("\n", "").isprintable()
        assert Style.ERROR not in re.findall(
            r"\x1b\[([\d;]+)m", in_colour(formats, output, document)
        )


def test_each_line_of_a_wrapped_verdict_is_coloured() -> None:
    grid: list[list[Value]] = [[1, in_grid("FAIL R101 R102")]]
    lines = draw(("n", "Verdict"), grid, 15, wrapped=1, colour=True).splitlines()[2:]
    painted = [paint(words, Style.ERROR, colour=True) for words in ("FAIL R101", "R102")]
    assert lines == [f"1  {painted[0]}", f"   {painted[1]}"]


def test_a_grid_is_painted_after_it_was_measured() -> None:
    grid: list[list[Value]] = [[in_grid("FAIL"), 12], [in_grid("pass"), 3]]
    head, _, first, second = draw(("Result", "n"), grid, colour=True).splitlines()
    assert (head, second) == (bold("Result   n"), "pass     3")
    assert first == f"{judged('FAIL', colour=True)}    12"
    assert draw(("Result", "n"), grid).splitlines()[2] == "FAIL    12"


# The defaults of xterm: red, bright red, magenta, bright magenta; on black and on white
XTERM = {"31": ((205, 0, 0), (255, 0, 0)), "35": ((205, 0, 205), (255, 0, 255))}


@pytest.mark.parametrize("style", [style for style in Style if ";" in style])
@pytest.mark.parametrize("background", [(0, 0, 0), (255, 255, 255)])
def test_each_colour_is_readable_on_light_and_dark(
    style: Style, background: tuple[int, int, int]
) -> None:
    for colour in XTERM[style.rpartition(";")[2]]:
        light, dark = sorted((_luminance(colour), _luminance(background)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 3  # the least that WCAG 2.2 allows large text


def _luminance(colour: tuple[int, int, int]) -> float:
    """The relative luminance of WCAG 2.2."""
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (each / 255 for each in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
