"""Recurrent layers in a graph of objects: by Keras' descriptions, by edges, by names."""

from __future__ import annotations

from rnninspect_keras.configuration.finding import Finder
from rnninspect_keras.tensorflow.objects.by_edges import layers_by_edges
from rnninspect_keras.tensorflow.objects.by_names import layers_by_names
from rnninspect_keras.tensorflow.objects.cells import ObjectCells
from rnninspect_keras.tensorflow.objects.described import described_layers

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
    finder, cells = Finder(limits, lambda _: False), ObjectCells(items, limits)
    found = [*described_layers(cells, finder), *layers_by_edges(cells)]
    named, notes = layers_by_names(cells, tensors)
    return [*found, *named], [*finder.observations, *notes]
