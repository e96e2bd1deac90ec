"""What CI systems read: valid by their schemas, stable, and harmless whatever is named."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as ET

import jsonschema
import pytest
import xmlschema

from making.audits import AUDITS, BAD, held, with_bad
from making.by_hand import layer, model, report
from making.reports import CASES, UNREADABLE, drawn, text_of
from rnninspect.command.job_summary import LARGEST, summary_part
from rnninspect.render import AUDIT
from rnninspect.render.places import repository_path
from rnninspect.render.view import View
from rnninspect.report import Findings, Unreadable
from rnninspect.rules import RULES, Finding, Level
from rnninspect.wording.links import HOME, RULES_PAGE

ROOT = Path(__file__).parents[2]
SCHEMAS = Path(__file__).parent / "schemas"
SARIF_SCHEMA = json.loads((SCHEMAS / "sarif-2.1.0-rtm.4.json").read_text())
JUNIT_SCHEMA = xmlschema.XMLSchema(SCHEMAS / "junit-10.xsd")


def of_both(case: str, output: str, bad: Sequence[Unreadable] = BAD) -> list[str]:
    """The text of one format for `inspect` and for `check`."""
    texts = [drawn(AUDIT, output, with_bad(AUDITS[case], bad))]
    if case in CASES:
        texts.append(text_of(output, [*CASES[case], *bad], View()))
    return texts


@pytest.mark.parametrize("case", AUDITS)
def test_sarif_is_valid(case: str) -> None:
    validator = jsonschema.Draft4Validator(SARIF_SCHEMA)
    for text in of_both(case, "sarif"):
        assert [error.message for error in validator.iter_errors(json.loads(text))] == []
        assert text.isascii()


def test_the_schema_would_find_a_fault() -> None:
    document = json.loads(of_both("faulty", "sarif")[0])
    document["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft4Validator(SARIF_SCHEMA).validate(document)


@pytest.mark.parametrize("case", AUDITS)
def test_sarif_describes_every_rule_and_points_to_the_right_one(case: str) -> None:
    (run,) = json.loads(of_both(case, "sarif")[0])["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == list(RULES)
    for result in run["results"]:
        rule = rules[result["ruleIndex"]]
        assert (rule["id"], rule["defaultConfiguration"]["level"]) == (
            result["ruleId"],
            result["level"],
        )


def test_sarif_is_one_run_of_all_files_and_links_to_each_rule() -> None:
    for text in of_both("two", "sarif", UNREADABLE):
        (run,) = json.loads(text)["runs"]
        driver = run["tool"]["driver"]
        assert driver["informationUri"] == HOME
        assert {rule["id"]: rule["helpUri"] for rule in driver["rules"]} == {
            code: f"{HOME}/blob/main/docs/rules.md#{code.lower()}" for code in RULES
        }


def test_the_page_of_the_rules_describes_each() -> None:
    words = re.findall(r"^### (R\d{3})$", (ROOT / RULES_PAGE).read_text(), re.MULTILINE)
    assert set(RULES) <= set(words)


def results(findings: Sequence[Finding], path: str = "a.pt") -> list[dict[str, Any]]:
    made = report(model())._replace(path=path, findings=Findings(findings))
    found: list[dict[str, Any]] = json.loads(text_of("sarif", [made], View()))["runs"][0]["results"]
    return found


def finding(message: str = "told", name: str | None = "lstm") -> Finding:
    return Finding("R101", "tensor-shape", Level.ERROR, name, "kernel", message)


def prints(found: Sequence[dict[str, Any]]) -> list[str]:
    return [result["partialFingerprints"]["rnninspectFinding/v1"] for result in found]


def test_a_fingerprint_depends_on_the_place_and_not_on_the_numbers() -> None:
    one, two = finding("stored 1"), finding("stored 2")
    assert prints(results([one])) == prints(results([two]))
    assert prints(results([one])) == prints(results([one], "./x/../a.pt"))
    others = [results([finding(name="gru")]), results([one], "b.pt"), results([one, two])[1:]]
    assert len({*prints(results([one])), *(prints(other)[0] for other in others)}) == 4


@pytest.mark.parametrize("case", AUDITS)
def test_fingerprints_differ_within_a_report(case: str) -> None:
    (run,) = json.loads(of_both(case, "sarif")[0])["runs"]
    entries = json.loads(of_both(case, "gitlab")[0])
    for hashes in (prints(run["results"]), [entry["fingerprint"] for entry in entries]):
        assert len(set(hashes)) == len(hashes)


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("models/a.pt", "models/a.pt"),
        ("./models//a.pt", "models/a.pt"),
        ("a b%c#d?e.pt", "a%20b%25c%23d%3Fe.pt"),
        ("http:x.pt", "http%3Ax.pt"),
        ("ä\udcff.pt", "%C3%A4%FF.pt"),
    ],
)
def test_uris_are_relative_and_quoted(path: str, uri: str) -> None:
    (result,) = results([finding()], path)
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place == {"uri": uri, "uriBaseId": "%SRCROOT%"}


def test_an_absolute_path_inside_is_made_relative_and_one_outside_is_kept(tmp_path: Path) -> None:
    assert repository_path(str(Path.cwd() / "m" / "a.pt")) == "m/a.pt"
    assert repository_path(str(tmp_path / "a.pt")) == str(tmp_path / "a.pt")
    assert repository_path(str(tmp_path / "a.pt"), str(tmp_path)) == "a.pt"
    assert repository_path("..a/b.pt") == "..a/b.pt"
    (result,) = results([finding()], str(tmp_path / "a b.pt"))
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"].startswith("file:///")
    assert unquote(place["uri"]).endswith("/a b.pt")


def test_sarif_contains_files_that_could_not_be_read() -> None:
    (run,) = json.loads(text_of("sarif", UNREADABLE, View()))["runs"]
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["message"]["text"] == "could not be read: No such file or directory"
    (run,) = json.loads(text_of("sarif", [], View()))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is True


def test_no_name_makes_a_link_in_sarif() -> None:
    (result,) = results([finding(name="[x](https://example.org)")])
    assert "](" not in result["message"]["text"]


@pytest.mark.parametrize("case", AUDITS)
def test_junit_is_valid_and_counts_right(case: str) -> None:
    for text in of_both(case, "junit"):
        JUNIT_SCHEMA.validate(text)
        root = ET.fromstring(text)  # noqa: S314 - we have just written it
        for suite in root:
            for attribute, kind in (("failures", "failure"), ("errors", "error"), ("skipped",) * 2):
                assert int(suite.get(attribute, "")) == len(suite.findall(f"testcase/{kind}"))
            assert int(suite.get("tests", "")) == len(suite.findall("testcase"))
        for attribute in ("tests", "failures", "errors"):
            assert int(root.get(attribute, "")) == sum(int(s.get(attribute, "")) for s in root)


def outcomes(text: str) -> dict[str, str]:
    root = ET.fromstring(text)  # noqa: S314 - we have just written it
    cases = root.iter("testcase")
    return {case.get("name", ""): case[0].tag if len(case) else "passed" for case in cases}


def test_junit_has_a_case_for_each_layer_each_limit_and_each_bad_file() -> None:
    assert outcomes(drawn(AUDIT, "junit", held(CASES["faulty"]))) == {
        "(the file)": "system-out",
        "gru": "failure",
        "fed": "system-out",
        "custom": "skipped",
        "max-parameters (parameters)": "system-out",
        "max-hidden-size (hidden size) gru": "system-out",
    }
    assert outcomes(text_of("junit", UNREADABLE, View())) == {"(the file)": "error"}


@pytest.mark.parametrize(
    ("fail_on", "outcome", "limit"),
    [
        (Level.ERROR, "skipped", "failure"),
        (Level.WARNING, "failure", "failure"),
        (None, "skipped", "system-out"),
    ],
)
def test_a_junit_case_fails_from_the_level_that_fails(
    fail_on: Level | None, outcome: str, limit: str
) -> None:
    made = held(CASES["faulty"], max_parameters=1)
    found = outcomes(drawn(AUDIT, "junit", made, View(fail_on=fail_on)))
    assert (found["custom"], found["max-parameters (parameters)"]) == (outcome, limit)


COMMAND = re.compile(r"::(error|warning|notice) file=([^:,]+),title=([^:,]+)::([^\r\n]+)")


@pytest.mark.parametrize("case", AUDITS)
def test_each_line_for_github_is_one_whole_command(case: str) -> None:
    for text in of_both(case, "github"):
        for line in text.splitlines():
            assert COMMAND.fullmatch(line)
        assert text.replace("\n", "").isprintable()


def test_github_commands_are_escaped_by_their_rules() -> None:
    made = report(model())._replace(path="a,b:c%.pt", findings=Findings([finding("100%")]))
    line = text_of("github", [made], View())
    title = "R101 tensor-shape"
    assert line == f"::error file=a%2Cb%3Ac%25.pt,title={title}::lstm kernel: 100%25"


def test_no_name_gives_githubs_log_a_command() -> None:
    name = "  ::stop-commands::x ##[add-mask]y"
    made = [report(model(layer(name=name)), name)]
    for output in ("table", "markdown", "csv", "json", "sarif", "junit", "gitlab"):
        renderers: tuple[Callable[[], str], ...] = (
            lambda output=output: text_of(output, made, View()),  # type: ignore[misc] # a default binds the loop's name
            lambda output=output: drawn(AUDIT, output, held(made)),  # type: ignore[misc] # the same
        )
        for render in renderers:
            text = render()
            assert "##[" not in text
            assert not any(line.lstrip().startswith("::") for line in text.splitlines())


def test_a_summary_is_no_larger_than_github_takes() -> None:
    assert summary_part("| a |\n") == "| a |\n"
    cut = summary_part("| ä |\n" * 300_000)
    assert len(cut.encode()) < LARGEST + 100
    assert set(cut.splitlines()) == {"| ä |", "", "(cut here: GitHub takes no more)"}


@pytest.mark.parametrize("case", AUDITS)
def test_gitlab_entries_have_the_required_fields(case: str) -> None:
    severities = {"info", "minor", "major", "critical", "blocker"}
    for text in of_both(case, "gitlab"):
        for entry in json.loads(text):
            assert {"description", "check_name", "fingerprint", "severity", "location"} == set(
                entry
            )
            assert entry["severity"] in severities
            assert entry["location"]["lines"] == {"begin": 1}
            assert not entry["location"]["path"].startswith("./")
            assert re.fullmatch("[0-9a-f]{64}", entry["fingerprint"])
            assert entry["description"].isprintable()
