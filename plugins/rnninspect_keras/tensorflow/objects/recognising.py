"""Recurrent layers in a graph of objects: by Keras' descriptions, by edges, by names."""

from __future__ import annotations

from rnninspect_keras.tensorflow.objects.by_names import layers_by_names
from rnninspect_keras.tensorflow.objects.cells import RECURRENT, ObjectCells

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Limits, Observation, StoredTensor
    from rnninspect_keras.layers.assembling import AnyLayer
    from rnninspect_keras.tensorflow.objects.graph import GraphObject


def recognise_objects(
    items: list[GraphObject], tensors: Iterable[StoredTensor], limits: Limits
) -> tuple[list[AnyLayer], list[Observation]]:
    """All recurrent layers, the described ones first, and what was noticed.

    Raises:
        RefusedFile: there are more layers than the limits allow.
    """
    cells = ObjectCells(items, limits)
    found, noticed = _described(cells, limits)
    if any(RECURRENT in item.children for item in items):
        from rnninspect_keras.tensorflow.objects.by_edges import layers_by_edges  # noqa: PLC0415 - as said

        found += layers_by_edges(cells)
    named, notes = layers_by_names(cells, tensors)
    return [*found, *named], [*noticed, *notes]


def _described(cells: ObjectCells, limits: Limits) -> tuple[list[AnyLayer], list[Observation]]:
    """The layers that Keras describes; importing what reads configurations takes long."""
    if all(item.declared is None for item in cells.items):
        return [], []
    from rnninspect_keras.configuration.finding import Finder  # noqa: PLC0415 - see above
    from rnninspect_keras.tensorflow.objects.described import described_layers  # noqa: PLC0415

    finder = Finder(limits, lambda _: False)
    return described_layers(cells, finder), [*finder.observations]
