"""Shapes of hand-written cells as the table of spellings has them, for tests that go through it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from rnninspect.spellings.tables.spelling import GatedSpelling, Side, WeightPattern

Shape = tuple[int, ...]
PLACES = {
    "LSTM": "net.lstm_cell",
    "GRU": "net.gru_cell",
    "RNN": "net.rnn_cell",
    "minGRU": "net.min_gru",
}


@dataclass(frozen=True)
class Drawn:
    """A module with the names of one spelling, and what it is."""

    shapes: dict[str, Shape]
    cell: str
    inputs: int
    hidden: int
    parameters: int


def drawn(
    spelling: GatedSpelling,
    inputs: int,
    hidden: int,
    *,
    taps: Shape = (),
    bias: bool = True,
    word: int = 0,
    bare: bool = False,
) -> Drawn:
    """A module by a spelling: `word` chooses among the words, `bare` leaves `.weight` out.

    Each weight is a Linear or a convolution with a bias of its own, or without one.
    """
    shapes: dict[str, Shape] = {}
    for side, name, gates in _weights(spelling, word):
        columns = {Side.INPUT: inputs, Side.STATE: hidden, Side.BOTH: inputs + hidden}[side]
        shapes[name if bare else f"{name}.weight"] = (gates * hidden, columns, *taps)
        if bias and not bare:
            shapes[f"{name}.bias"] = (gates * hidden,)
    parameters = sum(map(_product, shapes.values()))
    if spelling.output:
        shapes[f"{spelling.output[0]}.weight"] = (2, inputs + hidden)
    cell = f"Conv{spelling.cell}{len(taps)}D" if taps else spelling.cell
    return Drawn(shapes, cell, inputs, hidden, parameters)


def _product(shape: Shape) -> int:
    result = 1
    for size in shape:
        result *= size
    return result


def _weights(spelling: GatedSpelling, word: int) -> Iterator[tuple[Side, str, int]]:
    for part in spelling.parts:
        if part.side is Side.PEEPHOLE:
            continue
        name = part.names[word % len(part.names)]
        if "{}" not in name:
            yield part.side, name, part.gates[1]
            continue
        yield from _by_gate(spelling, part, name, word)


def _by_gate(
    spelling: GatedSpelling, part: WeightPattern, name: str, word: int
) -> Iterator[tuple[Side, str, int]]:
    for words in spelling.gates:
        chosen = [known for known in words if known]
        yield part.side, name.replace("{}", chosen[word % len(chosen)]), 1
