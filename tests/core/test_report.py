"""Totals and verdicts, on models made by hand."""

from __future__ import annotations

from making.by_hand import layer, model, report, tensor, without
from rnninspect.cells import Role
from rnninspect.model import Fact, Fate, Observation, Purpose, SkippedLayer
from rnninspect.rules import Level


def test_totals_split_the_parameters() -> None:
    totals = report(model(layer(), others=(tensor("dense", (2, 5)),))).totals
    assert (totals.parameters, totals.recurrent, totals.other) == (66, 56, 10)
    assert (totals.tensors, totals.attributed, totals.bytes) == (5, 5, 264)


def test_arrays_that_are_not_parameters_are_counted_separately() -> None:
    kept = tuple(tensor(purpose, (3,))._replace(purpose=purpose) for purpose in Purpose)
    totals = report(model(others=kept)).totals
    assert (totals.parameters, totals.copies) == (3, 3)
    assert totals.not_parameters == {"optimizer": 3, "state": 3, "constants": 3, "quantisation": 3}


def test_an_alias_counts_once_and_as_a_parameter() -> None:
    stored = tensor("w", (4,))
    aliases = (stored._replace(name="v"), stored._replace(name="m", purpose=Purpose.OPTIMIZER))
    totals = report(model(others=(stored, *aliases))).totals
    assert (totals.parameters, totals.not_parameters["optimizer"], totals.tensors) == (4, 0, 1)


def test_tensors_of_a_skipped_layer_are_not_attributed() -> None:
    lost = SkippedLayer("x", "X", "unknown", (tensor("w", (4,)),))
    totals = report(model(layer(), others=lost.tensors)._replace(skipped=(lost,))).totals
    assert (totals.tensors, totals.attributed, totals.parameters) == (5, 4, 60)


def test_tensors_of_a_possible_cell_are_not_attributed() -> None:
    seen = Observation(Fact.POSSIBLE, "net: a module with w", tensors=(tensor("w", (4,)),))
    made = report(model(layer(), others=seen.tensors)._replace(observations=(seen,)))
    assert (made.totals.tensors, made.totals.attributed, made.totals.parameters) == (5, 4, 60)
    assert [finding.message for finding in made.findings] == [f"{seen.detail}; 4 parameters"]


def test_a_tensor_of_a_reported_layer_is_attributed() -> None:
    known = layer()
    seen = Observation(Fact.POSSIBLE, "x", tensors=known.operands[0].tensors)
    lost = SkippedLayer("y", "Y", "unknown", known.operands[1].tensors)
    both = model(known)._replace(observations=(seen,), skipped=(lost,))
    assert report(both).totals.attributed == report(both).totals.tensors


def test_verdicts() -> None:
    fed = tuple(given._replace(fate=Fate.INPUT, tensors=()) for given in layer().operands)
    made_of = layer(name="made")
    computed = (made_of.operands[0]._replace(fate=Fate.COMPUTED), *made_of.operands[1:])
    made = report(
        model(
            layer(name="good"),
            without(layer(name="bad"), Role.KERNEL, Role.RECURRENT_BIAS),
            layer(name="fed")._replace(operands=fed),
            made_of._replace(operands=computed),
        )
    )
    verdicts = [made.verdict(counted).text for counted in made.layers]
    assert verdicts == ["ok", "R102 R107", "input", "computed"]
    assert made.worst() is Level.ERROR
    assert report(model(layer())).worst() is None


def test_a_shape_beyond_counting_adds_nothing_to_the_total() -> None:
    shapes = ((2**40, 2**40), (-2, -3))
    stored = tuple(tensor(str(shape), shape) for shape in shapes)
    assert report(model(others=stored)).totals.parameters == 0
