"""A stored tensor: its shape, its element type, its bytes and its purpose."""

from __future__ import annotations

import math

from rnninspect.lean import StrEnum, lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Protocol

    class InColumns(Protocol):
        """Tensors that `stored.columns.TensorColumns` has, of which few exist as values."""

        def __len__(self) -> int:
            """How many there are."""

        def single(self) -> Iterable[StoredTensor]:
            """Those that do."""

        def sums(self, purpose: Purpose) -> Sums:
            """Sums over the others of a purpose."""


MOST_ELEMENTS = 2**63 - 1  # that an address can count
IN_COLUMNS = 5  # tensors in columns, or parts that stay encoded, that count as one


class Purpose(StrEnum):
    """What a stored array is kept for; only the first counts as parameters of the model."""

    PARAMETER = "parameter"
    OPTIMIZER = "optimizer"  # moments, step counters
    STATE = "state"  # RNN states, dropout seeds, masks of pruning
    CONSTANT = "constants"  # shapes, axes, scalars of a graph
    QUANTISATION = "quantisation"  # scales and zero points, centroids and indices
    COPY = "copies"  # a second copy of the network: EMA, SWA


def impossible(shape: tuple[int, ...]) -> bool:
    """Whether no array can have this shape: an axis below zero, or 2^63 elements and more."""
    return min(shape, default=0) < 0 or math.prod(shape) > MOST_ELEMENTS


class StoredTensor(Record):
    """A tensor that the file stores.

    Attributes:
        name: as the file gives it.
        shape: as the file gives it; dims may be impossible, which a rule reports.
        dtype: the element type, a name in `rnninspect.dtypes.DTYPES` where it has one (`float32`).
        bytes: bytes that the tensor takes in the file.
        identity: equal for two names of one stored thing, and only then.
        purpose: what it is kept for.
        elements: parameters where they are not the product of the shape (packed int4).
        needed_bytes: bytes that shape and dtype, or its storage's header, require.
        held_bytes: bytes that the file actually stores for it; None if unknown.
        trained: whether training may change it; not so of a buffer, such as a rotary cache.
        loaded_as: the element type that every loader of the format converts it to; empty if none.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    bytes: int
    identity: str
    purpose: Purpose = Purpose.PARAMETER
    elements: int | None = None
    needed_bytes: int | None = None
    held_bytes: int | None = None
    loaded_as: str = ""
    trained: bool = True

    @property
    def parameters(self) -> int:
        """Parameters in it; 0 if its shape is impossible."""
        return _elements_of(self.shape) if self.elements is None else self.elements


@lru_cache(maxsize=1024)
def _elements_of(shape: tuple[int, ...]) -> int:
    """Elements of a shape, 0 of an impossible one; most tensors have the shape of others."""
    return 0 if impossible(shape) else math.prod(shape)


class Sums(Record):
    """Sums over plain tensors, buffers included; `dtypes` are those of the trained ones."""

    tensors: int = 0
    elements: int = 0
    bytes: int = 0
    buffer_elements: int = 0
    buffer_bytes: int = 0
    dtypes: frozenset[str] = frozenset()


def single(tensors: tuple[StoredTensor, ...] | InColumns) -> Iterable[StoredTensor]:
    """The tensors to look at one by one: all of a tuple; of columns those that are not plain."""
    return tensors if isinstance(tensors, tuple) else tensors.single()


def weight(tensors: tuple[StoredTensor, ...] | InColumns) -> int:
    """How many tensors count towards the limit `tensors`; those in columns take less memory."""
    return len(tensors) if isinstance(tensors, tuple) else -(-len(tensors) // IN_COLUMNS)


def plain_sums(tensors: tuple[StoredTensor, ...] | InColumns, purpose: Purpose) -> Sums:
    """Sums over the tensors of a purpose that `single` leaves out."""
    return Sums() if isinstance(tensors, tuple) else tensors.sums(purpose)


# The cache is small: a file can contain shapes with equal hashes, each compared with all others.
@lru_cache(maxsize=128)
def contiguous_strides(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The strides of contiguous elements in C order."""
    steps = [1]
    for size in reversed(shape[1:]):
        steps.append(steps[-1] * size)
    return tuple(reversed(steps))[: len(shape)]
