"""What is said of layers whose weights are in a shard that is missing."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, RecurrentLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect_keras.layers.assembling import AnyLayer


def notes_without_shard(
    found: Iterable[AnyLayer], missing: Mapping[str, str]
) -> Iterator[Observation]:
    """One note for each layer with such weights; `missing` maps identities to shards."""
    for layer in found if missing else ():
        if isinstance(layer, RecurrentLayer):
            tensors = (tensor for operand in layer.operands for tensor in operand.tensors)
            names = dict.fromkeys(missing.get(tensor.identity, "") for tensor in tensors)
            if shards := ", ".join(filter(None, names)):
                clause = f"its weights are in {shards}, which is missing"
                yield Observation(Fact.EXTERNAL_MISSING, clause, layer=layer.name)
