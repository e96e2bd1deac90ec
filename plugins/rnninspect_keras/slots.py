"""Purposes of the variables of a TensorFlow 1 checkpoint, which has no objects but names alone."""

from __future__ import annotations

import re
from itertools import pairwise

from rnninspect.plugin import Purpose
from rnninspect_keras.purposes import MODEL_VARIABLES, NO_WEIGHTS, OPTIMIZER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.bundle import Bundle

ATTRIBUTES = "/.ATTRIBUTES/"  # behind the path of an object, in a checkpoint of objects
SLOT = ".OPTIMIZER_SLOT"
AVERAGE = "/ExponentialMovingAverage"
# Slots whose names tell what they are, also where their variable's shape is another or it is gone.
SLOT_NAME = r"(\w*Adam|Nadam|Momentum|RMSProp|Adagrad|Adadelta|AdaMax|Ftrl|adam_[mv])(_\d+)?"
COUNTERS = {
    *("global_step", "save_counter", "beta1_power", "beta2_power", "learning_rate", "iteration"),
    *("current_loss_scale", "good_steps"),
}


def assign_by_name(bundle: Bundle) -> None:
    """Tell optimizer slots, averages and counters from weights; name by its path what has one.

    A slot is named as its variable is, with the optimizer's name behind, and a scope before it if
    the optimizer was made in one: `OptimizeLoss/rnn/kernel/Adam`.
    """
    averages = [key.removesuffix(AVERAGE) for key in bundle.tensors if key.endswith(AVERAGE)]
    lone = not any(key in bundle.tensors for key in averages)  # kept instead of the weights
    for key, tensor in bundle.tensors.items():
        path, mark, _ = key.removesuffix(AVERAGE if lone else "").partition(ATTRIBUTES)
        purpose = _purpose_of_path(path) if mark else _purpose(path, tensor.shape, bundle)
        if tensor.purpose is not Purpose.PARAMETER:
            purpose = tensor.purpose
        if path != tensor.name or purpose is not tensor.purpose:
            bundle.tensors[key] = tensor._replace(name=path, purpose=purpose)


def _purpose_of_path(path: str) -> Purpose:
    """By the path of an object, where the graph of the objects is not to be had."""
    parts = path.split("/")
    if SLOT in parts:
        return Purpose.OPTIMIZER
    for part, below in pairwise([*parts, ""]):
        if part in OPTIMIZER:
            return Purpose.PARAMETER if below == MODEL_VARIABLES else Purpose.OPTIMIZER
        if part in NO_WEIGHTS:
            return Purpose.STATE
    return Purpose.PARAMETER


def _purpose(key: str, shape: tuple[int, ...], bundle: Bundle) -> Purpose:
    *front, last = key.split("/")
    if last in COUNTERS or (front and last.startswith(("beta1_power", "beta2_power"))):
        return Purpose.OPTIMIZER
    if key.endswith(AVERAGE):
        return Purpose.COPY
    if front and re.fullmatch(SLOT_NAME, last):
        return Purpose.OPTIMIZER
    for start in range(len(front)):
        owner = bundle.tensors.get("/".join(front[start:]))
        if owner is not None and owner.shape == shape:
            return Purpose.OPTIMIZER
    return Purpose.PARAMETER
