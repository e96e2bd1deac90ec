"""Purposes of the variables of a TensorFlow 1 checkpoint, which has no objects but names alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rnninspect.plugin import Purpose

if TYPE_CHECKING:
    from rnninspect_keras.bundle import Bundle

AVERAGE = "ExponentialMovingAverage"
COUNTERS = {
    *("global_step", "save_counter", "beta1_power", "beta2_power", "learning_rate", "iteration"),
    *("current_loss_scale", "good_steps"),
}


def assign_by_name(bundle: Bundle) -> None:
    """Tell optimizer slots, averages and counters from weights.

    A slot is named as its variable is, with the optimizer's name behind, and a scope before it if
    the optimizer was made in one: `OptimizeLoss/rnn/kernel/Adam`.
    """
    for key, tensor in bundle.tensors.items():
        purpose = _purpose(key, bundle)
        if purpose is not None and tensor.purpose is Purpose.PARAMETER:
            bundle.tensors[key] = tensor._replace(purpose=purpose)


def _purpose(key: str, bundle: Bundle) -> Purpose | None:
    *front, last = key.split("/")
    if last in COUNTERS or (front and last.startswith(("beta1_power", "beta2_power"))):
        return Purpose.OPTIMIZER
    for start in range(len(front)):
        owner = bundle.tensors.get("/".join(front[start:]))
        if owner is not None and owner.shape == bundle.tensors[key].shape:
            return Purpose.COPY if last == AVERAGE else Purpose.OPTIMIZER
    return None
