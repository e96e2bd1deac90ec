"""Tensors of Keras' older HDF5 files: a group for each layer, listed in `layer_names`."""

from __future__ import annotations

from functools import partial

from rnninspect.plugin import Fact, Observation
from rnninspect_keras.configuration.units import WAYS
from rnninspect_keras.layers.building import build
from rnninspect_keras.layers.pieces import Cluster, Piece, cluster, mark_robbed, may_be_weight
from rnninspect_keras.matching.candidates import strands
from rnninspect_keras.matching.unconfigured import recognise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.hdf5 import Group
    from rnninspect.plugin import StoredTensor
    from rnninspect_keras.configuration.units import CellAt, Unit
    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.layers.assembling import Found
    from rnninspect_keras.layers.building import Pieces

LAYERS, WEIGHTS = "layer_names", "weight_names"


class Listed:
    """The layers that a file lists, each with its weights as clusters; and what was odd."""

    __slots__ = ("layers", "observations")

    def __init__(self) -> None:
        self.layers: dict[str, list[Cluster]] = {}
        self.observations: list[Observation] = []


def read_names(group: Group, attribute: str) -> tuple[str, ...] | None:
    """A list of names: one attribute, or split as `layer_names0`, `layer_names1`, … by its size.

    None if there is no such attribute; an empty list may be stored as numbers.
    """
    known = group.attributes()
    if attribute in known:
        return group.texts(attribute) or (() if not known[attribute].elements else None)
    names: list[str] = []
    number = 0
    while f"{attribute}{number}" in known:
        names.extend(group.texts(f"{attribute}{number}") or ())
        number += 1
    return tuple(names) if number else None


def list_layers(store: Store, base: str) -> Listed:
    """The layers below a group in the order that the file gives, with their weights."""
    listed = Listed()
    root = store.groups[base]
    names = read_names(root, LAYERS)
    if names is None:
        listed.observations.append(Observation(Fact.UNUSUAL, f"{LAYERS} is no list of names"))
        names = tuple(link.name for link in root.links())
    for name in dict.fromkeys(names):
        path = f"{base}/{name}" if base else name
        lost: list[str] = []
        weights = (item for item in _weights(store, path, listed, lost) if may_be_weight(item[1]))
        listed.layers[name] = mark_robbed(cluster(weights), lost)
    return listed


def _weights(
    store: Store, path: str, listed: Listed, lost: list[str]
) -> Iterator[tuple[str, StoredTensor]]:
    """The weights of a layer as (name, tensor), in the order of `weight_names`.

    Names that lead to no dataset are added to `lost`.
    """
    group = store.groups.get(path)
    if group is None:
        listed.observations.append(
            Observation(
                Fact.CONTRADICTION, f"{LAYERS} lists a group that is not stored", None, path
            )
        )
        return
    names, stored = read_names(group, WEIGHTS), store.below(path)
    if names is None:
        listed.observations.append(
            Observation(Fact.UNUSUAL, f"{WEIGHTS} is no list of names", None, path)
        )
    for name in dict.fromkeys(names or ()):
        if name in stored:
            yield name, stored.pop(name)
        elif f"{path}/{name}" not in store.links:
            lost.append(name)
            clause = f"{WEIGHTS} lists a dataset that is not stored"
            listed.observations.append(
                Observation(Fact.CONTRADICTION, clause, None, f"{path}/{name}")
            )
    yield from stored.items()  # those that the file does not list


def match_legacy(units: list[Unit], listed: Listed) -> Iterator[Found]:
    """The layers of a configuration with the weights of the group that each lies in.

    Recurrent cells of the file that no configured layer takes are recognised by their shapes.
    """
    layers = dict(listed.layers)
    for top in dict.fromkeys(unit.top for unit in units):
        inside = [unit for unit in units if unit.top == top]
        clusters = layers.pop(top, [])
        whole = len(inside) == 1 and not inside[0].nested
        cells = [cell for unit in inside for way in unit.ways for cell in way]
        matched, rest = _all_of(cells, clusters) if whole else _pair(cells, clusters)
        for unit in inside:
            yield from build(unit, partial(_matched, matched))
        yield from recognise(strands(top, rest))
    for name, clusters in layers.items():
        yield from recognise(strands(name, clusters))


def _matched(pieces: dict[int, Pieces], cell: CellAt) -> Pieces:
    return pieces.get(id(cell), ())


Matched = tuple[dict[int, "Pieces"], list[Cluster]]


def _all_of(cells: Sequence[CellAt], clusters: Sequence[Cluster]) -> Matched:
    """Give all weights of a group to the cells of its one layer; what is no cell's is surplus."""
    if len(cells) == 1:
        return {id(cells[0]): tuple(piece for known in clusters for piece in known.pieces)}, []
    matched, rest = _pair(cells, clusters, strict=False)
    surplus = tuple(Piece(None, piece.tensor) for known in rest for piece in known.pieces)
    if surplus:
        matched[id(cells[0])] = (*matched.get(id(cells[0]), ()), *surplus)
    return matched, []


def _pair(cells: Sequence[CellAt], clusters: Sequence[Cluster], *, strict: bool = True) -> Matched:
    """Which cell has which weights: those that share most names first, the others in order."""
    ranked = sorted(
        (-likeness, first, second)
        for first, cell in enumerate(cells)
        for second, known in enumerate(clusters)
        if (likeness := _likeness(cell, known))
        >= (0 if known.recurrent or not strict else OWN_NAME)
    )
    matched: dict[int, Pieces] = {}
    taken: set[int] = set()
    for _, first, second in ranked:
        if id(cells[first]) not in matched and second not in taken:
            matched[id(cells[first])] = tuple(clusters[second].pieces)
            taken.add(second)
    return matched, [known for number, known in enumerate(clusters) if number not in taken]


OWN_NAME = 100  # a name of the cell or of its layer tells more than those of all models around it


def _likeness(cell: CellAt, known: Cluster) -> int:
    """How many names a cell and its weights share; below 0 if their directions differ."""
    place = set(known.place)
    own = len(place & {token for token in cell.tokens if token})
    ways = {
        way for way, prefix in enumerate(WAYS) for part in place if part.startswith(f"{prefix}_")
    }
    if ways and ways != {cell.way} and not (own and cell.way is None):
        return -1
    return OWN_NAME * own + len(place & set(cell.outer))
