"""Reads the tensors of a module by a spelling: the role of each, and the sizes of the cell."""

from __future__ import annotations

import math

from rnninspect.cells import CELLS, Role, Sizes, Symbol
from rnninspect.lean import re
from rnninspect.record import Record
from rnninspect.spellings.placing import CellWeight, bias_of, matrix_of, placed_tensors
from rnninspect.spellings.solving import solve
from rnninspect.spellings.tables.spelling import GatedSpelling, NamedSpelling, Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.spellings.placing import Member, PlacedTensor


class CellMatch(Record):
    """A module read as a cell of the table."""

    cell: str
    sizes: Sizes
    weights: tuple[CellWeight, ...]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles of its weights."""
        return frozenset(role for weight in self.weights for role in weight.roles)

    @property
    def tensors(self) -> frozenset[int]:
        """The identities of its tensors."""
        return frozenset(id(entry) for weight in self.weights for entry in weight.entries)


def readings(spelling: GatedSpelling | NamedSpelling, members: Sequence[Member]) -> list[CellMatch]:
    """All readings of a module by a spelling; mostly none or one."""
    if isinstance(spelling, NamedSpelling):
        found = _by_names(spelling, members)
        return [] if found is None else [found]
    placed = placed_tensors(spelling, members)
    if placed is None:
        return []
    both = (
        _sized(spelling, placed, members, transposed=transposed) for transposed in turns_of(placed)
    )
    distinct: dict[Sizes, CellMatch] = {}
    for reading in both:
        if reading is not None:
            distinct.setdefault(reading.sizes, reading)
    return list(distinct.values())


def turns_of(placed: Sequence[PlacedTensor]) -> tuple[bool, ...]:
    """Whether the matrices of a module may be as in a Linear, transposed, or both."""
    bare = any(found.bare and found.bias is None for found in placed)
    return (False, True) if bare else (False,)


def weights_of(
    spelling: GatedSpelling, placed: Sequence[PlacedTensor], *, transposed: bool
) -> tuple[str, list[CellWeight]] | None:
    """The cell and its weights but peepholes, with bare matrices `transposed` or not.

    None if matrices differ in rank, or if no cell has that rank.
    """
    matrices = [found for found in placed if found.bias is None and found.side is not Side.PEEPHOLE]
    ranks = {len(found.entry.shape) for found in matrices}
    if len(ranks) != 1 or not 2 <= (rank := ranks.pop()) <= 5 or (transposed and rank > 2):
        return None
    cell = spelling.cell if rank == 2 else f"Conv{spelling.cell}{rank - 2}D"
    if cell not in CELLS:
        return None
    weights = [matrix_of(found, rank, transposed=transposed) for found in matrices]
    weights.extend(bias_of(found, placed) for found in placed if found.bias is not None)
    return cell, weights


def _sized(
    spelling: GatedSpelling,
    placed: list[PlacedTensor],
    members: Sequence[Member],
    *,
    transposed: bool,
) -> CellMatch | None:
    """The cell if one set of sizes explains all shapes, with bare matrices `transposed` or not."""
    found = weights_of(spelling, placed, transposed=transposed)
    if found is None:
        return None
    cell, weights = found
    shaped = [(weight.entries[0].shape, weight.axes) for weight in weights]
    sizes = solve(shaped)
    if sizes is None or not all(
        tap % 2 for tap in sizes.kernel_size
    ):  # even windows would change the size of the state
        return None
    if not _output_fits(spelling, members, sizes):
        return None
    return with_peepholes(CellMatch(cell, sizes, tuple(weights)), placed)


def with_peepholes(reading: CellMatch, placed: list[PlacedTensor]) -> CellMatch | None:
    """The reading with its peepholes as one weight; None if their shapes do not fit."""
    entries = tuple(found.entry for found in placed if found.side is Side.PEEPHOLE)
    if not entries:
        return reading
    hidden = reading.sizes.hidden_size
    counts = {math.prod(entry.shape) for entry in entries}
    shapes = {size for entry in entries for size in entry.shape}
    places, rest = divmod(counts.pop(), hidden)
    if counts or rest or not places or (hidden not in shapes):
        return None
    sizes = reading.sizes
    if sizes.kernel_size:
        sizes = sizes._replace(own=((Symbol.PLACES, places),))
    elif places != 1:
        return None
    peepholes = CellWeight(entries, (Role.PEEPHOLE,), ())
    return reading._replace(sizes=sizes, weights=(*reading.weights, peepholes))


def _output_fits(spelling: GatedSpelling, members: Sequence[Member], sizes: Sizes) -> bool:
    """Whether the output layer of the spelling, if it has one, exists and reads input and state."""
    if not spelling.output:
        return True
    beside = [
        entry.shape
        for _, stem, ending, entry in members
        if stem in spelling.output and ending == "weight"
    ]
    return len(beside) == 1 and beside[0][1:] == (sizes.input_size + sizes.hidden_size,)


def _by_names(spelling: NamedSpelling, members: Iterable[Member]) -> CellMatch | None:
    """The cell of a library if all its tensors exist and no others."""
    weights: list[CellWeight] = []
    seen: set[str] = set()
    for name, _, _, entry in members:
        key = name if name in spelling.tensors else re.sub(r"\.\d+", ".#", name)
        if key not in spelling.tensors or (key in seen and "#" not in key):
            return None
        seen.add(key)
        named = spelling.tensors[key]
        weights.append(CellWeight((entry,), named.roles, named.axes))
    required = {name for name, named in spelling.tensors.items() if not named.optional}
    sizes = solve((weight.entries[0].shape, weight.axes) for weight in weights)
    if sizes is None or not required <= seen:
        return None
    deeper = sum(Role.BACKBONE in weight.roles for weight in weights)
    if deeper:
        sizes = sizes._replace(own=(*sizes.own, (Symbol.DEEPER, deeper)))
    return CellMatch(spelling.cell, sizes, tuple(weights))
