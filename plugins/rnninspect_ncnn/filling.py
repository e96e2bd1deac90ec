"""Each layer with its arrays as stored tensors, as far as they can be located."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Purpose, Record, StoredTensor, plural
from rnninspect_ncnn.weights import Weight, cell_of, weights_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect_ncnn.network import Layer
    from rnninspect_ncnn.placing import Places

_SHOWN = 20  # arrays with a table
_UNKNOWN_TYPE = "unknown"  # of elements, which only the file of weights says
_TABLE = Weight("table", (256,), purpose=Purpose.QUANTISATION)


class Filled(Record):
    """A layer with its arrays."""

    layer: Layer
    arrays: tuple[tuple[Weight, StoredTensor], ...]


class Filling:
    """The arrays of all layers.

    Attributes:
        filled: the layers whose arrays are located.
        unlocated: from the first layer of an unknown type on, those that are not.
        observations: what is odd about the file of weights.
    """

    def __init__(self, layers: Sequence[Layer], file: str, places: Places | None) -> None:
        self._places = places
        self._states = frozenset(_states(layers))
        self._count = 0
        self.unlocated: Sequence[Layer] = ()
        self.observations: list[Observation] = []
        self.filled = [Filled(layer, tuple(self._arrays(layer))) for layer in layers]
        unknown = [at for at, layer in enumerate(layers) if weights_of(layer) is None]
        if unknown and not self._take_all():
            del self.filled[unknown[0] :]
            self.unlocated = layers[unknown[0] :]
            return
        if unknown:
            kinds = ", ".join(sorted({layers[at].kind for at in unknown})[:_SHOWN])
            detail = (
                f"layers of unknown type ({kinds}) store nothing: the others take all of {file}"
            )
            self.observations.append(Observation(Fact.UNUSUAL, detail))
        if places is not None and places.left > 0:
            detail = f"{plural(places.left, 'byte')} of {file} belong to no layer"
            self.observations.append(Observation(Fact.CONTRADICTION, detail))

    @property
    def tensors(self) -> tuple[StoredTensor, ...]:
        """All tensors that are located."""
        return tuple(tensor for one in self.filled for _, tensor in one.arrays)

    def _take_all(self) -> bool:
        """Whether the arrays of known layers are all of the file: what is unknown has then none."""
        return self._places is not None and not self._places.left and not self.observations

    def _arrays(self, layer: Layer) -> Iterator[tuple[Weight, StoredTensor]]:
        for weight in weights_of(layer) or ():
            yield from self._stored(layer, weight)

    def _stored(self, layer: Layer, weight: Weight) -> Iterator[tuple[Weight, StoredTensor]]:
        """An array, and the table of its numbers if it has one."""
        name = f"{layer.name}/{weight.label}"
        is_state = not self._states.isdisjoint(layer.outputs)
        purpose = Purpose.STATE if is_state else weight.purpose
        self._count += 1
        tensor = StoredTensor(
            name, weight.shape, _UNKNOWN_TYPE, 0, str(self._count), purpose, trained=weight.trained
        )
        if self._places is None:
            yield weight, tensor
            return
        place = self._places.next(weight)
        yield (
            weight,
            tensor._replace(
                dtype=place.dtype, bytes=place.held, needed_bytes=place.size, held_bytes=place.held
            ),
        )
        if place.table:
            kept, label = Purpose.QUANTISATION, f"{name}/table"
            identity = f"{self._count} table"
            yield _TABLE, StoredTensor(label, (256,), "float32", place.table, identity, kept)
            if len(self.observations) < _SHOWN:
                detail = f"its tag is {place.tag:#x}: indices of a table of 256 numbers follow"
                self.observations.append(Observation(Fact.UNUSUAL, detail, tensor=name))


def _states(layers: Sequence[Layer]) -> Iterator[str]:
    """The blobs that recurrent layers start from, also where a Split hands them on."""
    given = {blob: layer for layer in layers for blob in layer.outputs if layer.kind == "Split"}
    for layer in layers:
        if not cell_of(layer.kind):
            continue
        for blob in layer.inputs[1:]:
            yield blob
            if blob in given:
                yield from given[blob].inputs
