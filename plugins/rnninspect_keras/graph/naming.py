"""Names for people: the paths of nodes without what TensorFlow adds to those of layers."""

from __future__ import annotations

from rnninspect_keras.variable_names.vocabulary import without_number

_CELLS = ("lstm", "gru")
_CALLS = frozenset(
    (
        *("PartitionedCall", "StatefulPartitionedCall"),
        *(f"{device}_{cell}" for device in ("standard", "cudnn", "gpu") for cell in _CELLS),
        *(f"{batch}{cell}_with_fallback" for batch in ("", "batch_") for cell in _CELLS),
    )
)
_STARTS = _CALLS | {"Func"}
_ENDS = frozenset(  # in any case
    (
        *("tensordot", "einsum", "concat", "body"),
        *("while", "while_context", "while_frame", "while_body"),
        *map(str.lower, _CALLS),
    )
)
_PRODUCTS = ("matmul", "mat_mul")  # `MatMul`, `BatchMatMulV2`, `_FusedMatMul`


def plain_name(path: str) -> str:
    """The path of a loop or of a product without what says how the layer is executed."""
    parts = [part for part in path.split("/") if part]
    while len(parts) > 1 and _is_end(without_number(parts[-1]).lower()):
        parts.pop()
    while len(parts) > 1 and without_number(parts[0]) in _STARTS:
        parts.pop(0)
    return "/".join(parts) or path


def _is_end(part: str) -> bool:
    if part in _ENDS:
        return True
    fused = part[1:] if part.startswith("_fused") else part
    product = fused.removeprefix("fused").removeprefix("batch")
    return product.startswith(_PRODUCTS) and product.replace("_", "0").isalnum()
