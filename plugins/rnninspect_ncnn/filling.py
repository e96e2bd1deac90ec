"""Each layer with its arrays as stored tensors, as far as they can be located."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, Purpose, Record, StoredTensor, plural
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.tensor import impossible
from rnninspect_ncnn.weights import KnownWeights, Weight, cell_of

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
        tensors: those that are located.
        filled: the recurrent layers whose arrays are located.
        unlocated: from the first layer of an unknown type on, those that are not.
        observations: what is odd about the file of weights.
    """

    def __init__(self, layers: Sequence[Layer], file: str, places: Places | None) -> None:
        self._places = places
        self._states = frozenset(_states(layers))
        self._columns = _Columns()
        self.unlocated: Sequence[Layer] = ()
        self.observations: list[Observation] = []
        known = KnownWeights()
        starts: dict[int, range] = {}  # of recurrent layers, the indices of their arrays
        unknown: dict[int, int] = {}  # layers of unknown type, and the arrays before each
        for at, layer in enumerate(layers):
            weights, first = known.of(layer), len(self._columns.names)
            for weight in weights or ():
                self._add(layer, weight)
            if weights is None:
                unknown[at] = first
            elif cell_of(layer.kind):
                starts[at] = range(first, len(self._columns.names))
        end = self._end(layers, unknown, file)
        self.tensors = self._columns.stored(end)
        self.filled = [
            Filled(layers[at], tuple(self._columns.array(self.tensors, row) for row in rows))
            for at, rows in starts.items()
            if rows.stop <= end
        ]

    def _end(self, layers: Sequence[Layer], unknown: dict[int, int], file: str) -> int:
        """How many arrays are located, given layers of unknown type; notes on the others."""
        if unknown and not self._take_all():
            at, end = next(iter(unknown.items()))
            self.unlocated = layers[at:]
            return end
        if unknown:
            kinds = ", ".join(sorted({layers[at].kind for at in unknown})[:_SHOWN])
            detail = (
                f"layers of unknown type ({kinds}) store nothing: the others take all of {file}"
            )
            self.observations.append(Observation(Fact.UNUSUAL, detail))
        if self._places is not None and self._places.left > 0:
            detail = f"{plural(self._places.left, 'byte')} of {file} belong to no layer"
            self.observations.append(Observation(Fact.CONTRADICTION, detail))
        return len(self._columns.names)

    def _take_all(self) -> bool:
        """Whether the arrays of known layers are all of the file: what is unknown has then none."""
        return self._places is not None and not self._places.left and not self.observations

    def _add(self, layer: Layer, weight: Weight) -> None:
        """Add an array, and the table of its numbers if it has one."""
        name = f"{layer.name}/{weight.label}"
        is_state = not self._states.isdisjoint(layer.outputs)
        purpose = Purpose.STATE if is_state else weight.purpose
        if self._places is None:
            self._columns.add(name, weight, purpose, _UNKNOWN_TYPE, 0, None)
            return
        place = self._places.next(weight)
        self._columns.add(name, weight, purpose, place.dtype, place.held, place.size)
        if place.table:
            label = f"{name}/table"
            self._columns.add(label, _TABLE, _TABLE.purpose, "float32", place.table, None)
            if len(self.observations) < _SHOWN:
                detail = f"its tag is {place.tag:#x}: indices of a table of 256 numbers follow"
                self.observations.append(Observation(Fact.UNUSUAL, detail, tensor=name))


class _Columns:
    """Arrays in the order of the file."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._weights: list[Weight] = []
        self._dtypes: list[str] = []
        self._held: list[int] = []
        self._needed: list[int | None] = []
        self._purposes: dict[int, Purpose] = {}

    def add(
        self,
        name: str,
        weight: Weight,
        purpose: Purpose,
        dtype: str,
        held: int,
        needed: int | None,
    ) -> None:
        """Add an array; None is needed where that is unknown."""
        if purpose is not Purpose.PARAMETER:
            self._purposes[len(self.names)] = purpose
        self.names.append(name)
        self._weights.append(weight)
        self._dtypes.append(dtype)
        self._held.append(held)
        self._needed.append(needed)

    def array(self, tensors: TensorColumns, row: int) -> tuple[Weight, StoredTensor]:
        """What an array is for, and its tensor."""
        return self._weights[row], tensors[row]

    def stored(self, end: int) -> TensorColumns:
        """The first arrays; those that the file has not in full are asked for."""
        weights, held, needed = self._weights, self._held, self._needed
        for column in (self.names, weights, self._dtypes, held, needed):
            del column[end:]
        columns = TensorColumns(
            self.names,
            [weight.shape for weight in weights],
            self._dtypes,
            held,
            self._tensor,
            purposes={row: kept for row, kept in self._purposes.items() if row < end},
            buffers={row for row in range(end) if not weights[row].trained},
        )
        for row in range(end):
            if needed[row] not in (None, held[row]) or impossible(weights[row].shape):
                _ = columns[row]
        return columns

    def _tensor(self, row: int) -> StoredTensor:
        weight, needed = self._weights[row], self._needed[row]
        return StoredTensor(
            self.names[row],
            weight.shape,
            self._dtypes[row],
            self._held[row],
            str(row),
            self._purposes.get(row, Purpose.PARAMETER),
            needed_bytes=needed,
            held_bytes=None if needed is None else self._held[row],
            trained=weight.trained,
        )


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
