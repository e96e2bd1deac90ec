"""The stored tensors of ExecuTorch's files, as entries of a network."""

from __future__ import annotations

import math

from rnninspect.plugin import DTYPES, MOST_ELEMENTS, Purpose
from rnninspect.stored.tensor import contiguous_strides
from rnninspect_torch.networks.named_tensors import NamedTensor
from rnninspect_torch.tensors.dtypes import ELEMENT_BYTES
from rnninspect_torch.tensors.views import Storage, TensorView

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_BYTES = ("int8", "uint8")  # of quantised weights, which have two axes at least
_MATRIX = 2


class Constants:
    """Stored tensors by name, in the order in which they are found.

    Attributes:
        entries: those of the network.
    """

    __slots__ = ("_held", "entries")

    def __init__(self) -> None:
        self.entries: dict[str, NamedTensor] = {}
        self._held: dict[str, int | None] = {}

    def add(
        self,
        name: str,
        key: str,
        shape: tuple[int, ...],
        dtype: str,
        held: Callable[[int], int | None],
    ) -> NamedTensor:
        """Add a tensor; `held` says how many of its bytes the file stores at the place `key`."""
        width, elements = ELEMENT_BYTES.get(dtype, 1), math.prod(shape)
        count = elements if 0 <= elements <= MOST_ELEMENTS and min(shape, default=0) >= 0 else 0
        storage = Storage("segments", key, dtype, width, count)
        view = TensorView(storage, 0, shape, contiguous_strides(shape), dtype)
        self._held[key] = held(storage.bytes)
        made = self.entries[name] = NamedTensor(name, view, purpose_of(dtype, shape))
        return made

    def add_elsewhere(self, name: str, shape: tuple[int, ...], dtype: str) -> NamedTensor:
        """Add a tensor whose data are in another file."""
        view = TensorView(None, 0, shape, contiguous_strides(shape), dtype, note="elsewhere")
        made = self.entries[name] = NamedTensor(name, view, purpose_of(dtype, shape))
        return made

    def stored_bytes(self, storage: Storage) -> int | None:
        """Bytes that the file stores for a storage; None if that is unknown."""
        return self._held.get(storage.key)


def purpose_of(dtype: str, shape: tuple[int, ...]) -> Purpose:
    """Weights are floating-point or quantised; the rest are numbers that the graph needs."""
    element = DTYPES.get(dtype)
    quantised = dtype in _BYTES and len(shape) >= _MATRIX
    weight = shape != () and (quantised or (element is not None and element.is_real))
    return Purpose.PARAMETER if weight else Purpose.CONSTANT
