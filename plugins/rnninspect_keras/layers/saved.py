"""From layers, tensors and observations to the description of a file."""

from __future__ import annotations

from rnninspect.plugin import (
    Observation,
    RecurrentLayer,
    SavedModel,
    Search,
    SkippedLayer,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from rnninspect.plugin import StoredTensor
    from rnninspect.stored.columns import TensorColumns
    from rnninspect_keras.layers.assembling import AnyLayer


def saved(
    name: str,
    producer: str,
    tensors: tuple[StoredTensor, ...] | TensorColumns,
    found: Iterable[AnyLayer],
    observations: Iterable[Observation],
    search: Search | None = None,
) -> SavedModel:
    """The description of a file, its layers separated from those that were skipped."""
    layers, skipped = [], []
    for layer in found:
        match layer:
            case RecurrentLayer():
                layers.append(layer)
            case SkippedLayer():
                skipped.append(layer)
    owners = {tensor.name: layer.name for layer in layers for tensor in _tensors_of(layer)}
    return SavedModel(
        format=name,
        framework="keras",
        producer=producer,
        layers=tuple(layers),
        tensors=tensors,
        skipped=tuple(skipped),
        observations=tuple(
            observation._replace(layer=owners[observation.tensor])
            if observation.layer is None and observation.tensor in owners
            else observation
            for observation in observations
        ),
        search=search,
    )


def _tensors_of(layer: RecurrentLayer) -> Iterator[StoredTensor]:
    for operand in layer.operands:
        yield from operand.tensors
    yield from layer.extras
