"""The published schemas of JSON documents: they describe each field, and all that is printed."""

from __future__ import annotations

import copy
import json
import tomllib
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from making.audits import AUDITS, BAD, with_bad
from making.by_hand import layer, model, report
from making.networks import form_of
from making.reports import CASES, UNREADABLE, drawn
from rnninspect import UnreadableFile, inspect_file
from rnninspect.audit.measure import Outcome
from rnninspect.cells import Cell, Symbol, every_cell
from rnninspect.comparison import compare, outline
from rnninspect.comparison.change import Kind
from rnninspect.counting import Asked, GatedCount, count_asked
from rnninspect.model import Fate, Origin, Searched
from rnninspect.readers import built_in_readers
from rnninspect.render import (
    AUDIT,
    CATALOGUE,
    DIFF,
    EXPLANATION,
    FORMULA_SHEET,
    REPORT,
    RULE_PAGE,
    SCAN,
    SIZE_SHEET,
    VERDICT,
    Formats,
)
from rnninspect.render.knowledge.explanation import Explanation
from rnninspect.render.knowledge.listings import cell_catalogue, reader_catalogue, rule_catalogue
from rnninspect.report import Report, Unreadable, readable
from rnninspect.rows.inspecting import inspect_row
from rnninspect.rows.schema import Verdict
from rnninspect.rows.summary import Summary
from rnninspect.rules import RULES, Level
from rnninspect.verification.opinion import Judged, Opinion, Row, StepRow
from rnninspect.verification.opinion import Outcome as Agreement

ROOT = Path(__file__).parents[2]
SAMPLES, SCHEMAS = ROOT / "sample_models", ROOT / "schema"
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text(encoding="utf-8"))
PATHS = [SAMPLES / entry["path"] for entry in MANIFEST["sample"]]
NAMES = sorted(path.name for path in SCHEMAS.iterdir())
Json = dict[str, Any]


def schema(name: str) -> Json:
    read: Json = json.loads((SCHEMAS / name).read_text(encoding="utf-8"))
    return read


def closed(part: Any) -> Any:  # noqa: ANN401 - any part of a schema
    """The schema with no room for a field that it does not describe, wherever it has fields."""
    if isinstance(part, list):
        return [closed(item) for item in part]
    if not isinstance(part, dict):
        return part
    made = {key: closed(value) for key, value in part.items()}
    is_definition = part.get("type") == "object" and "$id" not in part and "properties" in part
    return {"additionalProperties": False, **made} if is_definition else made


@cache
def validator(name: str) -> jsonschema.Draft202012Validator:
    read = {each: closed(schema(each)) for each in NAMES}
    resources = [(made["$id"], Resource.from_contents(made)) for made in read.values()]
    registry: Registry[Any] = Registry().with_resources(resources)
    return jsonschema.Draft202012Validator(read[name], registry=registry)


def faults(name: str, document: Json) -> list[str]:
    """What is wrong with a document, and where; an unknown field at its top is wrong too."""
    errors = validator(name).iter_errors(document)
    found = [f"{error.json_path}: {error.message}" for error in errors]
    return found + [f"unknown: {key}" for key in document.keys() - fields(name)]


def fields(name: str) -> set[str]:
    """The fields at the top of a document."""
    own = schema(name)
    others = [fields(other["$ref"]) for other in own.get("allOf", ())]
    return set(own["properties"]).union(*others)


def parsed(formats: Formats, document: object) -> Json:
    made: Json = json.loads(drawn(formats, "json", document))
    return made


def parts(node: Any, place: str = "$") -> Iterator[tuple[str, Json]]:  # noqa: ANN401 - any part of a schema
    """Each field that a schema describes, and where."""
    if isinstance(node, dict):
        for name, field in node.get("properties", {}).items():
            yield f"{place}.{name}", field
        for key, value in node.items():
            yield from parts(value, f"{place}.{key}")
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from parts(value, f"{place}[{number}]")


@pytest.mark.parametrize("name", NAMES)
def test_a_schema_is_valid_and_describes_each_field(name: str) -> None:
    made = schema(name)
    jsonschema.Draft202012Validator.check_schema(made)
    assert made["$id"].endswith(f"/schema/{name}")
    for place, field in parts(made):
        text = field.get("description") or target(name, field)["description"]
        assert text.endswith("."), place


def target(name: str, field: Json) -> Json:
    """What a field refers to, through all references."""
    if "$ref" not in field:
        return field
    file, _, place = field["$ref"].partition("#/")
    found: Json = schema(file or name)
    for key in place.split("/"):
        found = found[key]
    return target(file or name, found)


@pytest.fixture(scope="module")
def samples() -> list[Report | Unreadable]:
    return [read(path) for path in PATHS]


def read(path: Path) -> Report | Unreadable:
    try:
        return inspect_file(path)
    except UnreadableFile as error:
        return Unreadable(str(path), error.reason)


def test_all_samples(samples: list[Report | Unreadable]) -> None:
    document = parsed(REPORT, samples)
    assert faults("report-1.json", document) == []
    assert len(document["reports"]) > 100
    summary = Summary(inspect_row(path).model for path in PATHS)
    assert faults("scan-1.json", parsed(SCAN, summary)) == []


@pytest.mark.parametrize("case", CASES)
def test_reports_by_hand(case: str) -> None:
    document = parsed(REPORT, [*CASES[case], *UNREADABLE, *BAD])
    assert faults("report-1.json", document) == []


@pytest.mark.parametrize("case", AUDITS)
def test_audits(case: str) -> None:
    document = parsed(AUDIT, with_bad(AUDITS[case], BAD))
    assert faults("audit-1.json", document) == []


@pytest.mark.parametrize("new", ["keras", "onnx", "pytorch"])
def test_comparisons(new: str) -> None:
    comparison = compare(form_of("keras"), form_of(new))
    assert faults("diff-1.json", parsed(DIFF, comparison)) == []


def test_a_comparison_of_models_that_share_nothing() -> None:
    comparison = compare(*(outline(CASES[case][0]) for case in ("stacked", "faulty")))
    assert faults("diff-1.json", parsed(DIFF, comparison)) == []


def test_opinions() -> None:
    rows = (Row("lstm", 56, None, Agreement.DISAGREE, "why"), Row("all", 56, 56, Agreement.AGREE))
    steps = (StepRow("gru", Agreement.SILENT, "no step"),)
    opinion = Opinion("torch 2.13.0", Agreement.DISAGREE, rows[:1], rows[1], steps=steps)
    unasked = Opinion("keras", Agreement.UNASKED, reason="not installed")
    judged = Judged(report(model(layer())), (opinion, unasked))
    assert faults("verify-1.json", parsed(VERDICT, [judged, *UNREADABLE])) == []


def test_explanations(samples: list[Report | Unreadable]) -> None:
    for explained in (*readable(samples), *CASES["faulty"]):
        document = parsed(EXPLANATION, Explanation(explained, explained.layers))
        assert faults("explain-1.json", document) == []
    of_report, of_explain = (
        schema(name)["$defs"]["layer"] for name in ("report-1.json", "explain-1.json")
    )
    for key in ("properties", "required"):
        assert set(of_report[key]) < set(of_explain[key])


@pytest.mark.parametrize("cell", every_cell().values(), ids=lambda cell: cell.name)
def test_counts(cell: Cell) -> None:
    products = {symbol for symbol, _ in cell.relations}
    sizes = {symbol: 8 for symbol, _ in cell.symbols if symbol not in products}
    if not cell.symbols:
        sizes = {"input-size": 3, "hidden-size": 2} | dict.fromkeys(
            cell.own_symbols(cell.required()), 4
        )
    taps = any(Symbol.TAPS in weight.factors for weight in cell.weights)
    counted = count_asked(cell, Asked(sizes, layers=2, kernel_size=(3,) if taps else ()))
    sheet = FORMULA_SHEET if isinstance(counted, GatedCount) else SIZE_SHEET
    assert faults("count-1.json", parsed(sheet, counted)) == []


def test_a_count_by_a_convention_that_has_no_such_layer() -> None:
    counted = count_asked(every_cell()["LSTM"], Asked({
        "input-size": 3, "hidden-size": 4, "projection-size": 2,
    }, bidirectional=True, peepholes=True))  # fmt: skip
    document = parsed(FORMULA_SHEET, counted)
    assert None in [each["parameters"] for each in document["conventions"]]
    assert faults("count-1.json", document) == []


def test_catalogues() -> None:
    for made in (rule_catalogue(), reader_catalogue(built_in_readers()), cell_catalogue()):
        assert faults(f"{made.name}-1.json", parsed(CATALOGUE, made)) == []
    assert faults("rule-1.json", parsed(RULE_PAGE, RULES["R101"])) == []


def test_what_a_field_may_say_is_what_the_code_knows() -> None:
    tops = {name: schema(name).get("$defs", {}) for name in NAMES}
    report_of, layer_of = tops["report-1.json"], tops["report-1.json"]["layer"]["properties"]
    assert report_of["tensor"]["properties"]["fate"]["enum"] == [*Fate]
    assert report_of["searched"]["properties"]["what"]["enum"] == [*Searched]
    assert layer_of["sizes"]["enum"] == [*Origin]
    assert report_of["level"]["enum"] == [*Level]
    assert tops["audit-1.json"]["measure"]["properties"]["outcome"]["enum"] == [*Outcome]
    (change,) = [f for place, f in parts(tops["diff-1.json"]) if place.endswith(".kind")]
    assert change["enum"] == [*Kind]
    assert list(tops["scan-1.json"]["part"]["properties"]["verdicts"]["properties"]) == [*Verdict]
    assert tops["verify-1.json"]["outcome"]["enum"] == [*Agreement]


def changed(document: Json, keys: Iterable[str | int], value: object) -> Json:
    """The document with another value at a place; without the field if that is None."""
    made = copy.deepcopy(document)
    *before, last = keys
    node: Any = made
    for key in before:
        node = node[key]
    if value is None:
        del node[last]
    else:
        node[last] = value
    return made


LAYER = ("reports", 0, "layers", 0)


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        (("schema_version",), 2),
        (("unreadable",), None),
        (("reports", 0, "totals"), None),
        ((*LAYER, "verdict"), "fine"),
        ((*LAYER, "verdict"), "R1"),
        ((*LAYER, "parameters", "stored"), -1),
        ((*LAYER, "parameters", "found"), 1),
        ((*LAYER, "sizes"), "guessed"),
        ((*LAYER, "directions"), 3),
        ((*LAYER, "tensors", 0, "fate"), "lost"),
        ((*LAYER, "tensors", 0, "shape"), "3x4"),
        (("reports", 0, "findings", 0, "level"), "fatal"),
    ],
)
def test_the_published_schema_finds_a_fault(keys: tuple[str | int, ...], value: object) -> None:
    document = parsed(REPORT, CASES["faulty"])
    published = jsonschema.Draft202012Validator(schema("report-1.json"))
    assert published.is_valid(document)
    assert not published.is_valid(changed(document, keys, value))


def test_a_field_of_a_later_version_is_valid_for_users_and_not_for_these_tests() -> None:
    document = changed(parsed(REPORT, CASES["faulty"]), (*LAYER, "colour"), "red")
    assert jsonschema.Draft202012Validator(schema("report-1.json")).is_valid(document)
    assert faults("report-1.json", document) != []
