"""What the keys of a checkpoint say about the tensors behind them."""

from __future__ import annotations

import re
from functools import lru_cache

from rnninspect.plugin import Purpose
from rnninspect_torch.packed import QUANTISERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

# Each is compiled when it is first used, which a plain state dict asks for only one of.
# Keys of training scripts, of Lightning, fairseq, ESPnet, timm, mmcv and OpenNMT among others.
_OPTIMIZER = r"optim|exp_avg|scheduler|lr_sched|scaler|momentum_buffer|^opt(_state)?$"
_OPTIMIZER_CLASS = r"optim(?!i[sz]e(d|context))"  # those are what torch.compile makes
_STATE = (
    r"(^|_)rng(_|$)|random_state|^random$|^callbacks$|^loops$|^hyper_?param(eter)?s$|^hparams|^vocab(s|ulary)?$"
    r"|^(\w+_)?config(s|uration)?$|^args$|^opts$|^options$|^metrics?$|^history$|^loss(es)?$"
    r"|^datamodule|dataset|_log$"
)
_COPY = r"(^|[_\W])(ema|swa|shadow|averaged|polyak)([_\W]|$)|shadow_params|^avg_model$|^model_avg$"
_COPY_HINTS = ("ema", "swa", "shadow", "averaged", "polyak", "avg")  # one is in each of these
# Other names of copies; they also name networks of their own, so the tensors must agree.
_PERHAPS_COPY = r"(^|[_\W])(best|last|target|teacher|old|prev|init(ial)?|backup)([_\W]|$)"


def purpose_of_key(key: str, around: Purpose) -> Purpose:
    """What lies under a key of a checkpoint, given what the checkpoint itself lies under."""
    if around in (Purpose.OPTIMIZER, Purpose.STATE) or key.isdigit():
        return around
    word = key.lower()
    if re.search(_OPTIMIZER, word):
        return Purpose.OPTIMIZER
    if re.search(_STATE, word):
        return Purpose.STATE
    return Purpose.COPY if is_copy(word) else around


@lru_cache(maxsize=64)
def purpose_of_class(path: str, around: Purpose) -> Purpose:
    """What an object that is no module holds tensors for: an optimizer, or its own affairs."""
    if around is Purpose.OPTIMIZER or re.search(_OPTIMIZER_CLASS, path.lower()):
        return Purpose.OPTIMIZER
    return Purpose.STATE


def is_copy(key: str) -> bool:
    """Whether a key names a moving average of a network."""
    word = key.lower()
    return any(hint in word for hint in _COPY_HINTS) and re.search(_COPY, word) is not None


def may_be_copy(path: str) -> bool:
    """Whether the last key of a path could name a copy of a network beside it."""
    last = path.rpartition(".")[2].lower()
    return bool(last) and re.search(_PERHAPS_COPY, last) is not None


def is_quantisation(name: str, shape: tuple[int, ...], names: Container[str]) -> bool:
    """Whether a tensor is a scale or a zero point of a quantised module; `names` are all others."""
    stem, _, leaf = name.rpartition("scale" if name.endswith("scale") else "zero_point")
    if leaf or shape not in ((), (1,)):
        return name.endswith(QUANTISERS)
    return f"{stem}scale" in names and f"{stem}zero_point" in names
