"""One step of a recovered cell: its equations evaluated in numpy, beside what a framework computed.

Runs in a judge's child process, which alone may read weights. What each gate reads is what the
report says; how the step is written is not known there, so each way to write the cell is tried:
they differ by far more than the tolerance.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from itertools import product

import numpy as np

from rnninspect.cells import Role
from rnninspect.cells.equations import EQUATIONS
from rnninspect.verification.evaluating import (
    CANDIDATE,
    FUNCTIONS,
    Choice,
    Gate,
    Ran,
    Sums,
    Written,
    evaluate,
)
from rnninspect.verification.question import NoOpinion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from rnninspect.cells.equations import Step
    from rnninspect.model import Piece

    Array = NDArray[np.float64]

__all__ = ["TOLERANCE", "Comparison", "Gate", "Ran", "compare", "gates_of"]

TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class Comparison:
    """The equations that come nearest, with their functions, and the largest difference."""

    equations: str
    functions: str
    difference: float
    tolerance: float = TOLERANCE
    reason: str = ""

    @property
    def agrees(self) -> bool:
        """Whether the difference is within the tolerance."""
        return self.difference <= self.tolerance

    def __str__(self) -> str:
        """What was compared: `one step and c' = f·c + i·g; …, with sigmoid and tanh: …`."""
        verdict = "agree" if self.agrees else "disagree"
        why = f", {self.reason}" if self.reason else ""
        return (
            f"one step with random states and the stored weights, and {self.equations} "
            f"with {self.functions}: {verdict}, largest difference {self.difference:.1e} "
            f"(tolerance {self.tolerance:g}{why})"
        )


def compare(
    cell: str,
    gates: Mapping[str, Gate],
    projection: Array | None,
    ran: Ran,
    tolerance: float = TOLERANCE,
    reason: str = "",
) -> Comparison:
    """The way to write the cell that comes nearest to what was computed.

    Args:
        cell: key of CELLS.
        gates: what each gate reads, by its letter.
        projection: what the cell's output is multiplied by.
        ran: what was computed.
        tolerance: the largest difference at which both agree.
        reason: why that is not the usual one, `in 16 bits`.

    Raises:
        NoOpinion: the table has no equations of the cell, or they need what was not found.
    """
    best: Comparison | None = None
    try:
        for best in _comparisons(cell, gates, projection, ran):
            if best.difference <= tolerance:
                break
    except ValueError as error:
        raise NoOpinion("what its gates read does not fit together") from error
    if best is None:
        raise NoOpinion(f"no equations of {cell} are evaluated")
    return replace(best, tolerance=tolerance, reason=reason)


def _comparisons(
    cell: str, gates: Mapping[str, Gate], projection: Array | None, ran: Ran
) -> Iterator[Comparison]:
    """Ways to write the cell, each nearer than those before it."""
    least = np.inf
    for step in EQUATIONS.get(cell, ()):
        for written in _ways(step, gates):
            sums = _sums(step, gates, ran)
            for functions in _functions(step):
                with np.errstate(all="ignore"):
                    found = _difference(written, sums, functions, projection, ran)
                if found < least:
                    least = found
                    text = "; ".join(str(update) for update in step.updates)
                    yield Comparison(text, _named(step, functions), found)


def _functions(step: Step) -> Iterator[Choice]:
    """The functions of gates, of the candidate and around c', usual ones first."""
    gates = ["sigmoid"] if step.gates == CANDIDATE else [*FUNCTIONS]
    outer = [*FUNCTIONS] if len(step.updates) > 1 else ["tanh"]
    choices = list(product(gates, FUNCTIONS, outer))
    known = list(FUNCTIONS)
    yield from sorted(choices, key=lambda each: _rarity(each, known))


def _rarity(choice: Choice, known: list[str]) -> int:
    expected = ("sigmoid", "tanh", "tanh")
    pairs = zip(choice, expected, strict=True)
    return sum(1 + known.index(name) for name, usual in pairs if name != usual)


def _named(step: Step, functions: Choice) -> str:
    gates, candidate, outer = functions
    names = [candidate] if step.gates == CANDIDATE else [gates, candidate]
    return " and ".join(dict.fromkeys([*names, outer] if len(step.updates) > 1 else names))


def _ways(step: Step, gates: Mapping[str, Gate]) -> Iterator[Written]:
    if step.inside is None:
        yield Written(step)
        return
    yield Written(step, before=True)
    biases = gates[step.inside[1]].biases
    for scaled in product((False, True), repeat=len(biases)):
        yield Written(step, scaled=scaled)


def _sums(step: Step, gates: Mapping[str, Gate], ran: Ran) -> dict[str, Sums]:
    found: dict[str, Sums] = {}
    state = ran.states["h"]
    for letter in step.gates:
        gate = gates.get(letter)
        if gate is None or any(at >= len(ran.inputs) for at in gate.kernels):
            raise NoOpinion(f"what its gate {letter} reads was not found")
        inputs = sum((ran.inputs[at] @ kernel.T for at, kernel in gate.kernels.items()), ZERO)
        product_of_state = sum((state @ matrix.T for matrix in gate.recurrent), ZERO)
        product_of_state = sum((state * vector for vector in gate.own), product_of_state)
        found[letter] = Sums(np.atleast_2d(inputs)[:, None, :], product_of_state, gate)
    return found


ZERO = np.zeros((1, 1))


def _difference(
    written: Written,
    sums: dict[str, Sums],
    functions: Choice,
    projection: Array | None,
    ran: Ran,
) -> float:
    """The largest difference of a new state, at the places of the inputs where it is least."""
    new = evaluate(written, sums, functions, ran)
    if projection is not None:
        new["h"] = new["h"] @ projection.T
    worst = ZERO
    for letter, values in new.items():
        given = ran.new[letter]
        apart = np.abs(values - given[None]) / np.maximum(1, np.abs(given[None]))
        worst = np.maximum(worst, apart.max(axis=-1))
    return float(np.max(np.min(worst, axis=0)))


def gates_of(
    arrays: Iterable[tuple[Piece, Array]],
) -> tuple[dict[str, Gate], Array | None]:
    """Gates by their letters, and a projection, of the parts of tensors, units first."""
    found: dict[str, Gate] = defaultdict(Gate)
    projection = None
    for piece, array in arrays:
        gate = found[piece.gate]
        match piece.role:
            case Role.KERNEL:
                known = gate.kernels.get(piece.given)
                gate.kernels[piece.given] = array if known is None else known + array
            case Role.RECURRENT_KERNEL if array.shape[1] == 1 < array.shape[0]:
                gate.own.append(array[:, 0])
            case Role.RECURRENT_KERNEL:
                gate.recurrent.append(array)
            case Role.PEEPHOLE:
                gate.peepholes.append(array[:, 0])
            case Role.PROJECTION:
                projection = array
            case _:
                gate.biases.append(array[:, 0])
    return dict(found), projection
