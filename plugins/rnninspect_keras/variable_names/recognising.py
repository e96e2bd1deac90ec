"""TensorFlow 1's recurrent cells, by the names that they give to their variables."""

from __future__ import annotations

from rnninspect.lean import defaultdict
from rnninspect.plugin import SkippedLayer, Stack, no_formula
from rnninspect_keras.configuration.plans import CellPlan
from rnninspect_keras.layers.assembling import PlannedCell, Title, assemble
from rnninspect_keras.layers.weights import CellWeight
from rnninspect_keras.layout import DIRECTIONS, Dialect, WeightName
from rnninspect_keras.variable_names.custom_scopes import own_cells, whole
from rnninspect_keras.variable_names.libraries import library_cells, may_be_library
from rnninspect_keras.variable_names.vocabulary import class_of, weight_name_of, without_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.layers.assembling import AnyLayer

_OPAQUE = "opaque_kernel"
_TELLING = ("cell", "wrapper", "lstm", "ates/", _OPAQUE)
_LEVELS = ("cell_", "Cell")  # before the number of a stack's level
# Scopes around a cell that are not part of a layer's name, and those of levels.
_AROUND = frozenset({"multi_rnn_cell", "MultiRNNCell", "fw", "bw", "FW", "BW"})
_AROUND |= {"bidirectional_rnn", "stack_bidirectional_rnn"}


class _Scope:
    """A cell: its path of scopes, and its variables."""

    __slots__ = ("class_name", "family", "path", "weights")

    def __init__(self, path: tuple[str, ...], class_name: str, family: str | None) -> None:
        self.path = path
        self.class_name = class_name
        self.family = family
        self.weights: list[CellWeight] = []

    @property
    def owner(self) -> str:
        """The scopes that distinguish it from others, without those that say what it is."""
        kept = [part for part in self.path[:-1] if part not in _AROUND and _level_of(part) is None]
        return "/".join(kept) or self.path[0 if len(self.path[0]) > len("bw") else -1]

    @property
    def direction(self) -> int | None:
        """Its direction, 0 or 1; None if it has but one."""
        for part in self.path:
            if part.lower() in ("fw", "bw"):
                return int(part.lower() == "bw")
        return None

    @property
    def levels(self) -> tuple[int, ...]:
        """Its place in each stack around it, outermost first; empty if it is in none."""
        numbers = map(_level_of, self.path)
        return tuple(number for number in numbers if number is not None)


def _level_of(scope: str) -> int | None:
    """The number of a level of a stack, by its scope; None for another scope."""
    number = next((scope.removeprefix(each) for each in _LEVELS if scope.startswith(each)), "")
    return int(number) if number.isdecimal() else None


def recognise_by_names(
    named: Iterable[tuple[str, StoredTensor]], require: Callable[[int], None]
) -> list[AnyLayer]:
    """The cells among variables of these names.

    `require` is given how many there are before any is worked out, to refuse too many.
    """
    scopes: dict[tuple[str, ...], _Scope] = {}
    found: list[AnyLayer] = []
    rest: list[tuple[str, StoredTensor]] = []
    for pair in named:
        name, tensor = pair
        *outer, last = name.split("/")
        at, known = _innermost(outer)
        if known is not None:
            path, under = tuple(outer[: at + 1]), [*outer[at + 1 :], last]
            scope = scopes.setdefault(path, _Scope(path, *known))
            scope.weights.append(CellWeight(weight_name_of("/".join(under)), tensor))
        elif last.startswith(_OPAQUE) and without_number(last) == _OPAQUE:
            reason = "its weights are one opaque cuDNN buffer, whose sizes the file does not state"
            found.append(SkippedLayer("/".join(outer), "cuDNN", reason, (tensor,)))
        else:
            rest.append(pair)  # the very one that the caller has
    taken: set[str] = set()
    for title, run in library_cells(rest):
        taken.update(weight.tensor.identity for weight in run.weights)
        found.extend(assemble(title, [run]))
    rest = [known for known in rest if known[1].identity not in taken]
    for path, class_name, family, weights in own_cells(rest):
        scopes[path] = _Scope(path, class_name, family)
        scopes[path].weights += weights
    require(len(scopes))
    return [*_layers(scopes.values()), *found]


def may_be_cell(kind: str) -> bool:
    """Whether a name of this kind may be that of a cell's variable: it has one of their words."""
    lowered = kind.lower()
    return any(word in lowered for word in _TELLING) or may_be_library(kind)


def _innermost(scopes: list[str]) -> tuple[int, tuple[str, str | None] | None]:
    """Which scope is a cell's, and the cell's class and family; of several the innermost."""
    for at in reversed(range(len(scopes))):
        if known := class_of(scopes[at]):
            return at, known
    return 0, None


def _layers(scopes: Iterable[_Scope]) -> Iterator[AnyLayer]:
    """One layer for each cell, or for the two of both directions at one level."""
    owners: dict[str, list[_Scope]] = defaultdict(list)
    for scope in scopes:
        owners[scope.owner].append(scope)
    for owner, group in owners.items():
        numbers = {scope.levels for scope in group if scope.levels}
        # Where a level is missing, a cell with a name of its own may be below. And where each
        # direction has a stack, a level reads its own direction alone.
        whole = numbers == {(number,) for number in range(len(numbers))}
        stacked_inside = any(_stacked_inside(scope) for scope in group)
        count = len(numbers) if whole and not stacked_inside else 0
        places: dict[tuple[int, ...], list[_Scope]] = defaultdict(list)
        for scope in group:
            places[scope.levels].append(scope)
        for levels, cells in sorted(places.items()):
            stack = Stack(owner, levels[0], count) if levels and count > 1 else None
            yield from _level("/".join((owner, *map(str, levels))), stack, cells)


def _stacked_inside(scope: _Scope) -> bool:
    """Whether a direction contains a stack, rather than a stack levels of two directions."""
    parts = [part.lower() for part in scope.path]
    directions = [at for at, part in enumerate(parts) if part in ("fw", "bw")]
    stacks = [at for at, part in enumerate(parts) if part in ("multi_rnn_cell", "multirnncell")]
    return bool(directions and stacks and directions[0] < stacks[-1])


def _level(name: str, stack: Stack | None, cells: list[_Scope]) -> Iterator[AnyLayer]:
    directions = sorted(cells, key=lambda cell: cell.direction or 0)
    if [cell.direction for cell in directions] == [0, 1] and all(
        cell.family for cell in directions
    ):
        kinds = dict.fromkeys(cell.class_name for cell in directions)
        title = Title(name, f"Bidirectional({', '.join(kinds)})", stack)
        yield from assemble(title, [_run(cell) for cell in directions])
        return
    for cell in directions:
        own = name if cell.direction is None else f"{name}/{DIRECTIONS[cell.direction]}"
        own = own if len(cells) == 1 or cell.direction is not None else f"{own}/{cell.path[-1]}"
        yield from _alone(Title(own, cell.class_name, stack), cell)


def _alone(title: Title, cell: _Scope) -> Iterator[AnyLayer]:
    if cell.family is None:
        tensors = tuple(weight.tensor for weight in cell.weights)
        reason = no_formula()
        yield SkippedLayer(title.name, title.kind, reason, tensors)
    else:
        yield from assemble(title, [_run(cell)])


def _run(cell: _Scope) -> PlannedCell:
    weights = whole(cell.weights)
    widths = [
        p.tensor.shape[-1] for p in weights if p.name is WeightName.PROJECTION and p.tensor.shape
    ]
    plan = CellPlan(
        family=cell.family or "",
        dialect=Dialect.COMPATIBLE if cell.family == "CudnnGRU" else Dialect.TENSORFLOW,
        class_name=cell.class_name,
        with_bias=cell.family != "LayerNormBasicLSTM",
        peepholes=any(weight.name is WeightName.PEEPHOLE for weight in weights),
        projection=widths[0] if widths else None,
    )
    return PlannedCell(plan, tuple(weights))
