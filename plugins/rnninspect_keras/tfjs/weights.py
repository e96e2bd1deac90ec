"""The weights of a document, measured in their shards."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation
from rnninspect_keras.containers.store import VARIABLES, Store
from rnninspect_keras.tfjs.document import Form
from rnninspect_keras.tfjs.placing import place
from rnninspect_keras.tfjs.shards import measure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import Source, StoredTensor
    from rnninspect_keras.tfjs.columns import WeightColumns
    from rnninspect_keras.tfjs.document import Document

MISSING, OUTSIDE = Fact.EXTERNAL_MISSING, Fact.EXTERNAL_OUTSIDE
_MANY = 2_000  # weights, which are kept in columns


def is_native(names: Iterable[str]) -> bool:
    """Whether weights have the names of Keras' own format: `layers/lstm/cell/vars/0`."""
    return any(
        name[-1:].isdecimal() and name.rpartition("/")[0].endswith(f"/{VARIABLES}")
        for name in names
    )


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
        columns = self._in_columns(document)
        if columns is not None and not is_native(columns.names):
            self.store.tensors = self.store.columns = columns
            return
        for number, group in enumerate(document.manifest.groups):
            for placed in place(number, group, shards.groups[number]):
                self._add(placed.tensor)
                if placed.lost and placed.lost.fact:
                    self.lost[placed.lost.fact][placed.tensor.identity] = placed.lost.name

    def _in_columns(self, document: Document) -> WeightColumns | None:
        """The weights in columns; None unless they are many plain ones."""
        weights = sum(len(group.weights) for group in document.manifest.groups)
        if weights < _MANY or document.form is Form.GRAPH:
            return None
        from rnninspect_keras.tfjs.columns import in_columns  # noqa: PLC0415 - for large models

        return in_columns(document.manifest, self.shards)

    def _add(self, tensor: StoredTensor) -> None:
        before = self.store.tensors.get(tensor.name)
        if before is not None:  # the loader keeps the last one
            self.shadowed.append(before)
            note = Observation(Fact.DUPLICATE_NAME, "in the weights manifest", tensor=tensor.name)
            self.store.observations.append(note)
        self.store.tensors[tensor.name] = tensor
