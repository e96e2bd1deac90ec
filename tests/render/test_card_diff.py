"""The card and the comparison against their golden files, and their numbers added up again."""

from __future__ import annotations

import json
import re

import pytest

from making.by_hand import KERNELS, TWO_BIASES, layer, model, report, reshaped, tensor, without
from making.networks import FORMS, form_of, inspected
from making.reports import drawn, hold
from rnninspect.card.block import END, START, framed, replace_block
from rnninspect.cells import Role, Sizes
from rnninspect.comparison import Comparison, compare, outline
from rnninspect.model import Fate, Purpose, SkippedLayer, Stack
from rnninspect.render import CARD, DIFF
from rnninspect.render.view import View
from rnninspect.report import Report

HOSTILE = f"\x1b[2J\na|b\r<script>alert(1)</script>\u202e`*[x](http://y)\ud800{END}\n{END}"


def stacked() -> Report:
    levels = (
        layer(sizes=sizes, name=f"rnn[{n}]")._replace(stack=Stack("rnn", n, 2))
        for n, sizes in enumerate((Sizes(257, 128, directions=2), Sizes(256, 128, directions=2)))
    )
    moments = tensor("exp_avg", (128, 3))._replace(purpose=Purpose.OPTIMIZER)
    return report(model(*levels, others=(tensor("dense", (10, 256)), moments)), "model.pt")


def mixed() -> Report:
    projected = layer("LSTM", Sizes(7, 6, 3), TWO_BIASES | {Role.PROJECTION}, "projected")
    bare = layer("GRU", Sizes(6, 8), KERNELS, "bare")
    convolved = layer("RNN", Sizes(3, 2))._replace(
        sizes=Sizes(3, 2, kernel_size=(3, 3)), name="cut"
    )
    cut = reshaped(convolved, Role.KERNEL, (2, 2))
    fed = layer(name="fed")
    fed = fed._replace(
        operands=tuple(o._replace(fate=Fate.INPUT, tensors=()) for o in fed.operands)
    )
    lost = SkippedLayer("custom", "MyCell", "no formula is known for this cell")
    return report(model(projected, bare, cut, fed)._replace(skipped=(lost,)), "mixed.onnx")


def hostile() -> Report:
    saved = model(layer(name=HOSTILE), layer("RNN", name=END), layer(name="x" * 5000))
    return report(saved, HOSTILE)._replace(producer=HOSTILE, format=HOSTILE)


def other_network() -> Report:
    encoder, decoder = inspected(FORMS["pytorch"]).layers
    wider = layer("LSTM", Sizes(8, 20, directions=2), TWO_BIASES, "encoder")
    added = layer("GRU", Sizes(40, 12), TWO_BIASES, "attention")
    damaged = without(decoder.layer._replace(name="decoder"), Role.BIAS)
    assert encoder.layer.name == wider.name
    return inspected(FORMS["pytorch"], wider, added, damaged, dense=6)


CARDS = {
    "stacked": [stacked()],
    "mixed": [mixed()],
    "hostile": [hostile()],
    "none": [report(model(others=(tensor("dense", (3, 3)),)), "dense.h5")],
    "two": [inspected(FORMS["keras"]), inspected(FORMS["onnx"])],
}
DIFFS = {
    "conventions": compare(form_of("keras"), form_of("onnx")),
    "changes": compare(form_of("pytorch"), outline(other_network())),
    "hostile": compare(outline(hostile()), form_of("pytorch")),
    "same": compare(form_of("pytorch"), form_of("pytorch")),
}


@pytest.mark.parametrize("case", CARDS)
def test_card(case: str, pytestconfig: pytest.Config) -> None:
    hold(f"{case}.card", drawn(CARD, "markdown", CARDS[case]), pytestconfig)


@pytest.mark.parametrize("output", DIFF)
@pytest.mark.parametrize("case", DIFFS)
def test_diff(case: str, output: str, pytestconfig: pytest.Config) -> None:
    hold(f"{case}.diff.{output}", drawn(DIFF, output, DIFFS[case]), pytestconfig)


def test_no_name_breaks_the_card_or_its_markers() -> None:
    text = drawn(CARD, "markdown", CARDS["hostile"])
    assert text.replace("\n", "").isprintable()
    assert "<" not in text.replace("&lt;", "")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    bars = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows}
    assert len(bars) == 1
    document = framed(text).encode()
    assert replace_block(document, text).strip() == document
    assert (text.count(START), text.count(END)) == (0, 0)


@pytest.mark.parametrize("output", ["table", "markdown"])
def test_no_name_breaks_the_comparison(output: str) -> None:
    text = drawn(DIFF, output, DIFFS["hostile"])
    assert text.replace("\n", "").isprintable()
    if output == "markdown":
        assert "<" not in text.replace("&lt;", "")
        rows = [line for line in text.splitlines() if line.startswith("|")]
        assert {line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows} == {7}


def test_the_card_adds_up() -> None:
    (made,) = CARDS["stacked"]
    lines = drawn(CARD, "markdown", [made]).splitlines()
    rows = [line.split("|") for line in lines if line.startswith("| ")]
    stored = [head.strip() for head in rows[0]].index("Stored")
    numbers = [int(row[stored].replace(",", "")) for row in rows[1:] if "= 2 levels" not in row[1]]
    assert sum(numbers[:-1]) == numbers[-1] == made.totals.parameters


@pytest.mark.parametrize("case", ["conventions", "changes"])
def test_the_printed_comparison_adds_up(case: str) -> None:
    lines = drawn(DIFF, "table", DIFFS[case], View(120)).split("\n\n")[1].splitlines()[2:]
    for column in (-1, -2):
        numbers = [int(re.split(" +", line)[column].replace(",", "")) for line in lines]
        assert sum(numbers[:-1]) == numbers[-1]


@pytest.mark.parametrize("width", [80, 100])
@pytest.mark.parametrize("case", ["conventions", "hostile"])
def test_the_table_fits_its_width(case: str, width: int) -> None:
    table = drawn(DIFF, "table", DIFFS[case], View(width)).split("\n\n")[1]
    assert max(map(len, table.splitlines())) <= width


def verdict_of(comparison: Comparison) -> str:
    return drawn(DIFF, "table", comparison).splitlines()[-1]


def test_the_summary_separates_conventions_from_changes() -> None:
    assert verdict_of(DIFFS["conventions"]) == "no change but conventions: 2 by convention only"
    assert verdict_of(DIFFS["same"]) == "no change: 2 unchanged"
    assert verdict_of(DIFFS["changes"]) == "4 changed"


def test_json_says_all_of_it_in_ascii() -> None:
    text = drawn(DIFF, "json", DIFFS["hostile"])
    assert all(" " <= char <= "~" or char == "\n" for char in text)
    document = json.loads(drawn(DIFF, "json", DIFFS["changes"]))
    assert (document["schema_version"], document["changed"]) == (1, True)
    moved = document["new"]["parameters"] - document["old"]["parameters"]
    assert sum(row["parameters"]["moved"] for row in document["rows"]) == moved
    kinds = {change["kind"] for row in document["rows"] for change in row["changes"]}
    assert kinds == {"added", "resized", "judged"}


def test_no_name_in_json_is_a_command_in_githubs_log() -> None:
    named = outline(report(model(layer(name="##[add-mask]y"))))
    text = "".join(DIFF["json"](compare(outline(report(model())), named), View()))
    assert "##[" not in text
    assert json.loads(text)["rows"][0]["name"] == "##[add-mask]y"


@pytest.mark.parametrize("name", ["table", "markdown"])
def test_another_order_is_in_the_summary(name: str) -> None:
    same = compare(form_of("keras"), form_of("keras"))._replace(reordered=True)
    assert drawn(DIFF, name, same).endswith("2 unchanged; the layers are in another order")
