"""HTML pages: one file, nothing of a model as markup, the numbers of the report, and small."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from making.by_hand import layer, model, report, tensor
from making.reports import CASES, UNREADABLE, drawn, text_of
from rnninspect.cells import Sizes
from rnninspect.comparison import compare, outline
from rnninspect.render import DIFF, REPORT
from rnninspect.render.page.markup import element, text
from rnninspect.render.view import View

VOID = {"meta"}


class Page(HTMLParser):
    """The elements of a page, which must all be closed in order."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append((self.open[-1] if self.open else "", data))


def test_text_is_escaped_unless_it_is_markup() -> None:
    made = element("p", "<b>", element("i", "a & b"), None, 1_234, title='"', hidden="")
    assert made == '<p title="&quot;" hidden>&lt;b&gt;<i>a &amp; b</i>1,234</p>'
    assert text("\x1b[0m" + chr(0x202E)) == "\\x1b[0m\\u202e"


@pytest.mark.parametrize("case", CASES)
def test_all_elements_of_a_page_are_closed_and_refer_to_what_is_there(case: str) -> None:
    page = Page(text_of("html", [*CASES[case], *UNREADABLE], View()))
    assert page.open == []
    anchors = [attributes["id"] for _, attributes in page.seen if "id" in attributes]
    assert len(set(anchors)) == len(anchors)
    targets = {attributes["href"] for tag, attributes in page.seen if tag == "a"}
    assert targets <= {f"#{anchor}" for anchor in anchors}


@pytest.mark.parametrize("case", CASES)
def test_the_policy_allows_the_pages_own_style_and_script_and_nothing_else(case: str) -> None:
    source = text_of("html", CASES[case], View())
    page = Page(source)
    (policy,) = (
        str(attributes["content"])
        for _, attributes in page.seen
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    for kind in ("style", "script"):
        (inline,) = re.findall(rf"<{kind}>(.*?)</{kind}>", source, flags=re.DOTALL)
        digest = b64encode(sha256(inline.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    loading = {"src", "srcset", "style", "action", "data", "poster"}
    for tag, attributes in page.seen:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "form"}
        assert not loading & set(attributes)
        assert not any(name.startswith("on") for name in attributes)


def test_no_name_of_a_model_becomes_markup() -> None:
    names = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "</style></title>")
    hostile = report(model(*(layer(name=name) for name in names), others=()), names[0])
    page = Page(text_of("html", [hostile], View()))
    assert page.open == []
    assert [tag for tag, _ in page.seen].count("script") == 1
    assert not {"img", "alert"} & {tag for tag, _ in page.seen}
    shown = "".join(data for _, data in page.texts)
    assert all(name in shown for name in names)


@pytest.mark.parametrize("case", ["stacked", "faulty", "two"])
def test_the_bars_add_up_to_the_parameters(case: str) -> None:
    for one in CASES[case]:
        page = Page(text_of("html", [one], View()))
        bars = [
            str(attributes["aria-label"])
            for tag, attributes in page.seen
            if tag == "svg" and attributes.get("class") == "bar"
        ]
        numbers = [
            int(each.replace(",", ""))
            for bar in bars
            for each in re.findall(r" ([\d,]+\d|\d)(?:,|$)", bar)
        ]
        assert sum(numbers) == one.totals.parameters


def test_a_model_of_a_hundred_layers_is_under_200_kilobytes() -> None:
    sizes = (Sizes(input_size=number, hidden_size=64) for number in range(1, 101))
    layers = (layer(sizes=each, name=f"encoder.block_{at}.rnn") for at, each in enumerate(sizes))
    source = text_of("html", [report(model(*layers), "large.pt")], View())
    assert source.count("<details ") == 100
    assert len(source.encode()) < 200_000


def test_equal_layers_are_one_bar_and_one_arithmetic() -> None:
    layers = (layer(name=f"blocks.{number}.rnn") for number in range(64))
    source = text_of("html", [report(model(*layers), "deep.pt")], View())
    assert source.count("<details ") == 1
    assert "blocks.0…63.rnn × 64" in source


def test_an_index_lists_all_models_and_those_that_cannot_be_read() -> None:
    source = text_of("html", [*CASES["two"], *UNREADABLE], View())
    assert "3 models" in source
    assert "No such file or directory" in source
    places = [source.index(f'href="#m{number}"') for number in (1, 2)]
    heavier = [one.totals.parameters for one in CASES["two"]]
    assert (places[0] < places[1]) == (heavier[0] >= heavier[1])


def test_a_comparison_shows_two_bars_for_a_layer_that_differs() -> None:
    old = report(model(layer(sizes=Sizes(input_size=3, hidden_size=4))), "old.pt")
    new = report(model(layer(sizes=Sizes(input_size=3, hidden_size=6))), "new.pt")
    source = drawn(DIFF, "html", compare(outline(old), outline(new)))
    labels = re.findall(r'class="bar" role="img" aria-label="([^"]*)"', source)
    assert labels == [f"old {old.totals.parameters:,}", f"new {new.totals.parameters:,}"]


def test_a_model_without_layers_says_what_was_searched() -> None:
    plain = report(model(others=(tensor("dense", (3, 3)),)), "dense.h5")
    assert "No recurrent layer" in text_of("html", [plain], View())


def test_html_is_a_format_of_the_report() -> None:
    assert "html" in REPORT


def test_levels_above_the_first_are_set_in() -> None:
    source = text_of("html", CASES["stacked"], View())
    levels = sum(counted.layer.stack is not None for counted in CASES["stacked"][0].layers)
    assert source.count('<span class="level">') == levels - 1


def test_who_declares_a_size_is_said_of_each_layer() -> None:
    keys = (("n", "hidden_size"),)
    named = (
        layer(name=name)._replace(declared_in="config.json", declared_by=keys)
        for name in ("part_a", "part_b")
    )
    source = text_of("html", [report(model(*named), "two.pt")], View())
    assert source.count("by config.json: hidden_size (n)") == 2
    assert source.count("as in part_a") == 1
