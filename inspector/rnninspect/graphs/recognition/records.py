"""What recognition finds in a graph: cells, steps that fit none, and steps that are ambiguous."""

from __future__ import annotations

from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from rnninspect.cells import Role


class Weight(Record):
    """What fills one role, or two that are stored joined.

    Attributes:
        roles: the roles it fills.
        leaves: the leaves of the graph that it is made of, gates in the cell's order.
        rows: inputs of a matrix; 0 for a vector.
        columns: units, of all gates together.
        transposed: whether the leaf has the units first.
        taps: of a convolution, along each axis; they come after the other two axes of the leaf.
        summed: whether one stored vector is the sum of what the roles ask for.
    """

    roles: tuple[Role, ...]
    leaves: tuple[int, ...]
    rows: int
    columns: int
    transposed: bool = False
    taps: tuple[int, ...] = ()
    summed: bool = False


Bounds = tuple[int, int]
"""Where a part of an axis starts, and its size."""


class LeafPiece(Record):
    """The part of a leaf that one gate reads.

    Attributes:
        gate: its letter in the equations; empty for a projection.
        role: what the part is for.
        leaf: the leaf.
        part: of each axis of the leaf, where the part starts, and its size.
        units: the axis on which the units are.
        given: which of the step's inputs a kernel multiplies.
    """

    gate: str
    role: Role
    leaf: int
    part: tuple[Bounds, ...]
    units: int
    given: int = 0


class Ends(Record):
    """The expressions between which a step computes: what it is given, and what it makes.

    Attributes:
        inputs: what its kernels multiply, in the order of `LeafPiece.given`.
        states: the old states, by their letters.
        new: the new states, by their letters, before a mask mixes them with the old ones; `A` is
            what the function around c' is applied to, where that is not c' itself.
        functions: the outermost function of each gate, by its letter, and of `A`; empty for none.
    """

    inputs: tuple[int, ...]
    states: Mapping[str, int]
    new: Mapping[str, int]
    functions: Mapping[str, str]


class Recovered(Record):
    """A cell that was recognised.

    Attributes:
        cell: key of CELLS.
        how: `loop`, `unrolled` or `one step`.
        steps: of an unrolled sequence, how many.
        place: a name for people: the loop, or the node of the recurrent map.
        gate_order: the gates in the order of their columns, by the letters of the equations.
        normalised: whether layers of normalisation are between its maps and its gates.
        pieces: the parts of leaves that each gate reads; none where they are not all of it.
        ends: what a step is given and what it makes.
        sources: the leaves that its inputs are made of.
        backwards: whether it walks along them from their end.
        kernel_size: of a cell that convolves, the taps along each axis.
        places: positions of its state for which it has peepholes of their own; 0 for none.
    """

    cell: str
    how: str
    steps: int
    place: str
    input_size: int
    hidden_size: int
    projection_size: int | None
    weights: tuple[Weight, ...]
    gate_order: str = ""
    normalised: bool = False
    pieces: tuple[LeafPiece, ...] = ()
    ends: Ends = Ends((), {}, {}, {})
    sources: frozenset[int] = frozenset()
    backwards: bool = False
    kernel_size: tuple[int, ...] = ()
    places: int = 0

    @property
    def leaves(self) -> tuple[int, ...]:
        """The leaves that its weights are made of, each once."""
        return tuple(dict.fromkeys(leaf for weight in self.weights for leaf in weight.leaves))


class Unknown(Record):
    """A step whose state returns through stored matrices, and that fits no cell.

    Attributes:
        how: `loop`, `unrolled` or `one step`.
        steps: of an unrolled sequence, how many.
        place: a name for people: the loop, or the node of the recurrent map.
        leaves: the leaves of the graph that the step multiplies by or adds, matrices first.
        reason: a clause for people.
    """

    how: str
    steps: int
    place: str
    leaves: tuple[int, ...]
    reason: str


class Ambiguous(Record):
    """A lone step that may be a cell, or a layer of a net without states.

    Attributes:
        place: a name for people: the node of the map.
        leaves: the leaves of the graph that the step multiplies by or adds, matrices first.
        readings: the cells that it may be; one where all readings have the same sizes.
        reason: a clause for people.
    """

    place: str
    leaves: tuple[int, ...]
    readings: tuple[Recovered, ...]
    reason: str


class Survey(Record):
    """All that recognition says of a graph, each part in the order of the graph."""

    cells: tuple[Recovered, ...]
    unknown: tuple[Unknown, ...] = ()
    ambiguous: tuple[Ambiguous, ...] = ()
