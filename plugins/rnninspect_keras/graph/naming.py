"""Names for people: the paths of nodes without what TensorFlow adds to those of layers."""

from __future__ import annotations

from rnninspect.lean import re

_CALL = (
    r"(Stateful)?PartitionedCall|(standard|cudnn|gpu)_(lstm|gru)|(batch_)?(lstm|gru)_with_fallback"
)
_END = re.compile(
    rf"(_?Fused)?(Batch)?Mat_?Mul\w*|Tensordot|einsum|Einsum|while|while_(context|frame|body)"
    rf"|{_CALL}|concat|body",
    re.IGNORECASE,
)
_START = re.compile(rf"{_CALL}|Func")
_NUMBERED = re.compile(r"_\d+$")


def plain_name(path: str) -> str:
    """The path of a loop or of a product without what says how the layer is executed."""
    parts = [part for part in path.split("/") if part]
    while len(parts) > 1 and _END.fullmatch(_NUMBERED.sub("", parts[-1])):
        parts.pop()
    while len(parts) > 1 and _START.fullmatch(_NUMBERED.sub("", parts[0])):
        parts.pop(0)
    return "/".join(parts) or path
