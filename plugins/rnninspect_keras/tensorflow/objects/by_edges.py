"""Recurrent layers of a graph of objects without a description: objects with a recurrent kernel."""

from __future__ import annotations

from rnninspect.lean import Counter, re
from rnninspect_keras.layers.clusters import WeightCluster
from rnninspect_keras.matching.candidates import candidates_of
from rnninspect_keras.matching.unconfigured import recognise
from rnninspect_keras.tensorflow.objects.cells import RECURRENT, is_inward, unexplained
from rnninspect_keras.tensorflow.objects.graph import paths_to

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.tensorflow.objects.cells import ObjectCells
    from rnninspect_keras.tensorflow.objects.graph import GraphObject

_NUMBERS = re.compile(r"\b(\d{1,6})\b")  # of layers, in the keys of a checkpoint


def layers_by_edges(cells: ObjectCells) -> list[AnyLayer]:
    """The layers of cells that no described layer has taken."""
    clusters: dict[int, WeightCluster] = {}
    for number, item in enumerate(cells.items):
        kernel = item.children.get(RECURRENT)
        if kernel is None or not cells.is_left(number):
            continue
        place = tuple(cells.label(cells.items[kernel]).split("/")[:-1])
        cells.require(len(clusters) + 1)
        clusters[number] = WeightCluster(place, weights=cells.take(number))
        clusters[number].lost_kernel = cells.items[kernel].tensor is None
    clusters = _in_order(cells.items, clusters)
    _rename_namesakes(cells.items, clusters)
    found = list(recognise(candidates_of("", [*clusters.values()])))
    return [*found, *unexplained(clusters.values(), found)]


def _in_order(
    items: list[GraphObject], clusters: dict[int, WeightCluster]
) -> dict[int, WeightCluster]:
    """The same cells by the numbers of their layers, where the keys have such.

    Objects are numbered by their distance, so that the cells of a wrapper come last.
    """
    ranks: dict[str, int] = {}
    keys: dict[int, tuple[int, list[int]]] = {}
    for number in clusters:
        front, *rest = _NUMBERS.split(items[items[number].children[RECURRENT]].key)
        keys[number] = ranks.setdefault(front, len(ranks)), [int(at) for at in rest[::2]]
    return {number: clusters[number] for number in sorted(clusters, key=keys.__getitem__)}


def _rename_namesakes(items: list[GraphObject], clusters: dict[int, WeightCluster]) -> None:
    """Name different cells whose variables have the same names by their attributes."""
    known = Counter(found.place for found in clusters.values())
    again = [number for number, found in clusters.items() if known[found.place] > 1]
    paths = paths_to(items, again, is_inward) if again else {}
    seen: Counter[tuple[str, ...]] = Counter()
    for number in again:
        place = clusters[number].place
        own = paths.get(number, ())
        seen[place] += 1
        if own:
            clusters[number].place = (*own, *(part for part in place[-1:] if "_cell" in part))
        elif seen[place] > 1 and place:
            clusters[number].place = (f"{place[0]} ({seen[place]})", *place[1:])
