"""Layers by the names of initializers, which exporters keep of some weights or of all."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Record
from rnninspect.signatures.odd import may_be_known
from rnninspect.stored.columns import TensorColumns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from rnninspect.plugin import Observation, RecurrentLayer, Source, StoredTensor


class NamedLayers(Record):
    """What names say, beside what operators say."""

    layers: tuple[RecurrentLayer, ...] = ()
    observations: tuple[Observation, ...] = ()


def by_names(
    source: Source, tensors: tuple[StoredTensor, ...] | TensorColumns, taken: AbstractSet[str]
) -> NamedLayers:
    """The layers whose weights kept their names and shapes, and notes on those that lost some.

    Exporters name a weight anew where they transpose it or calculate with it, so that one that is
    not there is not missing.

    Args:
        source: the file.
        tensors: all of the model.
        taken: the identities of those that operators use as weights of a layer.
    """
    if not may_be_known(
        tensors.names if isinstance(tensors, TensorColumns) else [tensor.name for tensor in tensors]
    ):
        return NamedLayers()
    from rnninspect.signatures.describing import known_layers  # noqa: PLC0415 - few files have these names
    from rnninspect.signatures.marks import possible_layers  # noqa: PLC0415 - as above

    named = {
        tensor.name: tensor
        for tensor in tensors
        if tensor.purpose is Purpose.PARAMETER and tensor.identity not in taken
    }
    layers = known_layers(named, source, whole=True)
    return NamedLayers(tuple(layers), tuple(possible_layers(named, layers)))
