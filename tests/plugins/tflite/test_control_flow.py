"""Loops, calls, branches and variables: what is recurrent in them, and what is impossible."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.tensorflow.tflite_models import Model
from making.tensorflow.tflite_steps import HIDDEN, INPUTS, called, chosen, loop, one_step, variables
from plugins.tflite.test_fused import errors, report_on
from rnninspect.counter import LayerCount

COUNT = HIDDEN * (INPUTS + HIDDEN + 1)


def the_layer(folder: Path, model: Model) -> LayerCount:
    report = report_on(folder, model)
    assert errors(report) == []
    assert report.totals.parameters == COUNT
    (layer,) = report.layers
    sizes = layer.layer.sizes
    assert (layer.layer.cell, sizes.input_size, sizes.hidden_size) == ("RNN", INPUTS, HIDDEN)
    assert (layer.expected, layer.stored) == (COUNT, COUNT)
    return layer


@pytest.mark.parametrize("given", [False, True])
def test_a_loop_is_a_layer_by_the_name_of_its_body(given: bool, tmp_path: Path) -> None:
    layer = the_layer(tmp_path, loop(handed_in=given))
    assert (layer.layer.name, layer.layer.kind) == ("net/plain", "RNN (loop)")


@pytest.mark.parametrize("name", ["while_body", "while1_body", "while_body_12"])
def test_a_loop_without_a_name_has_that_of_its_first_state(name: str, tmp_path: Path) -> None:
    assert the_layer(tmp_path, loop(name)).layer.name == "net/plain"


def test_what_a_loop_starts_from_is_state(tmp_path: Path) -> None:
    report = report_on(tmp_path, loop())
    assert report.totals.not_parameters["state"] == HIDDEN


def test_a_called_step_is_one_of_the_model(tmp_path: Path) -> None:
    assert the_layer(tmp_path, called()).layer.kind == "RNN (one step)"


def test_a_lone_step_has_its_states_as_inputs(tmp_path: Path) -> None:
    assert the_layer(tmp_path, one_step()).layer.kind == "RNN (one step)"


@pytest.mark.parametrize("weights", [False, True])
def test_a_state_may_be_a_variable_and_a_weight_too(weights: bool, tmp_path: Path) -> None:
    report = report_on(tmp_path, variables(weights=weights))
    (layer,) = report.layers
    assert (layer.layer.cell, layer.expected, layer.stored) == ("RNN", COUNT, COUNT)
    assert report.totals.not_parameters["state"] == HIDDEN
    assert errors(report) == []


def test_a_branch_that_keeps_the_state_is_followed(tmp_path: Path) -> None:
    report = report_on(tmp_path, chosen())
    notes = [each.message for each in report.findings if each.rule == "R403"]
    assert any("of_state may be an RNN" in note for note in notes)  # alone, it is not certain
    assert errors(report) == []


@pytest.mark.parametrize("producer", ["tensorflow 2.21.0", "made"])
def test_a_layer_whose_bias_the_converter_may_have_left_out_says_so(
    producer: str, tmp_path: Path
) -> None:
    """A bias of zeros is not in the file: it cannot be told from one that never was."""
    model = loop()
    model.made.description = producer
    for operator in model.made.subgraphs[2].operators:
        if len(operator.inputs) == 3:  # of a FULLY_CONNECTED, the last is its bias
            operator.inputs[2] = -1
    report = report_on(tmp_path, model)
    (layer,) = report.layers
    assert (layer.expected, layer.stored) == (COUNT - HIDDEN, COUNT - HIDDEN)
    said = [each for each in report.findings if "leaves out a bias of zeros" in each.message]
    assert [each.layer for each in said] == (["net/plain"] if producer != "made" else [])


def test_variables_that_nothing_fills_are_named(tmp_path: Path) -> None:
    model = variables(weights=True)
    model.made.subgraphs[1].operators = model.made.subgraphs[1].operators[:2]
    report = report_on(tmp_path, model)
    notes = [each.message for each in report.findings if each.rule == "R407"]
    assert any("1 variable without a value in the file: recurrent" in note for note in notes)


@pytest.mark.parametrize(
    ("target", "said"),
    [(0, "which contains it"), (2, "which contains it"), (9, "there are 3"), (-1, "there are 3")],
)
def test_a_loop_over_itself_or_over_nothing_is_an_error(
    target: int, said: str, tmp_path: Path
) -> None:
    model = loop()
    graph = model.made.subgraphs[0 if target != 2 else 2]
    operator = model.made.subgraphs[0].operators[0]
    if target == 2:  # the body repeats itself
        inner = type(operator)(opcodeIndex=operator.opcodeIndex, inputs=[], outputs=[])
        inner.builtinOptionsType, inner.builtinOptions = (
            operator.builtinOptionsType,
            operator.builtinOptions,
        )
        graph.operators.append(inner)
    else:
        operator.builtinOptions.bodySubgraphIndex = target
    report = report_on(tmp_path, model)
    assert errors(report) == ["R104"]
    assert any(said in each.message for each in report.findings)


def test_calls_that_double_are_refused(tmp_path: Path) -> None:
    from making.tensorflow.tflite_schema import schema
    from rnninspect.errors import RefusedFile

    model = Model()
    for depth in range(40):
        graph = model.graph(f"g{depth}")
        options = schema().CallOptionsT(subgraph=min(depth + 1, 39))
        for _ in range(2 if depth < 39 else 0):
            graph.run("CALL", [], [], options)
    with pytest.raises(RefusedFile, match="steps="):
        report_on(tmp_path, model)
