"""The part of each tensor of a module in a spelling: what it is multiplied by, and which gates."""

from __future__ import annotations

from rnninspect.cells import CELLS, Role, Symbol
from rnninspect.lean import lru_cache, re
from rnninspect.record import Record
from rnninspect.spellings.prefilter import ENDINGS, normalised
from rnninspect.spellings.tables.spelling import Side

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from rnninspect.model import Axis
    from rnninspect.spellings.entries import Named
    from rnninspect.spellings.tables.spelling import GatedSpelling

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


class PlacedTensor(Record):
    """A tensor by its part in a spelling: side, first gate and number of gates."""

    side: Side
    gates: tuple[int, int]
    entry: Named
    bare: bool  # a parameter of the cell itself, which may be transposed
    bias: Role | None = None


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


def placed_tensors(
    spelling: GatedSpelling, members: Sequence[Member], *, lacking: int = 0
) -> list[PlacedTensor] | None:
    """All members by their part; None if one has none, or if a gate is missing.

    With `lacking`, exactly so many tensors of gates are missing, and as many members may have
    other names.
    """
    places, biases = _places(spelling), _bias_places(spelling)
    placed: list[PlacedTensor] = []
    others = 0
    for key, stem, ending, entry in members:
        if stem in places:
            side, gates = places[stem]
            role = Role.RECURRENT_BIAS if side is Side.STATE else Role.BIAS
            bias = role if ending == "bias" else None
            placed.append(PlacedTensor(side, gates, entry, not ending, bias))
        elif key in biases:
            role, gates = biases[key]
            placed.append(PlacedTensor(Side.INPUT, gates, entry, bare=True, bias=role))
        elif stem not in spelling.output and not _may_be_beside(spelling, key):
            others += 1
            if others > lacking:
                return None
    return placed if _missing(spelling, placed) == lacking else None


def _may_be_beside(spelling: GatedSpelling, key: str) -> bool:
    beside = spelling.beside
    return beside is not None and (key in beside.names or _matches(beside.pattern, key))


@lru_cache(maxsize=1024)
def _matches(pattern: str, key: str) -> bool:
    return re.match(pattern, key) is not None


def _missing(spelling: GatedSpelling, placed: list[PlacedTensor]) -> int | None:
    """How many gates the sides and biases of a module lack; None if a gate is twice there.

    Each side of the spelling must have a tensor; biases and peepholes need not be there.
    """
    every = set(range(len(CELLS[spelling.cell].gates)))
    filled: dict[Side | Role, list[int]] = {}
    for found in placed:
        first, count = found.gates
        filled.setdefault(found.bias or found.side, []).extend(range(first, first + count))
    if not {part.side for part in spelling.parts} - {Side.PEEPHOLE} <= filled.keys():
        return None
    missing = 0
    for key, gates in filled.items():
        required = _PEEPHOLES if key is Side.PEEPHOLE else every
        if len(set(gates)) < len(gates) or not required.issuperset(gates):
            return None
        missing += len(required) - len(gates)
    return missing


def matrix_of(found: PlacedTensor, rank: int, *, transposed: bool) -> CellWeight:
    """A matrix of one or more gates: a row for each unit, unless `transposed`."""
    rows: Axis = (_HIDDEN,) if found.gates[1] == 1 else (found.gates[1], _HIDDEN)
    axes: tuple[Axis, ...] = (rows, _COLUMNS[found.side])
    if transposed and found.bare:
        axes = axes[::-1]
    if rank > 2:
        axes = (*axes, (Symbol.TAPS,))
    return CellWeight((found.entry,), _ROLES[found.side], axes)


def bias_of(found: PlacedTensor, placed: Sequence[PlacedTensor]) -> CellWeight:
    """A bias; a recurrent bias without another one counts as the only bias.

    Two rows are both biases of a GRU whose reset gate acts after the recurrent product.
    """
    paired = any(other.bias is Role.BIAS for other in placed)
    role = found.bias if paired and found.bias is not None else Role.BIAS
    rows: Axis = (_HIDDEN,) if found.gates[1] == 1 else (found.gates[1], _HIDDEN)
    shape = found.entry.shape
    if found.gates[1] == _GATES_OF_GRU and len(shape) == 2 and 2 in shape:
        return CellWeight((found.entry,), (Role.BIAS, Role.RECURRENT_BIAS), ((2,), rows))
    longest = shape.index(max(shape)) if shape else 0
    axes: list[Axis] = [(1,)] * len(shape)
    axes[longest : longest + 1] = [rows]
    return CellWeight((found.entry,), (role,), tuple(axes))
