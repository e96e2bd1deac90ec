"""A JSON report that was kept is as good as a fresh one, and a damaged one is a clear error."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from making.by_hand import ONE_BIAS, layer, model, report, without
from making.networks import FORMS, inspected
from making.reports import text_of
from making.small_models import safetensors_file
from rnninspect.cells import Role, Sizes
from rnninspect.comparison import outline
from rnninspect.comparison.saved_report import is_report, read_reports
from rnninspect.comparison.sides import read_side
from rnninspect.errors import RefusedFile, UnreadableFile
from rnninspect.model import SkippedLayer, Stack
from rnninspect.render.view import View
from rnninspect.source.limits import Limits
from rnninspect.source.source import Source, open_source

SAMPLES = Path(__file__).resolve().parents[2] / "sample_models"
REPORTS = {
    **{name: inspected(form) for name, form in FORMS.items()},
    "stack": report(
        model(*(layer(name=f"rnn[{n}]")._replace(stack=Stack("rnn", n, 2)) for n in range(2)))
    ),
    "variant": report(model(layer("CIFG-LSTM", roles=ONE_BIAS))),
    "convolution": report(model(layer()._replace(sizes=Sizes(3, 2, kernel_size=(3, 3))))),
    "damaged": report(
        model(without(layer("GRU"), Role.KERNEL))._replace(
            skipped=(SkippedLayer("custom", "MyCell", "no formula"),),
        )
    ),
    "hostile": report(model(layer(name="\x1b[2J|\ud800\u202e")), "=a|b\x1b.pt"),
}


def kept(content: str | bytes, folder: Path) -> Source:
    path = folder / "report.json"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    with open_source(path) as source:
        return source.holding(path.read_bytes())


@pytest.mark.parametrize("name", REPORTS)
def test_a_saved_report_gives_the_same_outline(name: str, tmp_path: Path) -> None:
    source = kept(text_of("json", [REPORTS[name]], View()), tmp_path)
    assert is_report(source)
    assert read_reports(source) == (outline(REPORTS[name]),)


def test_a_byte_order_mark_is_accepted(tmp_path: Path) -> None:
    source = kept(b"\xef\xbb\xbf" + text_of("json", REPORTS.values(), View()).encode(), tmp_path)
    assert is_report(source)
    assert len(read_reports(source)) == len(REPORTS)


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\x80\x02", b"PK\x03\x04", b"{\0\0\0\0"])
def test_only_a_json_object_is_a_report(content: bytes, tmp_path: Path) -> None:
    assert not is_report(kept(content, tmp_path))


def document() -> dict[str, Any]:
    made: dict[str, Any] = json.loads(text_of("json", [REPORTS["stack"]], View()))
    return made


def changed(path: str, value: object) -> str:
    """The document with another value at a place such as `reports.0.layers`; none if it is ..."""
    made = document()
    *parents, last = path.split(".")
    place: Any = made
    for name in parents:
        place = place[int(name)] if isinstance(place, list) else place[name]
    if value is ...:
        del place[last]
    else:
        place[last] = value
    return json.dumps(made)


WRONG = [
    ("schema_version", ..., "schema_version is missing"),
    ("schema_version", 2, "schema_version is 2, this rnninspect reads 1"),
    ("schema_version", True, "schema_version is bool, not int"),
    ("reports", {}, "reports is dict, not list"),
    ("reports", [[]], r"reports\[0\] is list, not dict"),
    ("reports.0.path", 7, r"reports\[0\]\.path is int, not str"),
    ("reports.0.totals", None, r"reports\[0\]\.totals is NoneType, not dict"),
    ("reports.0.totals.parameters", -1, r"totals\.parameters is -1, not a possible count"),
    ("reports.0.totals.bytes", 1e3, r"totals\.bytes is float, not int"),
    ("reports.0.file_bytes", 10**101, "not a possible count"),
    (
        "reports.0.layers.1.cell",
        "Transformer",
        r"layers\[1\]\.cell is 'Transformer', not a known cell",
    ),
    ("reports.0.layers.1.bias_vectors", 3, r"layers\[1\]\.bias_vectors is 3, more than 2"),
    ("reports.0.layers.0.hidden_size", ..., r"layers\[0\]\.hidden_size is missing"),
    ("reports.0.layers.0.kernel_size", ["3"], r"kernel_size\[0\] is str, not int"),
    ("reports.0.layers.0.dtypes", [None], r"dtypes\[0\] is NoneType, not str"),
]


@pytest.mark.parametrize(("path", "value", "message"), WRONG)
def test_a_wrong_field_is_named(path: str, value: object, message: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=message):
        read_reports(kept(changed(path, value), tmp_path))


BROKEN: dict[str, str | bytes] = {
    "cut": '{"schema_version": 1, "reports": [',
    "deep": '{"a":' + "[" * 100_000,
    "long number": '{"schema_version": ' + "9" * 5000 + "}",
    "no text": b'{"schema_version\xff": 1}',
    "list": '["schema_version"]',
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_document_is_one_clear_error(name: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFile, match=r"^(cannot parse the report: |the report is )"):
        read_reports(kept(BROKEN[name], tmp_path))


def test_a_document_too_large_for_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text('{"a": [' + "[]," * 1000)
    with open_source(path, Limits(header_bytes=10_000)) as source, pytest.raises(RefusedFile):
        read_reports(source)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
PATHS = st.sampled_from(
    [
        *(f"reports.0.{key}" for key in document()["reports"][0]),
        *(f"reports.0.totals.{key}" for key in document()["reports"][0]["totals"]),
        *(f"reports.0.layers.0.{key}" for key in document()["reports"][0]["layers"][0]),
    ]
)


@given(path=PATHS, value=VALUES)
def test_any_value_anywhere_is_read_or_refused(
    path: str, value: object, tmp_path_factory: pytest.TempPathFactory
) -> None:
    source = kept(changed(path, value), tmp_path_factory.mktemp("any"))
    assert "\n" not in told(source)


def told(source: Source) -> str:
    try:
        return f"{len(read_reports(source))} outlines"
    except UnreadableFile as error:
        return str(error)


def test_a_variant_is_named_beside_its_family(tmp_path: Path) -> None:
    """A CIFG-LSTM is an LSTM with coupled gates: `cell` is the family, `variant` the form."""
    text = text_of("json", [REPORTS["variant"]], View())
    (found,) = json.loads(text)["reports"][0]["layers"]
    assert (found["cell"], found["variant"]) == ("LSTM", "CIFG-LSTM")
    (read,) = read_reports(kept(text, tmp_path))
    assert read.layers[0].cell == "CIFG-LSTM"


@pytest.mark.parametrize("name", ["sharded", "tfjs"])
def test_a_model_that_is_a_json_object_is_no_report(name: str, tmp_path: Path) -> None:
    if name == "tfjs":
        path = SAMPLES / "keras" / "tfjs_layers" / "model.json"
    else:
        path = tmp_path / "model.safetensors.index.json"
        safetensors_file(tmp_path / "a.safetensors", {"rnn.weight_ih_l0": (8, 3)})
        path.write_text(json.dumps({"weight_map": {"rnn.weight_ih_l0": "a.safetensors"}}))
    side = read_side(str(path), str(path), Limits())
    assert side.outline.path == str(path)
    assert str(path) in side.files
