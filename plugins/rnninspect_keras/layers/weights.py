"""A tensor of a cell, with what it is there."""

from __future__ import annotations

from rnninspect.plugin import Purpose, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import StoredTensor
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


def may_be_weight(tensor: StoredTensor) -> bool:
    """Whether it stores numbers of the model, or opaque bytes of an unknown type."""
    return tensor.purpose is Purpose.PARAMETER or tensor.dtype == "opaque"
