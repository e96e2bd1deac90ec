"""Shapes of recurrent layers, and what is found in a state dict of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from making.torch.pickles import (
    read,
    saved,
)
from rnninspect.counter import count_layers
from rnninspect.model import RecurrentLayer
from rnninspect.rules import Level, check

Shapes = dict[str, tuple[int, ...]]
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}


def stack(
    gates: int,
    inputs: int,
    hidden: int,
    *,
    levels: int = 1,
    directions: int = 1,
    bias: bool = True,
    projection: int = 0,
) -> Shapes:
    """The shapes of torch.nn.RNNBase, as its constructor makes them."""
    shapes: Shapes = {}
    for level in range(levels):
        width = inputs if level == 0 else directions * (projection or hidden)
        for suffix in ("", "_reverse")[:directions]:
            end = f"l{level}{suffix}"
            shapes[f"weight_ih_{end}"] = (gates * hidden, width)
            shapes[f"weight_hh_{end}"] = (gates * hidden, projection or hidden)
            if bias:
                shapes[f"bias_ih_{end}"] = shapes[f"bias_hh_{end}"] = (gates * hidden,)
            if projection:
                shapes[f"weight_hr_{end}"] = (projection, hidden)
    return shapes


def errors(data: bytes, folder: Path) -> list[str]:
    model = read(data, folder)
    found = check(model, count_layers(model.layers))
    return [finding.rule for finding in found if finding.level is Level.ERROR]


def only(shapes: Mapping[str, tuple[int, ...]], folder: Path) -> RecurrentLayer:
    model = read(saved(shapes), folder)
    assert len(model.layers) == 1
    return model.layers[0]
