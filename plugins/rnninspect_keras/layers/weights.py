"""A tensor of a cell, with what it is there."""

from __future__ import annotations

from rnninspect.lean import lru_cache
from rnninspect.plugin import Purpose, Record, StoredTensor

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect_keras.layout import WeightName


class CellWeight(Record):
    """A tensor and what it is in its cell; `name` None if that is unknown.

    Where TensorFlow 1 cut a weight by its rows, `tensor` is the whole and `shards` are stored.
    Of Keras 1's arrays, `gate` is the letter of the gate that the array is for.
    """

    name: WeightName | None
    tensor: StoredTensor
    shards: tuple[StoredTensor, ...] = ()
    gate: str = ""

    @property
    def tensors(self) -> tuple[StoredTensor, ...]:
        """What is stored for it."""
        return self.shards or (self.tensor,)


def alike(weights: Iterable[CellWeight]) -> tuple[CellWeight, ...]:
    """The weights without what only tells like layers apart: names, places and types of tensors."""
    return tuple(
        [_bare(each.name, each.tensor.shape, each.tensor.parameters, each.gate) for each in weights]
    )


@lru_cache(maxsize=256)
def _bare(
    name: WeightName | None, shape: tuple[int, ...], parameters: int, gate: str
) -> CellWeight:
    tensor = StoredTensor("", shape, "", 0, "", elements=parameters)
    return CellWeight(name, tensor, gate=gate)


def may_be_weight(tensor: StoredTensor) -> bool:
    """Whether it stores numbers of the model, or opaque bytes of an unknown type."""
    return tensor.purpose is Purpose.PARAMETER or tensor.dtype == "opaque"
