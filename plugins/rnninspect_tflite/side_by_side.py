"""Several models of one archive as one description, in which each is a root of its own."""

from __future__ import annotations

from rnninspect.plugin import SavedModel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.plugin import Observation, Operand, RecurrentLayer, SkippedLayer, StoredTensor


def side_by_side(models: Sequence[tuple[str, SavedModel]]) -> SavedModel:
    """The models by the names of their members, whose tensors have no bytes in common."""
    parts = [_renamed(name, model) for name, model in models]
    return SavedModel(
        format="tflite",
        framework="tflite",
        producer=next((part.producer for part in parts if part.producer), ""),
        layers=tuple(layer for part in parts for layer in part.layers),
        tensors=tuple(tensor for part in parts for tensor in part.tensors),
        skipped=tuple(layer for part in parts for layer in part.skipped),
        observations=tuple(noticed for part in parts for noticed in part.observations),
        container="zip",
    )


def _renamed(name: str, model: SavedModel) -> SavedModel:
    return model._replace(
        layers=tuple(_layer(name, layer) for layer in model.layers),
        tensors=tuple(_tensor(name, tensor) for tensor in model.tensors),
        skipped=tuple(_skipped(name, layer) for layer in model.skipped),
        observations=tuple(_noticed(name, noticed) for noticed in model.observations),
    )


def _tensor(name: str, tensor: StoredTensor) -> StoredTensor:
    return tensor._replace(name=f"{name}: {tensor.name}", identity=f"{name}: {tensor.identity}")


def _layer(name: str, layer: RecurrentLayer) -> RecurrentLayer:
    return layer._replace(
        name=f"{name}: {layer.name}",
        operands=tuple(_operand(name, operand) for operand in layer.operands),
        root=name,
    )


def _operand(name: str, operand: Operand) -> Operand:
    return operand._replace(tensors=tuple(_tensor(name, tensor) for tensor in operand.tensors))


def _skipped(name: str, layer: SkippedLayer) -> SkippedLayer:
    return layer._replace(
        name=f"{name}: {layer.name}",
        tensors=tuple(_tensor(name, tensor) for tensor in layer.tensors),
    )


def _noticed(name: str, noticed: Observation) -> Observation:
    return noticed._replace(
        detail=f"{name}: {noticed.detail}",
        layer=None if noticed.layer is None else f"{name}: {noticed.layer}",
        tensor=None if noticed.tensor is None else f"{name}: {noticed.tensor}",
        tensors=tuple(_tensor(name, tensor) for tensor in noticed.tensors),
    )
