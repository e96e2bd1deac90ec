"""Cells of torch with a missing tensor: broken layers if they have biases, else possible ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from making.torch.pickles import read, saved
from rnninspect.counter import count_layers
from rnninspect.model import Fact, SavedModel
from rnninspect.plugin import Role
from rnninspect.rules import Level, check
from rnninspect_torch.layers.sizing import infer
from rnninspect_torch.networks.weights import Position

GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def shapes(gates: int, *, without: str, bias: bool = True) -> dict[str, tuple[int, ...]]:
    """A cell with 7 inputs and 5 units, beside another kind of layer in the same module."""
    rows = gates * 5
    made: dict[str, tuple[int, ...]] = {"weight_ih": (rows, 7), "weight_hh": (rows, 5)}
    if bias:
        made |= {"bias_ih": (rows,), "bias_hh": (rows,)}
    return {f"step.{name}": shape for name, shape in made.items() if name != without}


def errors(model: SavedModel) -> list[tuple[str, str | None, str]]:
    found = check(model, count_layers(model.layers))
    return [
        (finding.rule, finding.layer, finding.message)
        for finding in found
        if finding.level is Level.ERROR
    ]


@pytest.mark.parametrize("gates", GATES.values())
@pytest.mark.parametrize(
    ("without", "words"),
    [
        ("weight_hh", "no tensor for the recurrent_kernel"),
        ("weight_ih", "no tensor for the kernel"),
    ],
)
def test_both_biases_and_one_kernel_are_a_broken_cell(
    gates: int, without: str, words: str, tmp_path: Path
) -> None:
    model = read(saved(shapes(gates, without=without)), tmp_path)
    ((rule, layer, message),) = errors(model)
    assert (rule, layer) == ("R102", "step")
    assert message.startswith(words)


@pytest.mark.parametrize("cell", GATES)
def test_other_tensors_in_the_module_do_not_hide_the_fault(cell: str, tmp_path: Path) -> None:
    lost = shapes(GATES[cell], without="weight_hh") | {"step.weight_of_another_name": (3, 5)}
    model = read(saved(lost), tmp_path)
    assert [(rule, layer) for rule, layer, _ in errors(model)] == [("R102", "step")]


@pytest.mark.parametrize("without", ["weight_hh", "weight_ih"])
def test_one_kernel_alone_is_a_possible_cell(without: str, tmp_path: Path) -> None:
    model = read(saved(shapes(4, without=without, bias=False)), tmp_path)
    assert (model.layers, errors(model)) == ((), [])
    assert [note.fact for note in model.observations] == [Fact.POSSIBLE]


@pytest.mark.parametrize(("cell", "is_ambiguous"), [(None, True), ("LSTM", False)])
def test_the_cell_is_ambiguous_only_without_a_name(cell: str | None, is_ambiguous: bool) -> None:
    kernel = {Position(0, 0, Role.KERNEL): (20, 3), Position(0, 0, Role.BIAS): (20,)}
    outline = infer(kernel, cell)
    assert outline is not None
    assert (outline.hidden, outline.inputs) == (5, (3,))
    assert bool(outline.ambiguity) is is_ambiguous
