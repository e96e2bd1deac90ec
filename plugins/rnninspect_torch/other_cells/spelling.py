"""The words that the tables of hand-written cells are made of, and how names are compared.

A cell that somebody wrote themselves has no layout that all agree on, only habits: a word for each
gate (`forget`, `f`), a pattern around it (`W_{}`, `{}_gate`), weights for input and state apart or
for both together. Names are compared without case and underscores: `W_xi` and `wxi` are one.
"""

from __future__ import annotations

from enum import StrEnum

from rnninspect.plugin import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Axis, Role


class Side(StrEnum):
    """What a weight of a hand-written cell is multiplied with."""

    INPUT = "input"
    STATE = "state"
    BOTH = "both"  # input and state, one after the other
    PEEPHOLE = "peephole"


class WeightPattern(Record):
    """Weights of a cell that are called alike.

    Attributes:
        side: what they are multiplied with.
        names: patterns, normalised; `{}` is the gate's word, and there is a tensor for each gate.
            Without `{}` one tensor holds the rows of several gates.
        gates: the first gate and the number of gates that such a tensor holds.
    """

    side: Side
    names: tuple[str, ...]
    gates: tuple[int, int] = (0, 1)


class GatedSpelling(Record):
    """One way to call the weights of a cell with gates.

    Attributes:
        cell: `RNN`, `GRU` or `LSTM`; where the weights convolve it is `ConvGRU2D` and so on.
        gates: the words for each gate; none where no name has a gate in it.
        parts: its weights.
        words: what the path or the class must say besides, as a pattern; empty if the names alone
            are telling.
        weak_words: what is enough where the levels of a stack fit each other.
        beside: tensors that may be in the same module, as a pattern of normalised names.
        output: a layer beside the cell, which reads the same input and state.
    """

    cell: str
    gates: tuple[tuple[str, ...], ...]
    parts: tuple[WeightPattern, ...]
    words: str = ""
    weak_words: str = ""
    beside: str = ""
    output: tuple[str, ...] = ()


class NamedWeight(Record):
    """One tensor of a cell whose tensors are always called the same."""

    axes: tuple[Axis, ...]
    roles: tuple[Role, ...]
    optional: bool = False


class NamedSpelling(Record):
    """A cell of a library: its tensors by their normalised names below the cell's path.

    Attributes:
        cell: key of CELLS.
        kind: the library's class.
        convention: the library.
        anchor: the weight or parameter that it is looked for by.
        tensors: by name. A name that ends in `.#` stands for any number of layers; the first layer
            has a name of its own.
    """

    cell: str
    kind: str
    convention: str
    anchor: str
    tensors: dict[str, NamedWeight]
