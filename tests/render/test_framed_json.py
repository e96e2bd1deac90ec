"""Layers that are alike are written once, and their JSON is that of each by itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from core.test_samples import ENTRIES, SAMPLES, path_of
from making.by_hand import layer, model, report, reshaped, without
from rnninspect import inspect_file
from rnninspect.cells import Role
from rnninspect.model import Origin, Stack
from rnninspect.render.json_text import OWN, Frame, Framed, json_text
from rnninspect.render.report.json import dump, framed_json, report_json

if TYPE_CHECKING:
    from rnninspect.model import RecurrentLayer
    from rnninspect.report import Report

NAMES = ["plain", "%s and %d", "\0", "##[error]", "\x7f", 'a "quoted" one', "ü", ""]
PLACES = {
    "alone": layer(),
    "in a stack": layer()._replace(stack=Stack("rnn", 1, 2)),
    "in a network": layer()._replace(root="model"),
    "shared": layer()._replace(also_at=("twice", "three %s times")),
    "renamed": layer()._replace(original_name="a wrapper's"),
}
KINDS = {
    "intact": layer(),
    "a weight missing": without(layer(), Role.RECURRENT_KERNEL),
    "another shape": reshaped(layer(), Role.KERNEL, (4, 4)),
    "another cell": layer(cell="GRU"),
    "another kind": layer()._replace(kind="MyLSTM%s"),
    "inferred": layer()._replace(origin=Origin.INFERRED),
    "in part inferred": layer()._replace(origin=Origin.INFERRED, inferred=("input_size",)),
    "declared beside": layer()._replace(declared_in="a.json", declared_by=(("input_size", "m"),)),
    "another convention": layer()._replace(convention="other"),
    "in another order": layer()._replace(gate_order="ifgo"),
}


def _same(made: Report) -> bool:
    return dump([framed_json(made)]) == dump([report_json(made)])


@pytest.mark.parametrize("entry", ENTRIES, ids=path_of)
def test_the_document_of_a_sample_is_the_same(entry: dict[str, object]) -> None:
    assert _same(inspect_file(SAMPLES / path_of(entry)))


@pytest.mark.parametrize("made", PLACES.values(), ids=PLACES)
def test_names_and_places_are_those_of_each_layer(made: RecurrentLayer) -> None:
    assert _same(report(model(*[layer(name=name) for name in NAMES], made, made)))


@pytest.mark.parametrize("made", KINDS.values(), ids=KINDS)
def test_only_layers_that_are_alike_have_a_text_in_common(made: RecurrentLayer) -> None:
    named = [made._replace(name=name) for name in NAMES[:3]]
    assert _same(report(model(layer(name="first"), *named, layer(name="last"))))


def test_a_weight_that_no_tensor_stores_has_the_name_of_its_operand() -> None:
    first, *others = layer().operands
    made = layer()._replace(operands=(first._replace(tensors=(), name="fed"), *others))
    assert _same(report(model(made, made._replace(name="again"))))


def test_a_frame_is_written_at_any_margin() -> None:
    frame = Frame({"own": OWN, "all": ["100 %", {"n": 1}], "last": OWN})
    made = [[Framed(frame, ("%s\0", None))], Framed(frame, ([1], {"a": "b"}))]
    wanted = [
        [{"own": "%s\0", "all": ["100 %", {"n": 1}], "last": None}],
        {"own": [1], "all": ["100 %", {"n": 1}], "last": {"a": "b"}},
    ]
    assert json_text(made) == json.dumps(wanted, indent=1)
