"""Describes a network: its recurrent layers, and every array of the file of weights once."""

from __future__ import annotations

from rnninspect.plugin import (
    UNUSABLE,
    Limit,
    Observation,
    RecurrentLayer,
    SavedModel,
    Search,
    Searched,
    SkippedLayer,
    Whereabouts,
    parsing,
)
from rnninspect_ncnn.filling import Filling
from rnninspect_ncnn.framework import NCNN
from rnninspect_ncnn.network import layers_in
from rnninspect_ncnn.placing import Places
from rnninspect_ncnn.recurrent import described
from rnninspect_ncnn.weights import cell_of, weights_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.plugin import Source
    from rnninspect_ncnn.network import Layer


def describe(source: Source, *, is_text: bool) -> SavedModel:
    """Describe a network.

    Raises:
        UnreadableFile: the network is truncated or malformed.
        RefusedFile: a limit is exceeded.
    """
    with parsing("ncnn network"):
        layers = tuple(layers_in(source, is_text=is_text))
        file = f"{source.name.removesuffix('.bin').removesuffix('.param')}.bin"
        beside = source.neighbour(file).whereabouts
        if beside is Whereabouts.INSIDE:
            with source.open_neighbour(file) as weights:
                filling = Filling(layers, file, Places(weights))
        else:
            filling = Filling(layers, file, None)
        source.limits.require(Limit.TENSORS, len(filling.tensors))
        found = [
            described(one.layer, one.arrays) for one in filling.filled if cell_of(one.layer.kind)
        ]
        return SavedModel(
            format="ncnn" if is_text else "ncnn binary",
            framework=NCNN,
            producer="",
            layers=tuple(each.layer for each in found if isinstance(each.layer, RecurrentLayer)),
            tensors=filling.tensors,
            skipped=(
                *(each.layer for each in found if isinstance(each.layer, SkippedLayer)),
                *_unlocated(filling.unlocated, file),
            ),
            observations=(
                *_missing(layers, file, beside),
                *(note for each in found for note in each.observations),
                *filling.observations,
            ),
            search=Search(Searched.LAYERS, len(layers)),
        )


def _missing(layers: Sequence[Layer], file: str, beside: Whereabouts) -> Iterator[Observation]:
    """What is said of a file of weights that cannot be used."""
    if beside in UNUSABLE and any(map(weights_of, layers)):
        fact, what = UNUSABLE[beside]
        yield Observation(fact, f"the weights are in {file}, which {what}")


def _unlocated(layers: Sequence[Layer], file: str) -> Iterator[SkippedLayer]:
    """The first layer of an unknown type, and the recurrent ones whose weights come after it."""
    for at, layer in enumerate(layers):
        if not at:
            after = sum(bool(weights_of(each)) for each in layers[1:])
            reason = f"its type is unknown, and so is where {file} has the weights from here on"
            yield SkippedLayer(layer.name, layer.kind, f"{reason}, of {after} layers after it")
        elif cell_of(layer.kind):
            reason = f"its weights come after those of {layers[0].name}, whose type is unknown"
            yield SkippedLayer(layer.name, layer.kind, reason)
