"""The weights of a document, measured in their shards."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation
from rnninspect_keras.containers.store import Store
from rnninspect_keras.tfjs.placing import place
from rnninspect_keras.tfjs.shards import measure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.tfjs.document import Document

MISSING, OUTSIDE = Fact.EXTERNAL_MISSING, Fact.EXTERNAL_OUTSIDE


class Weights:
    """All weights of a document.

    Attributes:
        store: the weights by name.
        shards: the files of each group.
        shadowed: weights whose name occurs again.
        lost: by what became of a shard, the identities of its tensors with its name.
    """

    __slots__ = ("lost", "shadowed", "shards", "store")

    def __init__(self, document: Document, home: Source) -> None:
        self.store = Store()
        self.lost: dict[Fact, dict[str, str]] = {MISSING: {}, OUTSIDE: {}}
        self.shadowed: list[StoredTensor] = []
        shards = measure(document.manifest, home)
        self.shards = shards.groups
        self.store.observations += [*document.manifest.observations, *shards.observations]
        for number, group in enumerate(document.manifest.groups):
            for placed in place(number, group, shards.groups[number]):
                self._add(placed.tensor)
                if placed.lost and placed.lost.fact:
                    self.lost[placed.lost.fact][placed.tensor.identity] = placed.lost.name

    def _add(self, tensor: StoredTensor) -> None:
        before = self.store.tensors.get(tensor.name)
        if before is not None:  # the loader keeps the last one
            self.shadowed.append(before)
            note = Observation(Fact.DUPLICATE_NAME, "in the weights manifest", tensor=tensor.name)
            self.store.observations.append(note)
        self.store.tensors[tensor.name] = tensor
