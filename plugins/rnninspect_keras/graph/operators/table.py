"""Every operator that is followed, and the names of those results that a function tells apart."""

from __future__ import annotations

from rnninspect_keras.graph.operators import (
    elementwise,
    fused,
    lists,
    parts,
    products,
    sources,
    views,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.graph.operators.parts import Operation

OPERATORS: dict[str, Operation] = {
    **elementwise.TABLE,
    **products.TABLE,
    **views.TABLE,
    **parts.TABLE,
    **sources.TABLE,
    **lists.TABLE,
    **fused.TABLE,
}

# Outputs of operators that have several, by the names that functions refer to them by.
_BLOCK = ("i", "cs", "f", "o", "ci", "co", "h")
OUTPUTS: dict[str, tuple[str, ...]] = {
    "Switch": ("output_false", "output_true"),
    "RefSwitch": ("output_false", "output_true"),
    "Merge": ("output", "value_index"),
    "RefMerge": ("output", "value_index"),
    "TensorArrayV3": ("handle", "flow"),
    "TensorListPopBack": ("output_handle", "tensor"),
    **dict.fromkeys(("LSTMBlockCell", "BlockLSTM", "BlockLSTMV2"), _BLOCK),
    "GRUBlockCell": ("r", "u", "c", "h"),
    "CudnnRNN": ("output", "output_h", "output_c", "reserve_space"),
    "CudnnRNNV2": ("output", "output_h", "output_c", "reserve_space", "host_reserved"),
    "CudnnRNNV3": ("output", "output_h", "output_c", "reserve_space", "host_reserved"),
    "TopKV2": ("values", "indices"),
    "Unique": ("y", "idx"),
    "FusedBatchNormV3": ("y", "batch_mean", "batch_variance"),
}
