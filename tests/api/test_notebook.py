"""What a notebook shows of a value: the drawing of the page, which concerns nothing around it."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from making.by_hand import layer, model, report
from making.reports import CASES, text_of
from rnninspect import Audit, Comparison, Report, check, compare, count, inspect_file
from rnninspect.render.page import frame
from rnninspect.render.view import View

SAMPLES = Path(__file__).parents[2] / "sample_models"
GOOD, FAULTY = SAMPLES / "torch" / "tagger.pt", SAMPLES / "broken" / "grown_bias.pt"
STYLE = Path(frame.__file__).with_name("style.css").read_text("utf-8")


class Fragment(HTMLParser):
    """The elements and the text of a fragment, all of them closed in order."""

    def __init__(self, source: str | None) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.said: list[str] = []
        self.feed(source or "")
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.extend(attrs)
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] != ["style"]:
            self.said.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.said).split())


def values() -> dict[str, Report | Comparison | Audit]:
    reports = [inspect_file(GOOD), inspect_file(FAULTY)]
    return {
        "report": reports[0],
        "faulty": reports[1],
        "comparison": compare(GOOD, FAULTY),
        "audit": check(reports, {"max-parameters": 100}),
    }


@pytest.mark.parametrize("name", ["report", "faulty", "comparison", "audit"])
def test_it_needs_no_script_and_has_nothing_that_two_outputs_would_share(name: str) -> None:
    shown = Fragment(values()[name]._repr_html_())
    assert not {"script", "a", "h1", "link", "img", "iframe", "main", "body"} & set(shown.tags)
    names = {attribute for attribute, _ in shown.attributes}
    assert not names & {"id", "href", "src", "style", "name"}
    assert not any(attribute.startswith("on") for attribute in names)
    assert shown.tags[:2] == ["div", "style"]


@pytest.mark.parametrize("case", ["stacked", "faulty", "hostile", "none"])
def test_a_notebook_says_what_the_page_says(case: str) -> None:
    (made,) = CASES[case]
    page = text_of("html", [made], View())
    (section,) = re.findall(r"<section.*</section>", page, flags=re.DOTALL)
    assert Fragment(Report(*made)._repr_html_()).text == Fragment(section).text


def test_every_rule_of_its_style_is_inside_the_one_of_its_class() -> None:
    rules = re.sub(r"/\*.*?\*/", "", STYLE, flags=re.DOTALL).strip()
    depth, tops = 0, []
    for piece in re.split(r"([{}])", rules):
        if piece == "{":
            depth += 1
        elif piece == "}":
            depth -= 1
        elif depth == 0 and piece.strip():
            tops.append(piece.strip())
    assert (depth, tops) == (0, [".rnninspect.rnninspect.rnninspect"])
    assert "http" not in STYLE
    assert "@import" not in STYLE


def test_no_name_of_a_model_becomes_markup() -> None:
    names = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style></div>")
    made = report(model(*(layer(name=name) for name in names)), names[0])
    shown = Fragment(Report(*made)._repr_html_())
    assert not {"script", "img"} & set(shown.tags)
    assert all(name in "".join(shown.said) for name in names)


def test_a_count_is_shown_by_its_line() -> None:
    assert count("lstm", input_size=3, hidden_size=2)._repr_html_() is None
