"""The equations of a cell evaluated in numpy, as one of the ways in which they are written."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rnninspect.verification.question import NoOpinion

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from rnninspect.cells.equations import Step

    Array = NDArray[np.float64]
    Function = Callable[[Array], Array]

Choice = tuple[str, str, str]
"""The functions of the gates, of the candidate, and around c'."""

CANDIDATE, READS_NEW_MEMORY = "g", "o"  # letters of the equations
SELU, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772
FUNCTIONS: dict[str, Function] = {
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "relu": lambda x: np.maximum(x, 0),
    "hard sigmoid (0.2)": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "hard sigmoid (1/6)": lambda x: np.clip(x / 6 + 0.5, 0, 1),
    "softsign": lambda x: x / (1 + np.abs(x)),
    "hard tanh": lambda x: np.clip(x, -1, 1),
    "no function": lambda x: x,
    "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "selu": lambda x: SELU * np.where(x > 0, x, SELU_ALPHA * np.expm1(np.minimum(x, 0))),
    "softplus": lambda x: np.logaddexp(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "swish": lambda x: x / (1 + np.exp(-x)),
}


@dataclass(slots=True)
class Gate:
    """What one gate reads, units first: a kernel for each input, matrices of the state, vectors.

    `own` are the vectors by which it multiplies the state: each unit reads itself alone.
    """

    kernels: dict[int, Array] = field(default_factory=dict)
    recurrent: list[Array] = field(default_factory=list)
    own: list[Array] = field(default_factory=list)
    biases: list[Array] = field(default_factory=list)
    peepholes: list[Array] = field(default_factory=list)


@dataclass(slots=True)
class Ran:
    """A step as a framework ran it; in each array the units or inputs are the last of two axes.

    Attributes:
        inputs: what the kernels multiply: a row for each place of a sequence, or for each state.
        states: the old states by their letters, a row for each sequence.
        new: the new states, likewise; `A` is what the function around c' is applied to, where a
            mask has changed c' before.
    """

    inputs: list[Array]
    states: dict[str, Array]
    new: dict[str, Array]


@dataclass(frozen=True, slots=True)
class Written:
    """One way to write a step: where the reset gate acts, and on which biases of the candidate."""

    step: Step
    before: bool = False
    scaled: tuple[bool, ...] = ()


@dataclass(slots=True)
class Sums:
    """The products of one gate, over (places, sequences, units) or what broadcasts to that."""

    inputs: Array
    state: Array
    gate: Gate


def evaluate(
    written: Written, sums: Mapping[str, Sums], functions: Choice, ran: Ran
) -> dict[str, Array]:
    """The new states by their letters, over (places, sequences, units).

    Raises:
        NoOpinion: the equations contain what is not evaluated.
    """
    step = written.step
    known: dict[str, Array] = dict(ran.states)
    first = [] if step.inside is None else [step.inside[0]]
    late = [READS_NEW_MEMORY] if len(step.updates) > 1 else []
    for letter in (*first, *(each for each in step.gates if each not in (*first, *late))):
        known[letter] = _gate(written, letter, sums[letter], functions, known)
    new: dict[str, Array] = {}
    for update in step.updates:
        for letter in late if update is step.updates[-1] else []:
            shown = {"c": ran.new.get("A", new["c"])}
            known[letter] = _gate(written, letter, sums[letter], functions, known | shown)
        new[update.state] = sum(
            (_product(term, known) for term in update.terms), np.zeros((1, 1, 1))
        )
        if update.state == "c":
            known["A(c')"] = FUNCTIONS[functions[2]](ran.new.get("A", new["c"]))
    return new


def _product(term: tuple[str, ...], known: Mapping[str, Array]) -> Array:
    found: Array = np.ones((1, 1, 1))
    for factor in term:
        name = factor.removeprefix("1-")
        if name not in known:
            raise NoOpinion(f"its equations contain {name}, which is not evaluated")
        found = found * (known[name] if name == factor else 1 - known[name])
    return found


def _gate(
    written: Written, letter: str, sums: Sums, functions: Choice, known: Mapping[str, Array]
) -> Array:
    gate, step = sums.gate, written.step
    total, biases = sums.inputs, [*gate.biases]
    if step.inside is not None and letter == step.inside[1]:
        reset = known[step.inside[0]]
        if written.before:
            for matrix in gate.recurrent:
                total = total + (reset * known["h"]) @ matrix.T
        else:
            within = sums.state
            for bias, scaled in zip(gate.biases, written.scaled, strict=True):
                within = within + bias if scaled else within
            flags = zip(gate.biases, written.scaled, strict=True)
            biases = [bias for bias, scaled in flags if not scaled]
            total = total + reset * within
    else:
        total = total + sums.state
    for bias in biases:
        total = total + bias
    for peephole in gate.peepholes:
        total = total + peephole * known["c"]
    return FUNCTIONS[functions[1 if letter == CANDIDATE else 0]](total)
