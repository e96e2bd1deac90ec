"""Recurrent layers among the tensors that no object's layer has taken, by names and by numbers.

What tensors there are decides which modules are imported.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.plugin import Purpose
from rnninspect_keras.layers.clusters import cluster_by_names, recurrent_places
from rnninspect_keras.tensorflow.checkpoints.records import OBJECT_PATH_END
from rnninspect_keras.tensorflow.objects.cells import (
    RECURRENT,
    identities,
    path_of,
    unexplained,
)
from rnninspect_keras.tensorflow.objects.outermost import without_model
from rnninspect_keras.variable_names.recognising import recognise_by_names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import Observation, StoredTensor
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.layers.clusters import WeightCluster
    from rnninspect_keras.tensorflow.objects.cells import ObjectCells

    Named = tuple[str, StoredTensor]


def layers_by_names(
    cells: ObjectCells, tensors: Iterable[StoredTensor]
) -> tuple[list[AnyLayer], list[Observation]]:
    """The layers, and notes on variables that may be cells."""
    rest = _left(cells, tensors)
    lost_kernel = _lost_kernels(cells)
    sorted_out = cluster_by_names(
        _inside(recurrent_places(rest) | {*map("/".join, lost_kernel)}, rest)
    )
    for known in sorted_out:
        known.lost_kernel = known.place in lost_kernel
    clusters = [known for known in sorted_out if known.recurrent]
    cells.require(len(clusters))
    found = _of_clusters(clusters) if clusters else []
    taken = identities(found)
    others = [known for known in rest if known[1].identity not in taken]
    found.extend(recognise_by_names(others, cells.require))
    found.extend(unexplained(clusters, found))
    taken = identities(found)
    left = [
        tensor
        for _, tensor in others
        if OBJECT_PATH_END in tensor.identity and tensor.identity not in taken
    ]
    listed, notes = _by_numbers(left, cells) if left else ([], [])
    return [*found, *listed], notes


def _of_clusters(clusters: list[WeightCluster]) -> list[AnyLayer]:
    from rnninspect_keras.matching.candidates import candidates_of  # noqa: PLC0415 - as said above
    from rnninspect_keras.matching.unconfigured import recognise  # noqa: PLC0415 - as above

    return list(recognise(candidates_of("", clusters)))


def _by_numbers(
    tensors: list[StoredTensor], cells: ObjectCells
) -> tuple[list[AnyLayer], list[Observation]]:
    from rnninspect_keras.tensorflow.objects.listed import recognise_by_numbers  # noqa: PLC0415 - as above

    return recognise_by_numbers(tensors, cells.require)


def _left(cells: ObjectCells, tensors: Iterable[StoredTensor]) -> list[Named]:
    """What no layer has taken, by its name, or by its key where several have one name."""
    stored = {
        item.tensor.identity: item
        for item in cells.items
        if item.tensor is not None and item.tensor.purpose is Purpose.PARAMETER
    }
    uses = Counter(item.name for item in stored.values())
    names = {
        key: without_model(item.name, cells.model) if uses[item.name] == 1 else path_of(item.key)
        for key, item in stored.items()
    }
    left = [
        (names.get(tensor.identity) or tensor.name, tensor)
        for tensor in tensors
        if tensor.purpose is Purpose.PARAMETER and tensor.identity not in cells.taken
    ]
    if not stored:
        return left
    order = {key: number for number, key in enumerate(stored)}
    return sorted(left, key=lambda known: order.get(known[1].identity, len(order)))


def _lost_kernels(cells: ObjectCells) -> set[tuple[str, ...]]:
    """Where the objects have a recurrent kernel that the checkpoint does not store."""
    gone = (
        without_model(item.name, cells.model).split("/")
        for item in cells.items
        if item.key and item.tensor is None
    )
    return {tuple(place) for *place, last in gone if last == RECURRENT}


def _inside(places: set[str], named: Iterable[Named]) -> Iterator[Named]:
    """What is in one of these places or below: no other tensor is of a recurrent cell."""
    for item in named if places else ():
        place = item[0].rpartition("/")[0]
        while place and place not in places:
            place = place.rpartition("/")[0]
        if place in places:
            yield item
