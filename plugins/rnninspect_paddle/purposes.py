"""What a tensor is kept for, by its name: a parameter, or what an optimizer or a copy keeps."""

from __future__ import annotations

from rnninspect.lean import re
from rnninspect.plugin import Purpose

_OPTIMIZER = re.compile(
    r"(?i)(?:^|\.)(?:opt(?:im(?:izer)?)?(?:_state)?(?:_dict)?|master_weights|(?:grad_)?scaler)\."
    r"|\.[bw]_\d+_\w+_\d+$"  # of a parameter, as `linear_0.w_0_moment1_0`
    r"|_(?:moment[12]?|beta[12]_pow_acc|velocity|mean_square|mean_grad|inf_norm)_\d+$"
    r"|^learning_rate_\d+$"
)
_COPY = re.compile(r"(?i)(?:^|\.)(?:ema|swa|teacher_ema)(?:_\w+)?\.")
_STATISTICS = re.compile(r"(?:^|\.)_(?:mean|variance)$|num_batches_tracked$")
_COUNTING = frozenset({"int64", "int32", "bool"})


def purpose_of(name: str) -> Purpose:
    """The purpose of a tensor of this name."""
    if _OPTIMIZER.search(name):
        return Purpose.OPTIMIZER
    return Purpose.COPY if _COPY.search(name) else Purpose.PARAMETER


def is_trained(name: str, dtype: str) -> bool:
    """Whether training may change it: not the statistics of a normalisation, nor what counts."""
    return dtype not in _COUNTING and _STATISTICS.search(name) is None
