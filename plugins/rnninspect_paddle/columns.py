"""The arrays of a large state dict in columns, and those among them that may be of a layer."""

from __future__ import annotations

from rnninspect.plugin import Purpose, StoredTensor
from rnninspect.signatures.nearby import near_cells
from rnninspect.signatures.odd import may_be_known
from rnninspect.stored.columns import TensorColumns
from rnninspect.stored.kinds import holding
from rnninspect.stored.tensor import impossible
from rnninspect_paddle.modules import ROLES
from rnninspect_paddle.purposes import is_trained

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_paddle.state import SavedArray

_OF_FLUID = ("lstm_", "lstmp_", "gru_")  # in the names of its operators' weights


def columns_of(arrays: Sequence[SavedArray], made: Callable[[int], StoredTensor]) -> TensorColumns:
    """Arrays in columns; those of two names, and those that the file has not in full, are made."""
    sizes, purposes, odd, first = [], {}, set[int](), dict[int, int]()
    for at, array in enumerate(arrays):
        tensor = made(at)
        sizes.append(tensor.bytes)
        if tensor.purpose is not Purpose.PARAMETER:
            purposes[at] = tensor.purpose
        before = first.setdefault(array.number, at)
        if before != at:
            odd.update((before, at))
        if array.held is None or array.held != array.needed or impossible(array.shape):
            odd.add(at)
    columns = TensorColumns(
        [array.name for array in arrays],
        [array.shape for array in arrays],
        [array.dtype for array in arrays],
        sizes,
        made,
        purposes=purposes,
        buffers={at for at, one in enumerate(arrays) if not is_trained(one.name, one.dtype)},
    )
    for at in odd:
        _ = columns[at]
    return columns


def near_layers(names: Sequence[str]) -> list[int]:
    """The indices of the names that may be of a layer of Paddle's or of another library."""
    near = set(near_cells(names)) if may_be_known(names) else set[int]()
    return sorted(near.union(holding(names, (*ROLES, *_OF_FLUID))))
