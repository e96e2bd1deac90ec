"""Every output format against its golden file, and its printed columns added up again."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from making.by_hand import layer, model, report, tensor
from making.reports import CASES, UNREADABLE, drawn, hold, text_of, without_rules
from rnninspect.cells import Sizes
from rnninspect.comparison import compare, outline
from rnninspect.counting import GatedCount, LayerSpec
from rnninspect.model import Purpose
from rnninspect.render import EXPLANATION, FORMULA_SHEET, REPORT
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.view import View
from rnninspect.report import Report


@pytest.mark.parametrize("output", REPORT)
@pytest.mark.parametrize("case", CASES)
def test_each_format(case: str, output: str, pytestconfig: pytest.Config) -> None:
    unreadable = UNREADABLE if case == "two" else []
    text = text_of(output, [*CASES[case], *unreadable], View())
    hold(f"{case}.{output}", text if case == "none" else without_rules(text), pytestconfig)


def test_a_wide_table(pytestconfig: pytest.Config) -> None:
    hold("stacked.160.table", text_of("table", CASES["stacked"], View(160)), pytestconfig)


@pytest.mark.parametrize("case", ["stacked", "faulty"])
def test_explanation(case: str, pytestconfig: pytest.Config) -> None:
    (made,) = CASES[case]
    text = drawn(EXPLANATION, "text", Explanation(made, made.layers))
    hold(f"{case}.explain", text, pytestconfig)


def test_an_explanation_counts_a_fused_tensor_once() -> None:
    made = layer()
    fused = made.operands[2]._replace(
        slots=(made.operands[2].slots[0], made.operands[3].slots[0]),
        axes=((2,), *made.operands[2].axes),
        shape=(2, 8),
        tensors=(tensor("both", (2, 8)),),
    )
    done = report(model(made._replace(operands=(*made.operands[:2], fused))))
    lines = drawn(EXPLANATION, "text", Explanation(done, done.layers), View(120)).splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("---"))
    table = lines[start + 1 : lines.index("", start)]
    stored = [printed(line, lines[start - 1], "Stored") or 0 for line in table]
    assert (len(stored), sum(stored)) == (4, done.totals.parameters)
    assert "as above" in table[-1]


def test_formula_sheet_of_the_textbook(pytestconfig: pytest.Config) -> None:
    sheet = GatedCount(LayerSpec("LSTM", Sizes(3, 2)), ())
    hold("lstm.count", drawn(FORMULA_SHEET, "text", sheet), pytestconfig)


@pytest.mark.parametrize("width", [80, 100, 120])
@pytest.mark.parametrize("case", ["stacked", "faulty", "hostile", "none"])
def test_a_table_fits_its_width(case: str, width: int) -> None:
    text = text_of("table", CASES[case], View(width))
    table = text.split("\n\n")[1]
    assert max(map(len, table.splitlines())) <= width


def numbers(made: Report) -> list[tuple[str, int]]:
    rows = csv.DictReader(io.StringIO(text_of("csv", [made], View())))
    return [(row["layer"], int(row["stored"])) for row in rows]


@pytest.mark.parametrize("case", CASES)
def test_the_stored_column_adds_up_to_the_total(case: str) -> None:
    for made in CASES[case]:
        assert sum(number for _, number in numbers(made)) == made.totals.parameters


def test_partly_shared_layers_add_up_too() -> None:
    first, second = layer(name="a"), layer(name="b")
    tied = second.operands[0]._replace(tensors=first.operands[0].tensors)
    made = report(model(first, second._replace(operands=(tied, *second.operands[1:]))))
    listed = numbers(made)
    assert ("(shared, counted once)", -24) in listed
    table = csv.DictReader(io.StringIO(text_of("csv", [made], View())))
    sizes = {row["layer"]: int(row["bytes"]) for row in table}
    assert (sizes["(shared, counted once)"], sizes["(everything else)"]) == (-96, 0)
    assert sum(sizes.values()) == made.totals.bytes == 352
    assert sum(number for _, number in listed) == made.totals.parameters == 88
    rows = csv.DictReader(io.StringIO(text_of("csv", [made], View())))
    held = [(row["layer"], int(row["bytes"])) for row in rows]
    assert ("(shared, counted once)", -96) in held
    assert ("(everything else)", 0) in held
    assert sum(number for _, number in held) == made.totals.bytes


def averaged() -> Report:
    """A layer, and the same one in a second copy of the network, which no total counts."""
    second = layer(name="ema")
    copies = tuple(
        given._replace(tensors=tuple(t._replace(purpose=Purpose.COPY) for t in given.tensors))
        for given in second.operands
    )
    return report(model(layer(name="rnn"), second._replace(operands=copies)))


def test_copies_of_a_layer_are_not_called_shared() -> None:
    made = averaged()
    assert numbers(made)[2:] == [("(copies, not counted)", -56), ("(everything else)", 0)]
    assert sum(number for _, number in numbers(made)) == made.totals.parameters == 56
    rows = csv.DictReader(io.StringIO(text_of("csv", [made], View())))
    assert sum(int(row["bytes"]) for row in rows) == made.totals.bytes == 224


def test_a_diff_tells_copies_from_shared_weights() -> None:
    alone = outline(report(model(layer(name="rnn"))))
    (_, row) = compare(alone, outline(averaged())).rows
    assert row.name == "(copies, not counted)"
    assert row.moved.parameters == -56


def printed(line: str, head: str, title: str) -> int | None:
    """The number below a right-aligned title."""
    end = head.index(title) + len(title)
    start = head.rindex("  ", 0, head.index(title))
    text = line[start:end].strip().replace(",", "")
    return int(text) if text.lstrip("-").isdecimal() else None


@pytest.mark.parametrize("case", ["stacked", "faulty", "none"])
def test_the_printed_table_is_right_as_arithmetic(case: str) -> None:
    (made,) = CASES[case]
    head, _, *lines = text_of("table", [made], View(200)).split("\n\n")[1].splitlines()
    stored = [printed(line, head, "Stored") for line in lines if not line.startswith("= ")]
    *parts, total = [number for number in stored if number is not None]
    assert sum(parts) == total == made.totals.parameters


def test_json_is_ascii_and_has_no_control_character() -> None:
    text = text_of("json", CASES["hostile"], View())
    assert all(" " <= char <= "~" or char == "\n" for char in text)
    assert json.loads(text)["reports"][0]["layers"][0]["name"].startswith("\x1b[2J")


@pytest.mark.parametrize("output", ["table", "markdown", "csv"])
def test_no_name_breaks_the_text(output: str) -> None:
    text = text_of(output, CASES["hostile"], View())
    assert text.replace("\n", "").isprintable()
    if output == "markdown":
        assert "<script" not in text
        rows = [line for line in text.splitlines() if line.startswith("|")]
        bars = {line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows}
        assert len(bars) == 1
    if output == "csv":
        for row in csv.reader(io.StringIO(text)):
            assert not any(field.startswith(("=", "+", "@")) for field in row)


def test_json_follows_the_contract() -> None:
    document = json.loads(text_of("json", CASES["stacked"], View()))
    assert document["schema_version"] == 1
    (made,) = document["reports"]
    assert {"path", "format", "framework", "producer", "file_bytes"} <= made.keys()
    first = made["layers"][0]
    assert first["formula"] == {
        "symbolic": "2 × 4(nm + n² + 2n)",
        "substituted": "2 × 4(128·257 + 128² + 2·128)",
        "textbook": 395264,
    }
    assert first["parameters"] == {"expected": 396288, "stored": 396288}
    assert (first["directions"], first["bias_vectors"], first["peepholes"]) == (2, 2, False)
    assert first["stack"] == {"name": "encoder.lstm", "level": 0, "levels": 2}
    fields = {"name", "roles", "direction", "shape", "expected_shape", "dtype", "fate"}
    assert fields <= first["tensors"][0].keys()
    assert made["totals"]["not_parameters"]["optimizer"] == 384


@pytest.mark.parametrize("output", ["table", "json", "markdown", "csv"])
def test_each_report_is_printed_before_the_next_file_is_read(output: str) -> None:
    order = []

    def results() -> Iterator[Report]:
        for made in CASES["two"]:
            order.append("asked for")
            yield made

    pieces = REPORT[output](results(), View())
    order.extend("drawn" for _ in pieces)
    assert order[:4] == ["asked for", "drawn"] * 2
