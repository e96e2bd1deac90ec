"""Which files of Paddle are one model."""

from __future__ import annotations

import pytest

from rnninspect.walking.filing import Likelihood, filed


@pytest.mark.parametrize(
    ("name", "others", "whole"),
    [
        ("net.pdiparams", {"net.pdmodel"}, "net.pdmodel"),
        ("inference.pdiparams", {"inference.json"}, "inference.json"),
        ("net.pdiparams.info", {"net.pdiparams"}, "net.pdiparams"),
        ("fc_0.w_0", {"__model__"}, "__model__"),
        ("__params__", {"__model__"}, "__model__"),
        ("net.pdiparams", set(), None),
        ("fc_0.w_0", {"net.pdmodel"}, None),
    ],
)
def test_parameters_belong_to_their_program(name: str, others: set[str], whole: str | None) -> None:
    assert filed().whole_of(name, {name, *others}) == whole


@pytest.mark.parametrize("name", ["a.pdparams", "a.pdopt", "a.pdmodel", "a.pdiparams"])
def test_a_file_with_such_an_ending_claims_to_be_a_model(name: str) -> None:
    assert filed().likelihood(name) is Likelihood.SURE
