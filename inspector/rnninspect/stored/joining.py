"""Stored tensors of several networks as one sequence."""

from __future__ import annotations

from _bisect import bisect_right  # without the module `bisect` around it
from array import array
from itertools import accumulate

from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.tensor import MOST_ELEMENTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect.stored.tensor import StoredTensor


def joined(parts: Sequence[tuple[StoredTensor, ...] | TensorColumns]) -> TensorColumns:
    """The tensors of several sequences, one after the other.

    Those of a tuple are asked for, and so are those that were asked for in columns.
    """
    if len(parts) == 1 and isinstance(parts[0], TensorColumns):
        return parts[0]
    columns = [part if isinstance(part, TensorColumns) else _all_of(part) for part in parts]
    starts = list(accumulate(map(len, columns), initial=0))

    def make(index: int) -> StoredTensor:
        at = bisect_right(starts, index) - 1
        return columns[at][index - starts[at]]

    sizes: Sequence[int] = [size for each in columns for size in each.sizes]
    if max(sizes, default=0) <= MOST_ELEMENTS:
        sizes = array("q", sizes)
    of_each = list(zip(starts, columns, strict=False))
    whole = TensorColumns(
        [name for each in columns for name in each.names],
        [shape for each in columns for shape in each.shapes],
        [dtype for each in columns for dtype in each.dtypes],
        sizes,
        make,
        purposes={at + i: kept for at, each in of_each for i, kept in each.purposes.items()},
        buffers={at + i for at, each in of_each for i in each.buffers},
    )
    for start, each in of_each:
        for place in each.looked_at():
            _ = whole[start + place]
    return whole


def _all_of(tensors: tuple[StoredTensor, ...]) -> TensorColumns:
    """Tensors in columns, all of them asked for."""
    columns = TensorColumns.of(tensors)
    for place in range(len(tensors)):
        _ = columns[place]
    return columns
