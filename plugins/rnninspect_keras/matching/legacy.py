"""Tensors of Keras' older HDF5 files: a group for each layer, listed in `layer_names`."""

from __future__ import annotations

from rnninspect.lean import partial
from rnninspect.plugin import Fact, Observation
from rnninspect_keras.layers.building import build
from rnninspect_keras.layers.clusters import WeightCluster, cluster_by_names, mark_lost_kernels
from rnninspect_keras.layers.weights import CellWeight, may_be_weight
from rnninspect_keras.layout import DIRECTIONS
from rnninspect_keras.matching.candidates import candidates_of, may_have_cells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

    from rnninspect.decode.hdf5 import Group
    from rnninspect_keras.configuration.declared_layers import DeclaredCell, DeclaredLayer
    from rnninspect_keras.containers.store import Store
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.layers.building import CellWeights

LAYERS, _WEIGHTS = "layer_names", "weight_names"


class Listed:
    """The layers that a file lists, each with its weights as clusters; and what was odd."""

    __slots__ = ("layers", "observations")

    def __init__(self) -> None:
        self.layers: dict[str, list[WeightCluster]] = {}
        self.observations: list[Observation] = []


def read_names(group: Group, attribute: str) -> tuple[str, ...] | None:
    """A list of names: one attribute, or split as `layer_names0`, `layer_names1`, … by its size.

    None if the attribute is missing; an empty list may be stored as numbers.
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


def list_layers(store: Store, base: str, wanted: Container[str]) -> Listed:
    """The layers below a group in the order that the file gives, with their weights.

    Those that are neither wanted nor may have cells are left out.
    """
    listed = Listed()
    root = store.hdf5_group(base)
    names = read_names(root, LAYERS)
    if names is None:
        listed.observations.append(Observation(Fact.UNUSUAL, f"{LAYERS} is not a list of names"))
        names = tuple(root.entries())
    for name in dict.fromkeys(names):
        path = f"{base}/{name}" if base else name
        lost: list[str] = []
        found = _names(store, path, listed, lost)
        if name in wanted or may_have_cells((*found, *lost)):
            tensors = ((each, store.tensors[f"{path}/{each}"]) for each in found)
            weights = ((each, tensor) for each, tensor in tensors if may_be_weight(tensor))
            listed.layers[name] = mark_lost_kernels(cluster_by_names(weights), lost)
    return listed


def _names(store: Store, path: str, listed: Listed, lost: list[str]) -> list[str]:
    """The names of a layer's weights, in the order of `weight_names`.

    Names that lead to no dataset are added to `lost`.
    """
    group = store.groups.get(path)
    if group is None:
        listed.observations.append(
            Observation(
                Fact.CONTRADICTION, f"{LAYERS} lists a group that is not stored", None, path
            )
        )
        return []
    names, stored = read_names(group, _WEIGHTS), dict.fromkeys(store.names_below(path))
    found: list[str] = []
    if names is None:
        listed.observations.append(
            Observation(Fact.UNUSUAL, f"{_WEIGHTS} is not a list of names", None, path)
        )
    for name in dict.fromkeys(names or ()):
        if name in stored:
            del stored[name]
            found.append(name)
        elif f"{path}/{name}" not in store.links:
            lost.append(name)
            clause = f"{_WEIGHTS} lists a dataset that is not stored"
            listed.observations.append(
                Observation(Fact.CONTRADICTION, clause, None, f"{path}/{name}")
            )
    return [*found, *stored]  # the last ones are not listed


def match_legacy(
    declared: list[DeclaredLayer], listed: Mapping[str, list[WeightCluster]]
) -> Iterator[AnyLayer]:
    """The layers of a configuration with the weights of each outermost layer.

    Recurrent cells of the file that no configured layer takes are recognised by their shapes.
    """
    groups = dict(listed)
    for top in dict.fromkeys(layer.top for layer in declared):
        inside = [layer for layer in declared if layer.top == top]
        clusters = groups.pop(top, [])
        whole = len(inside) == 1 and not inside[0].nested
        cells = [cell for layer in inside for direction in layer.directions for cell in direction]
        matched, rest = _all_of(cells, clusters) if whole else _pair(cells, clusters)
        for layer in inside:
            yield from build(layer, partial(_matched, matched))
        yield from _recognised(top, rest)
    for name, clusters in groups.items():
        yield from _recognised(name, clusters)


def _recognised(name: str, clusters: list[WeightCluster]) -> Iterable[AnyLayer]:
    """The layers among weights that no configured one takes."""
    candidates = candidates_of(name, clusters)
    if not candidates:
        return ()
    from rnninspect_keras.matching.unconfigured import recognise  # noqa: PLC0415 - not where all is configured

    return recognise(candidates)


def _matched(weights: dict[int, CellWeights], cell: DeclaredCell) -> CellWeights:
    return weights.get(id(cell), ())


_OWN_NAME = 100  # a name of the cell or of its layer counts more than those of all models around it


def shared_names(cell: DeclaredCell, known: WeightCluster) -> int:
    """How many names a cell and its weights share; below 0 if their directions differ."""
    place = set(known.place)
    own = len(place & {token for token in cell.tokens if token})
    directions = {
        direction
        for direction, prefix in enumerate(DIRECTIONS)
        for part in place
        if part.startswith(f"{prefix}_")
    }
    if directions and directions != {cell.direction} and not (own and cell.direction is None):
        return -1
    return _OWN_NAME * own + len(place & set(cell.outer))


Matched = tuple[dict[int, "CellWeights"], list[WeightCluster]]


def _all_of(cells: Sequence[DeclaredCell], clusters: Sequence[WeightCluster]) -> Matched:
    """Give all weights of a group to the cells of its one layer; the rest is surplus."""
    if len(cells) == 1:
        return {id(cells[0]): tuple(weight for known in clusters for weight in known.weights)}, []
    matched, rest = _pair(cells, clusters, strict=False)
    surplus = tuple(CellWeight(None, weight.tensor) for known in rest for weight in known.weights)
    if surplus:
        matched[id(cells[0])] = (*matched.get(id(cells[0]), ()), *surplus)
    return matched, []


def _pair(
    cells: Sequence[DeclaredCell], clusters: Sequence[WeightCluster], *, strict: bool = True
) -> Matched:
    """Which cell has which weights: those that share most names first, the others in order."""
    ranked = sorted(
        (-likeness, first, second)
        for first, cell in enumerate(cells)
        for second, known in enumerate(clusters)
        if (likeness := shared_names(cell, known))
        >= (0 if known.recurrent or not strict else _OWN_NAME)
    )
    matched: dict[int, CellWeights] = {}
    taken: set[int] = set()
    for _, first, second in ranked:
        if id(cells[first]) not in matched and second not in taken:
            matched[id(cells[first])] = tuple(clusters[second].weights)
            taken.add(second)
    return matched, [known for number, known in enumerate(clusters) if number not in taken]
