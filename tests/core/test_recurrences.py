"""What recognition finds, as a report has it: layers, skipped layers and doubts."""

from __future__ import annotations

from fractions import Fraction

import pytest

from making.audits import hold_to, told
from making.by_hand import model, report, tensor
from making.hand_graphs import M, Maker, N
from rnninspect.cells import Role
from rnninspect.graphs import (
    Ambiguous,
    Exhausted,
    Recovered,
    Survey,
    Value,
    View,
    outcome,
    recurrences,
)
from rnninspect.model import Purpose, SavedModel, StoredTensor
from rnninspect.plugin import Recurrences
from rnninspect.report import Report


def tensors_of(key: object) -> tuple[StoredTensor, ...]:
    """A maker's key is the shape of the leaf."""
    return (tensor(f"w{key}", key),) if isinstance(key, tuple) else ()


def lstm(to: Maker, x: Value, states: tuple[Value, Value], *, fits: bool) -> tuple[Value, Value]:
    """A step of an LSTM; one that does not fit has c' = f·c - i·g."""
    sums = to.gates(x, states[0], 4)
    i, f, o = (to.call("sigmoid", sums[at]) for at in (0, 1, 3))
    new = to.call("mul", i, to.call("tanh", sums[2]))
    memory = to.call("add" if fits else "sub", to.call("mul", f, states[1]), new)
    return to.call("mul", o, to.call("tanh", memory)), memory


def looped(*, fits: bool) -> Recurrences:
    to = Maker()
    h, c = to.other(N), to.other(N)
    assert isinstance(h, View)
    assert isinstance(c, View)
    new = lstm(to, to.other(M), (h, c), fits=fits)
    to.graph.carry("loop", list(zip((h, c), new, strict=True)))
    return recurrences(to.graph, tensors_of, "by hand")


def lone(*, fits: bool) -> Recurrences:
    to = Maker()
    to.graph.outputs += lstm(to, to.fed(M), (to.fed(N), to.fed(N)), fits=fits)
    return recurrences(to.graph, tensors_of, "by hand")


def reported(found: Recurrences) -> Report:
    """The report on a file in which this was found, and which stores nothing else."""
    tensors = {
        each.identity: each
        for layer in found.layers
        for operand in layer.operands
        for each in operand.tensors
    } | {each.identity: each for step in found.skipped for each in step.tensors}
    saved = SavedModel("graph", "none", "", found.layers, tuple(tensors.values()))
    return report(saved._replace(skipped=found.skipped, observations=found.observations))


FORMS = [(looped, "loop"), (lone, "one step")]


@pytest.mark.parametrize(("made", "how"), FORMS)
def test_a_step_that_fits_is_a_layer_with_the_order_of_its_gates(made: object, how: str) -> None:
    found = made(fits=True)  # type: ignore[operator] # one of the two above
    (layer,) = found.layers
    assert (layer.kind, layer.gate_order) == (f"LSTM ({how})", "ifgo")
    assert (found.skipped, found.observations, found.finished) == ((), (), True)


@pytest.mark.parametrize(("made", "how"), FORMS)
def test_a_step_that_fits_no_cell_is_a_skipped_layer(made: object, how: str) -> None:
    found = made(fits=False)  # type: ignore[operator] # one of the two above
    assert found.layers == ()
    (step,) = found.skipped
    assert step.kind == f"unknown cell ({how})"
    assert {each.shape for each in step.tensors} == {(M, 4 * N), (N, 4 * N), (4 * N,)}
    shown = reported(found)
    assert shown.totals.attributed == 0
    assert [finding.rule for finding in shown.findings] == ["R401"]


def failures(found: Recurrences) -> dict[str, str]:
    """The messages of what a policy of small GRUs, all understood, finds in it, by rule."""
    policy = {"allowed_cells": ("GRU",), "max_hidden_size": 1, "min_coverage": Fraction(1)}
    audit = hold_to(reported(found), **policy)
    return {rule: message for rule, _, message in told(audit)}


def test_a_policy_sees_a_recovered_layer_like_a_declared_one() -> None:
    assert failures(looped(fits=True)) == {
        "R502": f"hidden size {N}, at most 1",
        "R503": "cells LSTM, allowed GRU",
        "R402": "sizes recovered, not declared",
    }


def test_a_policy_counts_a_skipped_step_as_a_cell_that_is_not_understood() -> None:
    found = failures(looped(fits=False))
    assert found["R503"] == "cells unknown cell, allowed GRU"
    counts = "0 of 1 recurrent layer, 0 of 3 tensors understood"
    assert found["R505"] == f"coverage 0 %, at least 100 % ({counts})"


def test_a_step_that_may_be_a_layer_is_a_note_and_no_layer() -> None:
    to = Maker()
    sums = (to.product(to.fed(N), to.stored(N, N)) for _ in range(2))
    to.graph.outputs.append(to.call("tanh", to.call("add", *sums)))
    found = recurrences(to.graph, tensors_of, "by hand")
    assert (found.layers, found.skipped) == ((), ())
    (doubt,) = found.observations
    assert "may be an RNN, or a layer without a state" in doubt.detail
    shown = reported(found)
    assert [(finding.rule, finding.level) for finding in shown.findings] == [("R403", "note")]


@pytest.mark.parametrize(
    ("widths", "text"),
    [
        ((M,), "may be an RNN, or a layer"),
        (
            (M, N),
            f"may be an RNN of {M} inputs and {N} hidden units or an RNN of {N} inputs and",
        ),
    ],
)
def test_sizes_are_given_where_the_readings_differ(
    monkeypatch: pytest.MonkeyPatch, widths: tuple[int, ...], text: str
) -> None:
    readings = tuple(Recovered("RNN", "one step", 1, "", m, N, None, ()) for m in widths)
    step = Ambiguous("node", (), readings, "a lone step")
    monkeypatch.setattr(outcome, "survey", lambda _: Survey((), ambiguous=(step,)))
    (doubt,) = recurrences(Maker().graph, tensors_of, "by hand").observations
    assert doubt.detail.startswith(f"node {text}")
    assert doubt.detail.endswith("without a state: a lone step")


def test_a_search_that_was_given_up_says_so() -> None:
    to = Maker()
    to.graph.outputs += lstm(to, to.fed(M), (to.fed(N), to.fed(N)), fits=True)
    to.graph.expressions.budget = 3
    found = recurrences(to.graph, tensors_of, "by hand")
    assert (found.layers, found.skipped, found.finished) == ((), (), False)
    assert [
        finding.rule
        for finding in report(model()._replace(observations=found.observations)).findings
    ] == ["R407"]


@pytest.mark.parametrize("stored", [True, False])
def test_what_an_unrolled_sequence_starts_from_is_state(*, stored: bool) -> None:
    """Zeros that an exporter stored; a peephole, which is added up beside c, is a weight."""
    to = Maker()
    kernels, peephole = (to.stored(M, 4 * N), to.stored(N, 4 * N)), to.stored(N)
    h, c = (to.stored(1, N) if stored else to.fed(N) for _ in range(2))
    for at_first in (stored, False, False):  # a product of two stored values is folded
        sums = to.call("add", to.product(to.fed(M), kernels[0]), to.product(h, kernels[1]))
        parts = [to.part(sums, at) for at in range(4)]
        looked = peephole if at_first else to.call("mul", peephole, c)
        parts[1] = to.call("add", parts[1], looked)
        i, f, o = (to.call("sigmoid", parts[at]) for at in (0, 1, 3))
        c = to.call("add", to.call("mul", f, c), to.call("mul", i, to.call("tanh", parts[2])))
        h = to.call("mul", o, to.call("tanh", c))
    to.graph.outputs.append(h)
    found = recurrences(to.graph, tensors_of, "by hand")
    (layer,) = found.layers
    assert (layer.cell, Role.PEEPHOLE in layer.roles) == ("LSTM", True)
    assert found.states == ({f"w{(1, N)}"} if stored else frozenset())
    tensors = found.with_purposes(tensor(f"w{shape}", shape) for shape in ((1, N), (N,)))
    assert [each.purpose for each in tensors] == [
        Purpose.STATE if stored else Purpose.PARAMETER,
        Purpose.PARAMETER,
    ]


@pytest.mark.parametrize("stored", [True, False])
def test_a_step_that_fits_no_cell_starts_from_a_state_too(*, stored: bool) -> None:
    """An input that is stored, and that the kernel multiplies, is none."""
    to = Maker()
    kernels, x, bias = (to.stored(M, N), to.stored(N, N)), to.stored(1, M), to.stored(N)
    h = to.stored(1, N) if stored else to.fed(N)
    for _ in range(3):
        sums = to.call("add", to.product(x, kernels[0]), to.product(h, kernels[1]))
        kept = to.call("mul", to.call("sigmoid", sums), h)
        h = to.call("add", to.call("tanh", to.call("add", sums, bias)), kept)
        x = to.fed(M)
    to.graph.outputs.append(h)
    found = recurrences(to.graph, tensors_of, "by hand")
    assert [step.kind for step in found.skipped] == ["unknown cell (unrolled, 3 steps)"]
    assert found.states == ({f"w{(1, N)}"} if stored else frozenset())


def test_one_vector_for_two_biases_is_their_sum() -> None:
    to = Maker()
    h = to.other(N)
    assert isinstance(h, View)
    sums = to.call("add", to.product(to.other(M), to.stored(M, N)), to.product(h, to.stored(N, N)))
    to.graph.carry("loop", [(h, to.call("tanh", to.call("add", sums, to.stored(N))))])
    shown = reported(recurrences(to.graph, tensors_of, "by hand"))
    (found,) = [finding for finding in shown.findings if finding.rule == "R406"]
    assert found.message == "stored as one, the sum of bias and recurrent bias"


def test_what_was_found_stays_found_where_the_budget_ends_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def exhausted(*_: object) -> None:
        raise Exhausted

    monkeypatch.setattr(outcome, "first_states", exhausted)
    found = looped(fits=True)
    assert [layer.cell for layer in found.layers] == ["LSTM"]
    assert (found.states, found.finished) == (frozenset(), True)
