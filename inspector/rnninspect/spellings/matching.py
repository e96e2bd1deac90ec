"""Reads the tensors of a module by a spelling: the role of each, and the sizes of the cell."""

from __future__ import annotations

import math
import re
from functools import lru_cache

from rnninspect.cells import CELLS, Role, Sizes, Symbol
from rnninspect.record import Record
from rnninspect.spellings.prefilter import ENDINGS, normalised
from rnninspect.spellings.solving import solve
from rnninspect.spellings.tables.spelling import GatedSpelling, NamedSpelling, Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.model import Axis
    from rnninspect.spellings.entries import Named

    Member = tuple[str, str, str, Named]  # name in the module, stem, ending, tensor

_HIDDEN, _INPUT = Symbol.HIDDEN, Symbol.INPUT
_COLUMNS: dict[Side, Axis] = {
    Side.INPUT: (_INPUT,),
    Side.STATE: (_HIDDEN,),
    Side.BOTH: (Symbol.JOINED,),
}
_ROLES = {
    Side.INPUT: (Role.KERNEL,),
    Side.STATE: (Role.RECURRENT_KERNEL,),
    Side.BOTH: (Role.KERNEL, Role.RECURRENT_KERNEL),
}
_GATES_OF_GRU = 3
_PEEPHOLES = {0, 1, 3}  # input, forget and output gate
# Biases that are parameters of the cell itself, not of a Linear in it.
_BIASES = ("b{}", "bias{}", "bi{}", "bx{}", "b{}x", "b{}gate", "biasi{}", "biasx{}", "{}bias")
_STATE_BIASES = ("bh{}", "b{}h", "biash{}")
_FUSED_BIASES = ("b", "bias", "bih", "bi", "bx", "bxh", "biasih", "biasxh", "biasx", "inputbias")
_FUSED_STATE_BIASES = ("bhh", "bh", "biashh", "biash", "recurrentbias", "hiddenbias")


class CellWeight(Record):
    """One weight of one or several tensors, with its roles and axes."""

    entries: tuple[Named, ...]
    roles: tuple[Role, ...]
    axes: tuple[Axis, ...]


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


class _PlacedTensor(Record):
    """A tensor by its part in a spelling: side, first gate and number of gates."""

    side: Side
    gates: tuple[int, int]
    entry: Named
    bare: bool  # a parameter of the cell itself, which may be transposed
    bias: Role | None = None


def readings(spelling: GatedSpelling | NamedSpelling, members: Sequence[Member]) -> list[CellMatch]:
    """All readings of a module by a spelling; mostly none or one."""
    if isinstance(spelling, NamedSpelling):
        found = _by_names(spelling, members)
        return [] if found is None else [found]
    placed = _placed(spelling, members)
    if placed is None:
        return []
    turns = (
        (False, True) if any(found.bare and found.bias is None for found in placed) else (False,)
    )
    both = (_sized(spelling, placed, members, transposed=transposed) for transposed in turns)
    distinct: dict[Sizes, CellMatch] = {}
    for reading in both:
        if reading is not None:
            distinct.setdefault(reading.sizes, reading)
    return list(distinct.values())


def with_normalised_names(members: Iterable[tuple[str, Named]]) -> list[Member]:
    """The tensors of a module with their normalised names, split into stem and ending."""
    keys = ((normalised(name), entry) for name, entry in members)
    return [(key, *split(key), entry) for key, entry in keys]


def split(name: str) -> tuple[str, str]:
    """Split a normalised name into stem and `weight` or `bias`, if it ends in these."""
    stem, _, ending = name.rpartition(".")
    return (stem, ending) if stem and ending in ENDINGS else (name, "")


@lru_cache(maxsize=256)
def _places(spelling: GatedSpelling) -> dict[str, tuple[Side, tuple[int, int]]]:
    """Side and gates for each name of a weight; the first part with the name applies."""
    places: dict[str, tuple[Side, tuple[int, int]]] = {}
    for part in spelling.parts:
        for pattern in part.names:
            if "{}" not in pattern:
                places.setdefault(pattern, (part.side, part.gates))
                continue
            for gate, words in enumerate(spelling.gates):
                for word in words:
                    places.setdefault(pattern.replace("{}", word), (part.side, (gate, 1)))
    return places


@lru_cache(maxsize=256)
def _bias_places(spelling: GatedSpelling) -> dict[str, tuple[Role, tuple[int, int]]]:
    """Role and gates for each name of a bias that is a parameter of the cell itself."""
    count = len(CELLS[spelling.cell].gates)
    if not spelling.gates:
        whole = (0, count)
        first = dict.fromkeys(_FUSED_BIASES, (Role.BIAS, whole))
        return {**dict.fromkeys(_FUSED_STATE_BIASES, (Role.RECURRENT_BIAS, whole)), **first}
    places: dict[str, tuple[Role, tuple[int, int]]] = {}
    for role, patterns in ((Role.BIAS, _BIASES), (Role.RECURRENT_BIAS, _STATE_BIASES)):
        for pattern in patterns:
            for gate, words in enumerate(spelling.gates):
                for word in words:
                    places.setdefault(pattern.replace("{}", word), (role, (gate, 1)))
    return places


def _placed(spelling: GatedSpelling, members: Sequence[Member]) -> list[_PlacedTensor] | None:
    """All members by their part; None if one has none, or if a gate is missing."""
    places, biases = _places(spelling), _bias_places(spelling)
    placed: list[_PlacedTensor] = []
    for key, stem, ending, entry in members:
        if stem in places:
            side, gates = places[stem]
            role = Role.RECURRENT_BIAS if side is Side.STATE else Role.BIAS
            bias = role if ending == "bias" else None
            placed.append(_PlacedTensor(side, gates, entry, not ending, bias))
        elif key in biases:
            role, gates = biases[key]
            placed.append(_PlacedTensor(Side.INPUT, gates, entry, bare=True, bias=role))
        elif stem not in spelling.output and not _may_be_beside(spelling, key):
            return None
    return placed if _is_complete(spelling, placed) else None


def _may_be_beside(spelling: GatedSpelling, key: str) -> bool:
    return bool(spelling.beside) and _matches(spelling.beside, key)


@lru_cache(maxsize=1024)
def _matches(pattern: str, key: str) -> bool:
    return re.match(pattern, key) is not None


def _is_complete(spelling: GatedSpelling, placed: list[_PlacedTensor]) -> bool:
    """Whether each side of the spelling has each gate once, and each bias all gates or none."""
    every = list(range(len(CELLS[spelling.cell].gates)))
    filled: dict[Side | Role, list[int]] = {}
    for found in placed:
        first, count = found.gates
        filled.setdefault(found.bias or found.side, []).extend(range(first, first + count))
    for key, gates in filled.items():
        required = sorted(_PEEPHOLES) if key is Side.PEEPHOLE else every
        if sorted(gates) != required:
            return False
    sides = {part.side for part in spelling.parts} - {Side.PEEPHOLE}
    return sides <= filled.keys()


def _sized(
    spelling: GatedSpelling,
    placed: list[_PlacedTensor],
    members: Sequence[Member],
    *,
    transposed: bool,
) -> CellMatch | None:
    """The cell if one set of sizes explains all shapes, with bare matrices `transposed` or not."""
    matrices = [found for found in placed if found.bias is None and found.side is not Side.PEEPHOLE]
    ranks = {len(found.entry.shape) for found in matrices}
    if len(ranks) != 1 or not 2 <= (rank := ranks.pop()) <= 5 or (transposed and rank > 2):
        return None
    cell = spelling.cell if rank == 2 else f"Conv{spelling.cell}{rank - 2}D"
    if cell not in CELLS:
        return None
    weights = [_matrix(found, rank, transposed=transposed) for found in matrices]
    weights.extend(_bias(found, placed) for found in placed if found.bias is not None)
    shaped = [(weight.entries[0].shape, weight.axes) for weight in weights]
    sizes = solve(shaped)
    if sizes is None or not all(
        tap % 2 for tap in sizes.kernel_size
    ):  # even windows would change the size of the state
        return None
    if not _output_fits(spelling, members, sizes):
        return None
    return _with_peepholes(CellMatch(cell, sizes, tuple(weights)), placed)


def _matrix(found: _PlacedTensor, rank: int, *, transposed: bool) -> CellWeight:
    rows: Axis = (_HIDDEN,) if found.gates[1] == 1 else (found.gates[1], _HIDDEN)
    axes: tuple[Axis, ...] = (rows, _COLUMNS[found.side])
    if transposed and found.bare:
        axes = axes[::-1]
    if rank > 2:
        axes = (*axes, (Symbol.TAPS,))
    return CellWeight((found.entry,), _ROLES[found.side], axes)


def _bias(found: _PlacedTensor, placed: list[_PlacedTensor]) -> CellWeight:
    """A bias; a recurrent bias without another one counts as the only bias.

    Two rows are both biases of a GRU whose reset gate acts after the recurrent product.
    """
    paired = any(other.bias is Role.BIAS for other in placed)
    role = found.bias if paired and found.bias is not None else Role.BIAS
    rows: Axis = (_HIDDEN,) if found.gates[1] == 1 else (found.gates[1], _HIDDEN)
    shape = found.entry.shape
    if found.gates[1] == _GATES_OF_GRU and len(shape) == 2 and shape[0] == 2:
        return CellWeight((found.entry,), (Role.BIAS, Role.RECURRENT_BIAS), ((2,), rows))
    longest = shape.index(max(shape)) if shape else 0
    axes: list[Axis] = [(1,)] * len(shape)
    axes[longest : longest + 1] = [rows]
    return CellWeight((found.entry,), (role,), tuple(axes))


def _with_peepholes(reading: CellMatch, placed: list[_PlacedTensor]) -> CellMatch | None:
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
