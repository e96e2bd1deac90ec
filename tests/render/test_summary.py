"""The sentence under a table: how much was understood, and what was not."""

from __future__ import annotations

import pytest

from making.by_hand import layer, model, report, tensor
from rnninspect.model import Fact, Observation, Purpose, SkippedLayer, StoredTensor
from rnninspect.render.report.sentences import summary

A, B, C = (tensor(name, (2, 5)) for name in "abc")


def skipped(*tensors: StoredTensor) -> SkippedLayer:
    return SkippedLayer("custom", "MyCell", "no formula is known for this cell", tensors)


def possible(*tensors: StoredTensor) -> Observation:
    return Observation(Fact.POSSIBLE, "net: a module with i2h", tensors=tensors)


@pytest.mark.parametrize(
    ("unclear", "said"),
    [
        ((), "7 of 7 tensors understood"),
        ((skipped(A),), "6 of 7 tensors understood; 1 belongs to a skipped layer (R401)"),
        (
            (possible(A, B),),
            "5 of 7 tensors understood; 2 belong to a possible recurrent cell (R405)",
        ),
        (
            (possible(A, B), possible(C)),
            "4 of 7 tensors understood; 3 belong to possible recurrent cells (R405)",
        ),
        (
            (skipped(A, B), possible(B, C)),
            (
                "4 of 7 tensors understood; 2 belong to a skipped layer (R401),"
                " 1 belongs to a possible recurrent cell (R405)"
            ),
        ),
        (
            (skipped(),),
            "7 of 7 tensors understood; a skipped layer (R401) without tensors of its own",
        ),
        (
            (skipped(), skipped()),
            "7 of 7 tensors understood; skipped layers (R401) without tensors of their own",
        ),
    ],
)
def test_the_summary_says_what_was_not_understood(
    unclear: tuple[SkippedLayer | Observation, ...], said: str
) -> None:
    saved = model(layer(), others=(A, B, C))._replace(
        skipped=tuple(one for one in unclear if isinstance(one, SkippedLayer)),
        observations=tuple(one for one in unclear if isinstance(one, Observation)),
    )
    assert summary(report(saved)) == said


def test_one_tensor_is_not_tensors() -> None:
    assert summary(report(model(others=(A,)))) == "1 of 1 tensor understood"


def test_stored_elements_that_are_not_parameters_are_listed() -> None:
    moments = tensor("exp_avg", (2, 3))._replace(purpose=Purpose.OPTIMIZER)
    saved = model(layer(), others=(A, moments))._replace(skipped=(skipped(A),))
    assert summary(report(saved)) == (
        "4 of 5 tensors understood; 1 belongs to a skipped layer (R401); not counted: 6 optimizer"
    )


@pytest.mark.parametrize(
    ("size", "said"), [(1, "1 constant, 1 copy"), (2, "2 constants, 2 copies")]
)
def test_one_constant_and_one_copy_are_singular(size: int, said: str) -> None:
    others = [
        tensor(purpose.value, (size,))._replace(purpose=purpose)
        for purpose in (Purpose.CONSTANT, Purpose.COPY)
    ]
    assert summary(report(model(others=(A, *others)))).endswith(f"; not counted: {said}")
