"""Opens a model of TensorFlow.js, by its `model.json` or by the folder with it."""

from __future__ import annotations

from itertools import chain

from rnninspect.plugin import Fact, Observation
from rnninspect_keras.containers.store import Store
from rnninspect_keras.describing import describe_named, describe_native
from rnninspect_keras.layers.missing import notes_without_shard
from rnninspect_keras.matching.native import VARIABLES
from rnninspect_keras.recognition import MODEL_JSON
from rnninspect_keras.tfjs.document import read_document
from rnninspect_keras.tfjs.placing import place
from rnninspect_keras.tfjs.shards import measure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.plugin import SavedModel, Source, StoredTensor
    from rnninspect_keras.tfjs.document import Document


_MISSING, _OUTSIDE = Fact.EXTERNAL_MISSING, Fact.EXTERNAL_OUTSIDE


def read_tfjs(source: Source) -> SavedModel:
    """A layers model, a graph model, or weights without either; the shards are only measured."""
    if source.is_folder:
        with source.open_neighbour(MODEL_JSON) as beside:
            document = read_document(beside, MODEL_JSON)
    else:
        document = read_document(source, source.name)
    weights = _Weights(document, source)
    described = _described(document, weights.store, source)
    return described._replace(
        tensors=(*described.tensors, *weights.shadowed),
        observations=(
            *map(_registered, described.observations),
            *notes_without_shard(described.layers, weights.lost[_MISSING]),
            *notes_without_shard(described.layers, weights.lost[_OUTSIDE], _OUTSIDE),
        ),
    )


class _Weights:
    """All weights of a document, by name; `shadowed` are those whose name occurs again.

    `lost` leads, by what became of a shard, from the identities of its tensors to its name.
    """

    __slots__ = ("lost", "shadowed", "store")

    def __init__(self, document: Document, home: Source) -> None:
        self.store = Store()
        self.lost: dict[Fact, dict[str, str]] = {_MISSING: {}, _OUTSIDE: {}}
        self.shadowed: list[StoredTensor] = []
        shards = measure(document.manifest, home)
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


def _described(document: Document, store: Store, source: Source) -> SavedModel:
    how = (document.form, document.producer, store, document.topology)
    if _is_native(store.tensors):
        store.groups.update(dict.fromkeys(chain.from_iterable(map(_above, store.tensors))))
        return describe_native(*how, source.limits)
    return describe_named(*how, source)


def _is_native(names: Iterable[str]) -> bool:
    """Whether weights have the names of Keras' own format: `layers/lstm/cell/vars/0`."""
    return any(
        name[-1:].isdecimal() and name.rpartition("/")[0].endswith(f"/{VARIABLES}")
        for name in names
    )


def _above(name: str) -> Iterable[str]:
    """The groups that a weight is in, from the outermost to the innermost."""
    at = name.find("/")
    while at >= 0:
        yield name[:at]
        at = name.find("/", at + 1)


def _registered(observation: Observation) -> Observation:
    """What Keras would import is in TensorFlow.js a class that the page must register."""
    if observation.fact is not Fact.CODE:
        return observation
    clause = f"{observation.detail} is not a class of TensorFlow.js"
    return observation._replace(fact=Fact.UNUSUAL, detail=clause)
