"""Cells of Keras' own format without a configuration, by their groups and their shapes."""

from __future__ import annotations

from rnninspect.signatures.odd import may_be_known
from rnninspect.stored.kinds import chosen
from rnninspect_keras.configuration.numbering import CONTAINER, GAPPED_CONTAINER
from rnninspect_keras.containers.store import VARIABLES
from rnninspect_keras.layout import DIRECTIONS, WeightName
from rnninspect_keras.matching.native import cell_weights, named

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.containers.columns import DatasetColumns
    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.layers.weights import CellWeight
    from rnninspect_keras.matching.candidates import CellCandidate

_IN_CELL = f"/cell/{VARIABLES}"
_VARIABLE = f"/{VARIABLES}/"  # between the names of a layer and of a variable
_CELL = "cell"  # in the path of whatever may be one, whatever its tensors
_MARKS = (_CELL, "cells", "forward_layer", "backward_layer", "layer")


def native_candidates(store: Store, taken: set[str]) -> Iterator[CellCandidate]:
    """What may be cells in a file of Keras' own format, without those that are taken."""
    found: dict[str, CellCandidate] = {}
    for group in _perhaps_cells(store):
        place, _, last = group.rpartition("/")
        top = place.partition("/")[0]
        if last == VARIABLES and place not in taken and top not in ("optimizer", "metrics"):
            weights = cell_weights(store, place, None)
            known = sum(weight.name is not None for weight in weights)
            if not known or _is_dense(place, weights):
                continue
            candidate = _native_candidate(store, place, weights)
            if known > 1 or (candidate.sure and candidate.hint):  # of a cell that lost the rest
                found[place] = candidate
    cells = taken.union(place for place, candidate in found.items() if candidate.sure)
    return (candidate for place, candidate in found.items() if not _is_inside(place, cells))


def _perhaps_cells(store: Store) -> Iterable[str]:
    """The groups to look at: of a large file not those of layers whose second variable is a vector.

    Nor those of one variable, unless their paths may be those of cells.
    """
    columns = store.columns
    if columns is None:
        yield from store.groups
        return
    paths = columns.groups.names
    for group in map(paths.__getitem__, chosen(paths, lambda kind: kind.endswith(VARIABLES))):
        if _CELL in group or not _is_plain(columns, group):
            yield group


def _is_plain(columns: DatasetColumns, group: str) -> bool:
    """Whether variables are those of a layer that is no cell: one, or the second is a vector."""
    below = columns.names_below(group)
    if below != [f"{group}/{at}" for at in range(len(below))]:
        return False
    return len(below) == 1 or not below or columns.is_vector(below[1])


def _is_dense(place: str, weights: tuple[CellWeight, ...]) -> bool:
    """Whether the second variable is a vector, as of most layers, where nothing suggests a cell."""
    second = next((weight for weight in weights if weight.name is WeightName.RECURRENT), None)
    return second is not None and len(second.tensor.shape) < 2 and _CELL not in place


def _is_inside(place: str, cells: set[str]) -> bool:
    """Whether a group is inside of a cell's, and so belongs to it."""
    parts = place.split("/")
    return any("/".join(parts[:end]) in cells for end in range(1, len(parts)))


def _native_candidate(store: Store, place: str, weights: tuple[CellWeight, ...]) -> CellCandidate:
    from rnninspect_keras.layers.guessing import hint_of  # noqa: PLC0415 - not where all is configured
    from rnninspect_keras.matching.candidates import CellCandidate  # noqa: PLC0415 - as above

    parts = place.split("/")
    end = next((at for at, part in enumerate(parts) if at and part in _MARKS), len(parts))
    owner = parts[:end]
    direction = next(
        (direction for direction, mark in enumerate(DIRECTIONS) if f"{mark}_layer" in parts[end:]),
        None,
    )
    names = (named(store, place) or "", parts[-1], *reversed(owner))
    hint = next((hint for name in names if (hint := hint_of(name))), None)
    in_cell = "cell" in parts[end:] or parts[-1].endswith("_cell")
    return CellCandidate(
        owner=_label(store, owner),
        direction=direction,
        stacked="cells" in parts[end:],
        hint=hint if in_cell or hint_of(parts[-1]) else None,
        weights=weights,
        sure=in_cell,
        listed=True,
        label=named(store, place) or parts[-1],
    )


def native_names(store: Store) -> Iterable[tuple[str, StoredTensor]]:
    """The tensors by the names of their layers and their numbers, where a cell may be among them.

    Two of one name are known by their paths.
    """
    if not may_be_known(store.paths):
        if not any(path.endswith(_IN_CELL) for path in store.group_paths):
            return ()
        if not may_be_known(name for _, name in _by_labels(store)):
            return ()
    owners: dict[str, str] = {}
    names = []
    for place, name in _by_labels(store):
        label, number = name.rsplit(_VARIABLE, 1)
        mine = owners.setdefault(label, place) == place
        names.append(name if mine else f"{place}{_VARIABLE}{number}")
    return store.near_cells(names)


def _by_labels(store: Store) -> Iterator[tuple[str, str]]:
    """The group of each tensor's layer, and the tensor's name by that layer's name."""
    last, label = None, ""
    for path in store.paths:
        outer, _, number = path.rpartition("/")
        place = outer.removesuffix(f"/{VARIABLES}")
        if place != last:
            last, label = place, _label(store, place.split("/"))
        yield place, f"{label}{_VARIABLE}{number}"


def in_file_order(found: Iterable[CellCandidate]) -> list[CellCandidate]:
    """The candidates in the order of their first tensors' addresses; groups are listed by name.

    Keras writes layers in the order of the model; shards follow each other by their names.
    """
    return sorted(
        found, key=lambda candidate: min(_written(weight) for weight in candidate.weights)
    )


def _written(weight: CellWeight) -> tuple[str, int]:
    """The shard and the address of what is stored."""
    origin, _, address = weight.tensor.identity.rpartition("@")
    return origin, int(address) if address.isdecimal() else 0


def _label(store: Store, owner: list[str]) -> str:
    """The name of a layer: what its group is marked with, else its path."""
    shown: list[str] = []
    for end, part in enumerate(owner, 1):
        if part not in (CONTAINER, GAPPED_CONTAINER) or end == len(owner):
            shown.append(named(store, "/".join(owner[:end])) or part)
    return "/".join(shown)
