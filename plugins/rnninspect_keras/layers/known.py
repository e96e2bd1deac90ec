"""Layers by the names of their weights in libraries for Keras, beside those of Keras itself."""

from __future__ import annotations

from rnninspect.plugin import Limit, Purpose
from rnninspect.signatures.odd import may_be_known

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from rnninspect.plugin import RecurrentLayer, SavedModel, Source, StoredTensor


_ADDED = (":0", "/.ATTRIBUTES/VARIABLE_VALUE", "/ReadVariableOp", "/resource")


def with_known_layers(
    model: SavedModel,
    named: Iterable[tuple[str, StoredTensor]],
    source: Source,
    *,
    whole: bool = False,
) -> SavedModel:
    """The model with the layers that the core's signatures explain; no tensor is in two.

    A layer that was skipped because its cell has no formula gives way to one that explains all of
    its tensors.

    Args:
        model: what is known without signatures.
        named: its tensors by the names of their variables.
        source: the file.
        whole: see `known_layers`.
    """
    tensors = dict(named)
    if not may_be_known(tensors):
        return model
    from rnninspect.signatures.describing import known_layers  # noqa: PLC0415 - few files have these names

    taken = _identities(model.layers)
    free = {
        name: tensor
        for name, tensor in tensors.items()
        if tensor.purpose is Purpose.PARAMETER and tensor.identity not in taken
    }
    found = known_layers(free, source, whole=whole)
    source.limits.require(Limit.RECURRENT, len(model.layers) + len(found))
    return _joined(model, found, free)


def _joined(
    model: SavedModel, found: list[RecurrentLayer], free: Mapping[str, StoredTensor]
) -> SavedModel:
    from rnninspect.signatures.marks import possible_layers  # noqa: PLC0415 - as above

    taken = _identities((*model.layers, *found))
    skipped = tuple(
        layer
        for layer in model.skipped
        if not layer.tensors or not taken.issuperset(each.identity for each in layer.tensors)
    )
    noted = {tensor.identity for layer in skipped for tensor in layer.tensors}
    noted |= {tensor.identity for note in model.observations for tensor in note.tensors}
    rest = {name: tensor for name, tensor in free.items() if tensor.identity not in noted}
    notes = possible_layers(rest, found)
    return model._replace(
        layers=(*model.layers, *found),
        skipped=skipped,
        observations=(*model.observations, *notes),
    )


def _identities(layers: Iterable[RecurrentLayer]) -> set[str]:
    return {
        tensor.identity
        for layer in layers
        for operand in layer.operands
        for tensor in operand.tensors
    }


def plain(name: str) -> str:
    """The name of a variable without what its container adds."""
    return name if not name.endswith(_ADDED) else _without_added(name)


def _without_added(name: str) -> str:
    name = name.removesuffix(":0").removesuffix("/.ATTRIBUTES/VARIABLE_VALUE")
    return name.removesuffix("/ReadVariableOp").removesuffix("/resource")
