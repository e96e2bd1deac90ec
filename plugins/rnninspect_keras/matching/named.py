"""Weights in one list, by names that contain the layer's: as Keras 1 and 2 and TensorFlow.js name.

The older HDF5 format has a group for each outermost layer; here only the names say which it is.
"""

from __future__ import annotations

from rnninspect.plugin import Limit
from rnninspect.stored.kinds import chosen
from rnninspect_keras.layers.clusters import WeightCluster, cluster_by_names
from rnninspect_keras.layers.weight_names import parse_name, without_output
from rnninspect_keras.layers.weights import may_be_weight
from rnninspect_keras.matching.candidates import may_have_cells
from rnninspect_keras.matching.legacy import shared_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.configuration.declared_layers import DeclaredLayer
    from rnninspect_keras.containers.store import Store


def group_by_layers(
    declared: Sequence[DeclaredLayer], tensors: Iterable[tuple[str, StoredTensor]], source: Source
) -> dict[str, list[WeightCluster]]:
    """Outermost layer -> the weights of cells in it; those of other layers by their first word.

    Raises:
        RefusedFile: so many layers share names that to compare them takes too many steps.
    """
    by_token: dict[str, list[DeclaredLayer]] = {}
    for layer in declared:
        for token in dict.fromkeys(_tokens(layer)):
            by_token.setdefault(token, []).append(layer)
    groups: dict[str, list[WeightCluster]] = {}
    for cluster in cluster_by_names(item for item in tensors if may_be_weight(item[1])):
        owner = _owner(cluster, by_token, source)
        top = owner.top if owner else next(iter(cluster.place), "")
        groups.setdefault(top, []).append(cluster)
    return groups


def near_cells(
    declared: Sequence[DeclaredLayer], store: Store
) -> Iterator[tuple[str, StoredTensor]]:
    """The tensors that may be in layers: of a declared one, or beside what may be of a cell.

    What is left out makes no difference to layers: it is under a first word of its own, with no
    weight of a cell and no name of a declared layer.
    """
    tokens = {token for layer in declared for token in (layer.top, *_tokens(layer))}
    paths = store.paths
    words = {_place(paths[at])[0] for at in chosen(paths, _may_have_cell)}
    for path in paths:
        place = _place(path)
        if place[0] in words or not tokens.isdisjoint(place):
            yield path, store.tensors[path]


def _may_have_cell(kind: str) -> bool:
    """As `chosen` asks for kinds; numbers in them are of no importance but for Keras 1's gates."""
    return may_have_cells((kind,))


def _place(path: str) -> tuple[str, ...]:
    """The place of a weight as its cluster has it; an empty word alone for none."""
    *place, base = without_output(path).split("/")
    return parse_name(base).key_at(tuple(place))[0] or ("",)


def _tokens(layer: DeclaredLayer) -> Iterable[str]:
    """The names that weights of a layer may have in front of them."""
    for direction in layer.directions:
        for cell in direction:
            yield from filter(None, cell.tokens)


def _owner(
    cluster: WeightCluster, by_token: Mapping[str, list[DeclaredLayer]], source: Source
) -> DeclaredLayer | None:
    """The layer that shares most names with a cluster; of several the first."""
    known = [layer for part in dict.fromkeys(cluster.place) for layer in by_token.get(part, ())]
    if len(known) < 2:
        return known[0] if known else None
    source.spend(Limit.STEPS, _STEPS * len(known))
    return max(known, key=lambda layer: _most_alike(layer, cluster))


def _most_alike(layer: DeclaredLayer, cluster: WeightCluster) -> int:
    return max(shared_names(cell, cluster) for direction in layer.directions for cell in direction)


_STEPS = 8  # to compare the names of a layer with those of a cluster
