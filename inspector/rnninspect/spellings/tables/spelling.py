"""The records of the tables of cells: spellings, that is, naming schemes of weights.

Hand-written cells follow no common layout, but usual schemes: a word for each gate (`forget`, `f`),
a pattern around it (`W_{}`, `{}_gate`), separate or joint weights for input and state. Names are
compared without case and underscores: `W_xi` equals `wxi`.
"""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells import Role
    from rnninspect.model import Axis


class Side(StrEnum):
    """What a weight of a hand-written cell is multiplied by."""

    INPUT = "input"
    STATE = "state"
    BOTH = "both"  # input and state, concatenated
    PEEPHOLE = "peephole"


class WeightPattern(Record):
    """Weights of a cell with the same naming scheme.

    Attributes:
        side: what they are multiplied by.
        names: normalised patterns; `{}` is the word of a gate, with a tensor for each gate.
            Without `{}` one tensor has the rows of several gates.
        gates: the first gate and the number of gates in such a tensor.
    """

    side: Side
    names: tuple[str, ...]
    gates: tuple[int, int] = (0, 1)


class Beside(Record):
    """Other tensors in the module of a cell, by their normalised names.

    Attributes:
        names: the commonest, to be looked up before the pattern is compiled.
        pattern: matches all of them.
    """

    names: frozenset[str]
    pattern: str


class GatedSpelling(Record):
    """A naming scheme for the weights of a cell with gates.

    Attributes:
        cell: `RNN`, `GRU` or `LSTM`; with convolutions the cell is `ConvGRU2D` and so on.
        gates: the words for each gate; empty if names do not contain gates.
        parts: its weights.
        words: pattern that the module's label must match; empty if the names are specific.
        weak_words: pattern that is enough if the levels of a stack fit each other.
        beside: other tensors that may be in the module.
        output: names of a layer that reads the same input and state.
    """

    cell: str
    gates: tuple[tuple[str, ...], ...]
    parts: tuple[WeightPattern, ...]
    words: str = ""
    weak_words: str = ""
    beside: Beside | None = None
    output: tuple[str, ...] = ()


class NamedWeight(Record):
    """One tensor of a library cell."""

    axes: tuple[Axis, ...]
    roles: tuple[Role, ...]
    optional: bool = False


class NamedSpelling(Record):
    """A library cell: its tensors by their normalised names below the cell's path.

    Attributes:
        cell: key of CELLS.
        kind: its class in the library.
        convention: the library.
        anchor: name by which it is looked up.
        tensors: by name; `.#` matches any number, except in names that are listed themselves.
    """

    cell: str
    kind: str
    convention: str
    anchor: str
    tensors: dict[str, NamedWeight]
