"""The equations that are shown, evaluated for one unit, against the cells of torch and Keras."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

import keras
import numpy as np
import pytest
import torch

from rnninspect.cells import BIASES, CELLS, Role
from rnninspect.cells.spelling import equations

X, H, C = 0.7, -0.4, 0.9
PYTHON = str.maketrans({"·": "*", "σ": "S", "₁": "1", "₂": "2", "'": "_"})


def sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def stepped(lines: tuple[str, ...], weights: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """The values of all names after a step of one unit, given each gate's own weights."""
    known: dict[str, float] = {"x": X, "h": H, "c": C}
    for line in lines:
        left, right = line.translate(PYTHON).split(" = ")
        for name in re.split(", ", left):
            own = weights[name if name in weights else next(iter(weights))]
            scope = {"S": sigmoid, "A": math.tanh, **known, **own}
            known[name] = eval(right, {"__builtins__": {}}, scope)  # noqa: S307 - our own text
    return known


def of_torch(cell: torch.nn.RNNCellBase, order: str) -> dict[str, dict[str, float]]:
    columns = {
        "W": cell.weight_ih.flatten(),
        "R": cell.weight_hh.flatten(),
        "b1": cell.bias_ih,
        "b2": cell.bias_hh,
    }
    return {
        letter: {name: float(column.detach()[at]) for name, column in columns.items()}
        for at, letter in enumerate(order)
    }


@pytest.mark.parametrize(("cell", "order"), [("RNN", "g"), ("GRU", "rzg"), ("LSTM", "ifgo")])
def test_they_are_what_torch_computes(cell: str, order: str) -> None:
    torch.manual_seed(3)
    made = getattr(torch.nn, f"{cell}Cell")(1, 1)
    h, c = torch.tensor([[H]]), torch.tensor([[C]])
    given = made(torch.tensor([[X]]), (h, c) if cell == "LSTM" else h)
    lines = equations(CELLS[cell], CELLS[cell].required() | BIASES, reset_after=True)
    found = stepped(lines, of_torch(made, order))
    expected = given if cell == "LSTM" else (given,)
    assert [found["h_"], found.get("c_")][: len(expected)] == pytest.approx(
        [float(each.detach()) for each in expected], abs=1e-6
    )


@pytest.mark.parametrize("reset_after", [True, False])
def test_they_are_what_keras_computes(reset_after: bool) -> None:
    keras.utils.set_random_seed(5)
    made = keras.layers.GRUCell(1, reset_after=reset_after, bias_initializer="normal")
    given, _ = made(np.array([[X]]), [np.array([[H]])])
    kernel, recurrent, bias = (np.asarray(each) for each in made.get_weights())
    rows = bias if reset_after else bias[None]
    names = ("b1", "b2") if reset_after else ("b",)
    weights = {
        letter: {
            "W": float(kernel[0, at]),
            "R": float(recurrent[0, at]),
            **{name: float(row[at]) for name, row in zip(names, rows, strict=True)},
        }
        for at, letter in enumerate("zrg")
    }
    roles = CELLS["GRU"].required() | (BIASES if reset_after else {Role.BIAS})
    found = stepped(equations(CELLS["GRU"], roles, reset_after=reset_after), weights)
    assert found["h_"] == pytest.approx(float(np.asarray(given)[0, 0]), abs=1e-6)
