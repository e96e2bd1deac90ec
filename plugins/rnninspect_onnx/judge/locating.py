"""Where a recovered cell's step begins and ends among the named values of a model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rnninspect.verification.question import NoOpinion
from rnninspect.verification.steps import Ran

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from numpy.typing import NDArray

    from rnninspect.graphs import Recovered
    from rnninspect.verification.question import Part
    from rnninspect_onnx.graph.scopes import Scope
    from rnninspect_onnx.judge.finding import Found, Spot

    Array = NDArray[Any]


_MOST_NUMBERS = 2**22  # that are evaluated at once


@dataclass(frozen=True, slots=True)
class Located:
    """The values of a step: old and new states by their letters, and what its kernels multiply."""

    states: dict[str, Spot]
    new: dict[str, Spot]
    inputs: tuple[Spot, ...]
    scopes: tuple[Scope, ...]

    def ran(self, arrays: Mapping[str, Array]) -> Ran:
        """The step as it was run."""
        states = {letter: _rows(spot, arrays) for letter, spot in self.states.items()}
        new = {letter: _rows(spot, arrays) for letter, spot in self.new.items()}
        if len({len(rows) for rows in (*states.values(), *new.values())}) > 1:
            raise NoOpinion("its old and new states have different shapes")
        inputs = [_rows(spot, arrays) for spot in self.inputs]
        numbers = max([len(rows) for rows in inputs], default=1) * states["h"].size
        kept = max(1, len(states["h"]) * _MOST_NUMBERS // max(1, numbers))
        few = [{name: rows[:kept] for name, rows in each.items()} for each in (states, new)]
        return Ran(inputs, *few)


def locate(found: Found, cell: Recovered, part: Part) -> Located:
    """The values of a cell's step.

    Raises:
        NoOpinion: one of them has no name of its own.
    """
    hidden = part.hidden_size
    widths = {"h": part.projection_size or hidden, "c": hidden, "A": hidden}
    states: dict[str, Spot] = {}
    for letter, unit in cell.ends.states.items():
        states[letter] = _first(found, unit, widths[letter], f"its old {letter}")
    home = states["h"].named.scope
    scopes = tuple(_around(home))
    new = {
        letter: _first(found, unit, widths[letter], f"its new {letter}", scopes)
        for letter, unit in cell.ends.new.items()
    }
    inputs = tuple(
        _first(found, unit, _width(cell, at), "its input", scopes)
        for at, unit in enumerate(cell.ends.inputs)
    )
    return Located(states, new, inputs, scopes)


def _width(cell: Recovered, given: int) -> int:
    """The inputs that a kernel multiplies."""
    piece = next(each for each in cell.pieces if each.role == "kernel" and each.given == given)
    sizes = [size for axis, (_, size) in enumerate(piece.part) if axis != piece.units]
    return int(np.prod(sizes))


def _first(found: Found, unit: int, width: int, what: str, scopes: tuple[Scope, ...] = ()) -> Spot:
    for spot in found.spots(unit, width):
        if not scopes or spot.named.scope in scopes:
            return spot
    raise NoOpinion(f"{what} is no value of its own in the graph")


def _around(scope: Scope) -> list[Scope]:
    found: list[Scope] = []
    at: Scope | None = scope
    while at is not None:
        found.append(at)
        at = at.parent
    return found


def _rows(spot: Spot, arrays: Mapping[str, Array]) -> Array:
    """The units of a value along the last of two axes."""
    array = np.moveaxis(np.asarray(arrays[spot.named.name], np.float64), spot.axis, -1)
    return array[..., spot.start : spot.start + spot.width].reshape(-1, spot.width)
