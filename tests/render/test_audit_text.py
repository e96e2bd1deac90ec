"""The forms of an audit: golden files, tables that fit, and names that break nothing."""

from __future__ import annotations

import csv
import io
import json

import pytest

from making.audits import AUDITS, BAD, held, with_bad
from making.by_hand import layer, model, report
from making.reports import CASES, UNREADABLE, drawn, hold, without_rules
from rnninspect.render import AUDIT, REPORT
from rnninspect.render.escape import for_csv
from rnninspect.render.view import View

VERBOSE = View(verbose=True)


@pytest.mark.parametrize("output", AUDIT)
@pytest.mark.parametrize("case", ["grown", "faulty", "hostile"])
def test_each_format_of_an_audit(case: str, output: str, pytestconfig: pytest.Config) -> None:
    made = with_bad(AUDITS[case], UNREADABLE if case == "grown" else [])
    text = drawn(AUDIT, output, made)
    hold(f"{case}.audit.{output}", without_rules(text), pytestconfig)


@pytest.mark.parametrize("case", ["grown", "faulty", "hostile"])
def test_a_verbose_table_of_an_audit(case: str, pytestconfig: pytest.Config) -> None:
    made = with_bad(AUDITS[case], UNREADABLE if case == "grown" else [])
    hold(f"{case}.audit.verbose.table", drawn(AUDIT, "table", made, VERBOSE), pytestconfig)


def test_failures_of_a_run_that_never_fails_are_counted() -> None:
    made = held(CASES["faulty"], fail_on=None)
    assert drawn(AUDIT, "table", made).splitlines() == [
        "1 model checked; nothing fails (fail-on never)",
        "1 error, 2 warnings not shown; --verbose shows more",
    ]
    assert drawn(AUDIT, "table", made, View(quiet=True)) == ""


def test_check_and_inspect_know_the_same_formats() -> None:
    # A bill of materials names what a model consists of, and knows no limits.
    assert list(AUDIT) == [name for name in REPORT if name != "cyclonedx"]


@pytest.mark.parametrize("output", ["table", "markdown", "csv"])
def test_no_name_breaks_the_text_of_an_audit(output: str) -> None:
    text = drawn(AUDIT, output, with_bad(AUDITS["hostile"], BAD), VERBOSE)
    assert text.replace("\n", "").isprintable()
    rows = [line for line in text.splitlines() if line.startswith("|")]
    bars = [line.replace("\\\\", "").replace("\\|", "").count("|") for line in rows]
    assert set(bars) <= {7}
    assert output != "markdown" or "<script" not in text


@pytest.mark.parametrize("width", [80, 100, 160])
def test_the_tables_of_an_audit_fit_the_width(width: int) -> None:
    for made in AUDITS.values():
        text = drawn(AUDIT, "table", made, View(width, verbose=True))
        tables = [block for block in text.split("\n\n") if "\n---" in block]
        assert tables
        assert max(len(line) for table in tables for line in table.splitlines()) <= width


def test_a_long_run_shows_the_number_of_hidden_limits() -> None:
    made = held([report(model(layer()), f"m{number}.pt") for number in range(150)])
    text = drawn(AUDIT, "table", made, VERBOSE)
    assert "and 100 more" in text
    assert drawn(AUDIT, "table", made) == "150 models checked, all passed"
    assert len(json.loads(drawn(AUDIT, "json", made))["audit"]["limits"]) == 300


def test_a_run_over_no_model_does_not_call_it_passed() -> None:
    assert drawn(AUDIT, "table", held([])).splitlines()[0] == "no model checked"


def test_json_contains_the_audit_and_the_reports() -> None:
    document = json.loads(drawn(AUDIT, "json", AUDITS["grown"]))
    assert document["schema_version"] == 1
    assert [made["path"] for made in document["reports"]] == ["small.pt", "large.pt", "odd.onnx"]
    held_in = document["audit"]
    assert held_in["failing"] == ["large.pt", "odd.onnx", "gone.pt"]
    assert held_in["fail_on"] == "error"
    first = held_in["limits"][0]
    assert (first["path"], first["limit"], first["outcome"]) == (
        "large.pt",
        "max-parameters",
        "fail",
    )
    assert first["share"] == first["value"] / first["allowed"]
    assert {entry["rule"] for entry in held_in["elsewhere"]} == {"R508", "R509"}


@pytest.mark.parametrize("case", AUDITS)
def test_csv_lists_what_fails_for_each_failing_model(case: str) -> None:
    text = drawn(AUDIT, "csv", with_bad(AUDITS[case], UNREADABLE))
    rows = list(csv.DictReader(io.StringIO(text)))
    failing = {row["path"] for row in rows if row["outcome"] == "fail"}
    due = {*AUDITS[case].audit().failing, *(file.path for file in UNREADABLE)}
    assert failing == {for_csv(path) for path in due}
    assert all(row["value"] for row in rows)


def test_csv_of_a_run_that_never_fails_on_findings_lists_only_limits() -> None:
    made = held(CASES["faulty"], fail_on=None)
    rows = list(csv.DictReader(io.StringIO(drawn(AUDIT, "csv", made))))
    assert [row["limit"] for row in rows] == [measure.key for measure in made.audit().measures]
