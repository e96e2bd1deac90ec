"""What is said of layers whose weights are in a shard that is not there."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, RecurrentLayer

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from rnninspect_keras.layers.assembling import AnyLayer


def notes_without_shard(
    found: Iterable[AnyLayer], lost: Mapping[str, str], fact: Fact = Fact.EXTERNAL_MISSING
) -> Iterator[Observation]:
    """One note of this fact for each layer with such weights; `lost` maps identities to shards."""
    state = "missing" if fact is Fact.EXTERNAL_MISSING else "outside of the model's folder"
    for layer in found if lost else ():
        if isinstance(layer, RecurrentLayer):
            tensors = (tensor for operand in layer.operands for tensor in operand.tensors)
            names = dict.fromkeys(lost.get(tensor.identity, "") for tensor in tensors)
            if shards := ", ".join(filter(None, names)):
                clause = f"its weights are in {shards}, which is {state}"
                yield Observation(fact, clause, layer=layer.name)
