"""Spells the step of a cell as people write it: its gates, then its new states."""

from __future__ import annotations

from rnninspect.cells.equations import EQUATIONS, WRITTEN
from rnninspect.cells.formula import textbook_roles
from rnninspect.cells.symbols import BIASES, Cell, Role, Symbol
from rnninspect.cells.table import CELLS
from rnninspect.lean import re
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

    from rnninspect.cells.equations import Step, Update

LEGEND = (
    "x is the input; h and c are the states, h' and c' the new ones.",
    "W is the kernel, R (as a vector u) the recurrent kernel, b a bias of each gate.",
    "σ is a sigmoid, A the activation of the cell (mostly tanh), N a normalisation.",
    "· multiplies, ∗ convolves; r·R·h is r·(R·h) or R·(r·h), by convention.",
)
CANDIDATE = "g"  # the gate through the activation; the others go through a sigmoid


class _Layer(Record):
    """A cell with some of its weights, and whether its reset gate acts after the product."""

    cell: Cell
    step: Step
    roles: frozenset[Role]
    reset_after: bool | None


def equations(
    cell: Cell, roles: Collection[Role] | None = None, *, reset_after: bool | None = None
) -> tuple[str, ...]:
    """The step of a layer with these weights, the textbook's if none are given.

    Args:
        cell: the cell.
        roles: the weights of the layer.
        reset_after: whether its reset gate acts after the recurrent product; None if unknown.
    """
    if cell.equations:
        return cell.equations
    present = frozenset(textbook_roles(cell) if roles is None else roles)
    if cell.name in WRITTEN:
        return tuple(_without_bias(text, present) for text in WRITTEN[cell.name])
    step = step_of(cell)
    layer = _Layer(cell, step, present, reset_after)
    gates = {letter: _gate(layer, letter) for letter in step.gates}
    if len(gates) == 1 and len(step.updates) == 1:  # the new state is the gate
        return (f"{step.updates[0].state}' = {gates[step.gates]}",)
    alike: dict[str, list[str]] = {}
    for letter, text in gates.items():
        alike.setdefault(text, []).append(letter)
    return (
        *(f"{', '.join(letters)} = {text}" for text, letters in alike.items()),
        *(_update(update, present) for update in step.updates),
    )


def step_of(cell: Cell) -> Step:
    """The equations of a cell, or of the one whose gates it shares: a ConvLSTM steps as an LSTM.

    Raises:
        KeyError: it has none.
    """
    if cell.name in EQUATIONS:
        return EQUATIONS[cell.name][0]
    same = (name for name in EQUATIONS if CELLS[name].gates == cell.gates)
    return EQUATIONS[next(same, cell.name)][0]


def gate_names(cell: Cell) -> dict[str, str]:
    """The names of a cell's gates by the letters of its equations; empty where they have none."""
    letters = {
        name: letter
        for known, (step, *_) in EQUATIONS.items()
        for name, letter in zip(CELLS[known].gates, step.gates, strict=True)
    }
    return {letters[name]: name for name in cell.gates if name in letters}


def _without_bias(text: str, roles: frozenset[Role]) -> str:
    """A written step of a layer; `b` alone is the bias that it may lack."""
    return text if roles & BIASES else re.sub(r" \+ b\b", "", text)


def _gate(layer: _Layer, letter: str) -> str:
    reset, around = layer.step.inside or ("", "")
    resets = letter == around
    terms = _resetting(layer, reset) if resets else _products(layer)
    if Role.PEEPHOLE in layer.roles and letter != CANDIDATE and len(layer.step.updates) > 1:
        terms = (*terms, "p·c'" if letter == "o" else "p·c")
    if not (resets and layer.reset_after and layer.roles >= BIASES):
        terms = (*terms, *_biases(layer.roles))
    return f"{'A' if letter == CANDIDATE else 'σ'}({' + '.join(terms)})"


def _products(layer: _Layer) -> tuple[str, ...]:
    factors = {weight.role: weight.factors for weight in layer.cell.weights}
    times = "∗" if Symbol.TAPS in factors.get(Role.KERNEL, ()) else "·"
    reads_others = Symbol.FED_BACK in factors.get(Role.RECURRENT_KERNEL, ())
    recurrent = "R" if reads_others else "u"
    letters = {Role.KERNEL: f"W{times}x", Role.RECURRENT_KERNEL: f"{recurrent}{times}h"}
    return tuple(text for role, text in letters.items() if role in layer.roles)


def _resetting(layer: _Layer, reset: str) -> tuple[str, ...]:
    """The terms of a candidate that a reset gate acts on; `r·R·h` leaves open where it does."""
    kernel, product = _products(layer)
    if layer.reset_after is None:
        return kernel, f"{reset}·{product}"
    if not layer.reset_after:
        return kernel, f"{product[:-1]}({reset}·h)"
    if layer.roles >= BIASES:
        return kernel, "b₁", f"{reset}·({product} + b₂)"
    return kernel, f"{reset}·({product})"


def _biases(roles: frozenset[Role]) -> tuple[str, ...]:
    return ("b₁", "b₂") if roles >= BIASES else ("b",) if roles & BIASES else ()


def _update(update: Update, roles: frozenset[Role]) -> str:
    text = str(update)
    if update.state == "h" and Role.PROJECTION in roles:
        new, _, value = text.partition(" = ")
        return f"{new} = P·({value})"
    return text
