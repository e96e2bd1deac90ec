"""Outlines of networks made by hand, and what a comparison finds between them."""

from __future__ import annotations

from hypothesis import strategies as st

from making.by_hand import TWO_BIASES, layer, model, report, tensor
from making.networks import FORMS, Form, inspected
from rnninspect.cells import Sizes
from rnninspect.comparison import Comparison, Kind, Outline, compare, outline
from rnninspect.comparison.matching import match
from rnninspect.model import RecurrentLayer

KERAS, ONNX, PYTORCH = FORMS["keras"], FORMS["onnx"], FORMS["pytorch"]


def seen(*made: RecurrentLayer, form: Form = PYTORCH) -> Outline:
    return outline(inspected(form, *made))


def found(comparison: Comparison) -> list[tuple[str, Kind, str]]:
    return [
        (row.name, change.kind, change.reason) for row in comparison.rows for change in row.changes
    ]


def kinds(old: Outline, new: Outline) -> set[Kind]:
    return {kind for _, kind, _ in found(compare(old, new))}


def lstm(name: str, hidden: int, inputs: int = 3) -> RecurrentLayer:
    return layer("LSTM", Sizes(inputs, hidden), TWO_BIASES, name)


def names(old: list[RecurrentLayer], new: list[RecurrentLayer]) -> list[tuple[str, str]]:
    pairs = match(seen(*old).layers, seen(*new).layers)
    return [(left.name if left else "", right.name if right else "") for left, right in pairs]


SIZES = st.builds(Sizes, st.integers(1, 4), st.integers(1, 4), directions=st.integers(1, 2))
LAYERS = st.lists(
    st.tuples(SIZES, st.sampled_from(["LSTM", "GRU"]), st.sampled_from("abcd")), max_size=5
)
OUTLINES = st.builds(
    lambda made, form, dense: outline(
        report(
            model(
                *(
                    layer(cell, sizes, form.roles, f"{name}{n}")._replace(
                        convention=form.convention
                    )
                    for n, (sizes, cell, name) in enumerate(made)
                ),
                others=(tensor("dense", (dense,)),),
            )._replace(
                format=form.format,
                framework=form.framework,
            )
        )
    ),
    LAYERS,
    st.sampled_from(list(FORMS.values())),
    st.integers(1, 9),
)
