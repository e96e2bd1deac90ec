"""Classifies the keys of a checkpoint by the purpose of the tensors below them."""

from __future__ import annotations

from rnninspect.lean import lru_cache, re
from rnninspect.plugin import Purpose
from rnninspect_torch.tensors.packed import QUANTISERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container

# Compiled at first use: a plain state dict needs only one of them.
# Keys of training scripts, Lightning, fairseq, ESPnet, timm, mmcv, OpenNMT and others.
_OPTIMIZER = (
    r"optim(?!al|i[sz]ed)|exp_avg|scheduler|lr_sched|(grad|amp|loss)_?scaler|momentum_buffer"
    r"|^opt(_state)?$"
)
# The name of a class; and packages, whose classes may have any name.
_OPTIMIZER_CLASS = (
    r"[Oo]ptim(?!al|i[sz]ed|i[sz]ation|um|us)|Scheduler|GradScaler|LRScaler"
    r"|^(Adam|AdaGrad|SGD|RMSprop|LBFGS|NoamOpt)"
)
_OPTIMIZER_PACKAGES = {"optim", "optimizer", "optimizers", "lr_scheduler"}
_SCALER = r"(^|[_\W])scalers?([_\W]|$)"
_LOSSES = ("loss", "losses")
_STATE = (
    r"(^|_)rng(_|$)|random_state|^random$|^callbacks$|^loops$|^hyper_?param(eter)?s$|^hparams|^vocab(s|ulary)?$"
    r"|^(\w+_)?config(s|uration)?$|^args$|^opts$|^options$|^metrics?$|^history$"
    r"|^datamodule|dataset|_log$"
)
_COPY = r"(^|[_\W])(ema|swa|shadow|averaged|polyak)([_\W]|$)|shadow_params|^avg_model$|^model_avg$"
_COPY_HINTS = ("ema", "swa", "shadow", "averaged", "polyak", "avg")  # one is in each of these
# Names of copies that are also names of separate networks: here the shapes must agree.
_PERHAPS_COPY = r"(^|[_\W])(best|last|target|teacher|old|prev|init(ial)?|backup)([_\W]|$)"
# What torch.ao.quantization stores for a tensor: a name that ends in one of these …
_QUANTISERS = ("scale", "scales", "zero_point", "zero_points", "axis")
# … or, in a model that is not converted yet, is below one of these modules.
# Buffers that torch.nn and transformers register, by the last word of their names.
_BUFFERS = frozenset(
    {
        *("num_batches_tracked", "running_mean", "running_var"),
        *(
            "inv_freq",
            "original_inv_freq",
            "cos_cached",
            "sin_cached",
            "masked_bias",
            "e_score_correction_bias",
        ),
    }
)
_COUNTING = frozenset({"int64", "bool"})
_OBSERVERS = ("activation_post_process", "weight_fake_quant")
# Of names: where none contains one, no scale is that of a quantised tensor.
WITH_SCALES = ("zero_point", *_OBSERVERS, *QUANTISERS)


def purpose_of_key(key: str, around: Purpose) -> Purpose:
    """The purpose of a value under a key, given the purpose of the mapping around it."""
    if around in (Purpose.OPTIMIZER, Purpose.STATE) or key.isdigit():
        return around
    word = key.lower()
    if re.search(_OPTIMIZER, word):
        return Purpose.OPTIMIZER
    if re.search(_STATE, word):
        return Purpose.STATE
    return Purpose.COPY if is_copy(word) else around


def is_ambiguous(key: str) -> bool:
    """Whether only a module of that name is a network, not bare tensors: a loss, a scaler."""
    return key.lower() in _LOSSES or is_scaler(key)


def is_scaler(key: str) -> bool:
    """Whether a key names a scaler of data or of mixed-precision gradients."""
    return "scaler" in key.lower() and re.search(_SCALER, key.lower()) is not None


def purpose_of_object(path: str, attributes: Container[str], around: Purpose) -> Purpose:
    """The purpose of an object that is not a module, by its class and attributes."""
    is_optimizer = _is_optimizer(path) or ("param_groups" in attributes and "state" in attributes)
    return Purpose.OPTIMIZER if is_optimizer else around


@lru_cache(maxsize=64)
def _is_optimizer(path: str) -> bool:
    *packages, name = path.split(".")
    if not _OPTIMIZER_PACKAGES.isdisjoint(packages):
        return True
    return re.search(_OPTIMIZER_CLASS, name) is not None


def is_copy(key: str) -> bool:
    """Whether a key names a moving average of a network."""
    word = key.lower()
    return any(hint in word for hint in _COPY_HINTS) and re.search(_COPY, word) is not None


def may_be_copy(path: str) -> bool:
    """Whether the last key of a path may name a copy of another network."""
    last = path.rpartition(".")[2].lower()
    return bool(last) and re.search(_PERHAPS_COPY, last) is not None


def may_quantise(name: str) -> bool:
    """Whether a name may be that of a scale, a zero point or an observer's state."""
    stem = name.rstrip("0123456789").removesuffix("_")  # FX numbers those of activations
    return stem.endswith(_QUANTISERS) or any(word in name for word in _OBSERVERS)


def is_quantisation(name: str, shape: tuple[int, ...], names: Container[str]) -> bool:
    """Whether such a tensor is one, given its shape and the names of all tensors of the network."""
    if any(word in name for word in _OBSERVERS) or name.endswith(QUANTISERS):
        return True
    number = name[len(name.rstrip("0123456789")) :]
    ending = f"_{number}" if number else ""
    stem = name.removesuffix(ending)
    word = next((word for word in _QUANTISERS if stem.endswith(word)), None)
    if word is None or len(shape) > 1:
        return False
    stem = stem.removesuffix(word)
    return f"{stem}scale{ending}" in names and f"{stem}zero_point{ending}" in names


def is_trained(name: str, dtype: str) -> bool:
    """Whether training may change a tensor; buffers are statistics, caches and what counts.

    torch trains no integers; those of 64 bits are counters and positions, not packed weights.
    """
    return dtype not in _COUNTING and name[name.rfind(".") + 1 :] not in _BUFFERS


def may_mask(name: str) -> bool:
    """Whether a tensor may be the mask of a pruned weight, by its name."""
    return name.endswith("mask")


def is_mask(name: str, names: Container[str]) -> bool:
    """Whether such a tensor is one, as torch.nn.utils.prune or torch.ao.pruning names it."""
    weight = name.removesuffix("_mask")
    if weight != name:
        return f"{weight}_orig" in names
    weight, _, leaf = name.rpartition(".")
    weight, _, number = weight.rpartition(".")
    parametrised = weight.rpartition(".")[0].endswith("parametrizations")
    return parametrised and leaf == "mask" and number.isdecimal() and f"{weight}.original" in names
