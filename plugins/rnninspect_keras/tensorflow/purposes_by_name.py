"""Purposes of the variables of a TensorFlow 1 checkpoint, which has no objects but names alone."""

from __future__ import annotations

from itertools import pairwise

from rnninspect.lean import re
from rnninspect.plugin import Purpose
from rnninspect_keras.tensorflow.checkpoints.records import OBJECT_PATH_END
from rnninspect_keras.tensorflow.purposes import ITERATIONS, MODEL_VARIABLES, NO_WEIGHTS, OPTIMIZER
from rnninspect_keras.variable_names.vocabulary import without_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint

_SLOT = ".OPTIMIZER_SLOT"
_AVERAGE = "/ExponentialMovingAverage"
# Slots whose names say what they are, also where their variable's shape is another or it is gone.
_SLOT_NAMES = frozenset(
    ["Nadam", "Momentum", "RMSProp", "Adagrad", "Adadelta", "AdaMax", "Ftrl", "adam_m", "adam_v"]
)
# Classes of Keras' optimizers; a Keras model's graph has their state under `training/CLASS`, and
# before Keras 2.3 their settings under `CLASS`. A number is TensorFlow's, for a second one.
_OPTIMIZERS = (
    r"(SGD|RMSprop|RMSProp|Adagrad|Adadelta|Adam|AdamW|Adamax|AdaMax|Nadam|Ftrl|Adafactor|Lion|Lamb"
    r"|LAMB|Yogi|NovoGrad|LazyAdam|RectifiedAdam|TFOptimizer|LossScaleOptimizer)(_\d+)?"
)
TRAINING, _NAMELESS = r"training(_\d+)?", r"Variable(_\d+)?"
_STEPS, _RATES = ("iter", "iterations"), ("learning_rate", "lr", "decay")
SETTINGS = {
    *(*_STEPS, *_RATES, "beta", "beta_1", "beta_2", "epsilon", "momentum", "momentum_cache", "rho"),
    *("m_schedule", "learning_rate_power", "l1_regularization_strength"),
    "l2_regularization_strength",
}
_COUNTS = ("int32", "int64")  # types of what counts steps beside the model
_COUNTERS = {
    *("global_step", "save_counter", "beta1_power", "beta2_power", "learning_rate", "iteration"),
    *("current_loss_scale", "good_steps", "num_good_steps"),
}


def assign_by_name(checkpoint: Checkpoint) -> None:
    """Tell optimizer slots, averages and counters from weights; name by its path what has one.

    A slot is named as its variable is, followed by the optimizer's name, and a scope before it if
    the optimizer was made in one: `OptimizeLoss/rnn/kernel/Adam`.
    """
    scopes = Scopes(checkpoint)
    averages = [key.removesuffix(_AVERAGE) for key in checkpoint.tensors if key.endswith(_AVERAGE)]
    lone = not any(key in checkpoint.tensors for key in averages)  # kept instead of the weights
    objects = _optimizer_objects(checkpoint)
    lasts = {key.rpartition("/")[2] for key in checkpoint.tensors}
    for key, tensor in checkpoint.tensors.items():
        path, mark, _ = key.removesuffix(_AVERAGE if lone else "").partition(OBJECT_PATH_END)
        if mark:
            purpose = _purpose_of_path(path, objects)
            if "/" not in path and not tensor.shape and tensor.dtype in _COUNTS:
                purpose = Purpose.STATE
        elif scopes.contains(path, tensor.shape):
            purpose = Purpose.OPTIMIZER
        else:
            purpose = _purpose(path, tensor.shape, checkpoint, lasts)
        if tensor.purpose is not Purpose.PARAMETER:
            purpose = tensor.purpose
        if path != tensor.name or purpose is not tensor.purpose:
            checkpoint.tensors[key] = tensor._replace(name=path, purpose=purpose)


def _optimizer_objects(checkpoint: Checkpoint) -> set[str]:
    """Names of the attributes of optimizers, in a checkpoint of objects without its graph.

    Slots name theirs; newer optimizers have a counter of steps and a list of variables.
    """
    found = set(OPTIMIZER)
    for key in checkpoint.tensors:
        if OBJECT_PATH_END not in key:
            continue
        parts = key.partition(OBJECT_PATH_END)[0].split("/")
        found.update(below for part, below in pairwise(parts) if part == _SLOT)
        if len(parts) > 1 and parts[-1] == ITERATIONS:
            found.add(parts[-2])
    return found


def _purpose_of_path(path: str, optimizers: set[str]) -> Purpose:
    """By the path of an object, where the graph of the objects is missing."""
    parts = path.split("/")
    if _SLOT in parts:
        return Purpose.OPTIMIZER
    for part, below in pairwise([*parts, ""]):
        if part in optimizers and below:
            return Purpose.PARAMETER if below == MODEL_VARIABLES else Purpose.OPTIMIZER
        if part in NO_WEIGHTS:
            return Purpose.STATE
    return Purpose.PARAMETER


class Scopes:
    """The scopes with an optimizer's step counter beside its rate, and their last parts."""

    __slots__ = ("names", "paths")

    def __init__(self, checkpoint: Checkpoint) -> None:
        self.paths: set[str] = set()
        for key, tensor in checkpoint.tensors.items():
            scope, mark, last = key.rpartition("/")
            if last in _STEPS and not tensor.shape:
                beside = (checkpoint.tensors.get(f"{scope}{mark}{name}") for name in _RATES)
                if any(other is not None and not other.shape for other in beside):
                    self.paths.add(scope)
        self.names = {path.rpartition("/")[2] for path in self.paths}

    def contains(self, key: str, shape: tuple[int, ...]) -> bool:
        """Whether a name is that of the state or of a setting of one of Keras' optimizers.

        Not all of a scope is an optimizer's: it may be a whole network's.
        """
        if not self.paths and "training" not in key and key[key.rfind("/") + 1 :] not in SETTINGS:
            return False  # nearly all names, at little cost
        *front, last = key.split("/")
        known = "/".join(front) in self.paths
        above = front[-1] if front else ""
        if last in SETTINGS and not shape:
            return known or not front or re.fullmatch(_OPTIMIZERS, above) is not None
        if last.startswith("Variable") and re.fullmatch(_NAMELESS, last):
            return known or re.fullmatch(TRAINING, above) is not None or self._trains(front)
        return self._trains(front)

    def _trains(self, front: list[str]) -> bool:
        """Whether a scope is `training/Adam`, or that of an optimizer of another name."""
        return any(
            outer.startswith("training")
            and re.fullmatch(TRAINING, outer)
            and (inner in self.names or re.fullmatch(_OPTIMIZERS, inner))
            for outer, inner in pairwise(front)
        )


def _is_slot(name: str) -> bool:
    """Whether it is the name of an optimizer's slot; those of Adam's kin end alike."""
    word = without_number(name)
    return word in _SLOT_NAMES or (word.endswith("Adam") and _is_word(word))


def _is_word(text: str) -> bool:
    return text.replace("_", "a").isalnum()


def _purpose(key: str, shape: tuple[int, ...], checkpoint: Checkpoint, lasts: set[str]) -> Purpose:
    """The purpose that a path shows; `lasts` are the last words of all paths."""
    *front, last = key.split("/")
    if last in _COUNTERS or (front and last.startswith(("beta1_power", "beta2_power"))):
        return Purpose.OPTIMIZER
    if key.endswith(_AVERAGE):
        return Purpose.COPY
    named = "adam_" in last or not last.islower()  # as nearly all are not
    if front and named and _is_slot(last):
        return Purpose.OPTIMIZER
    for start in range(len(front) if front and front[-1] in lasts else 0):
        owner = checkpoint.tensors.get("/".join(front[start:]))
        if owner is not None and owner.shape == shape:
            return Purpose.OPTIMIZER
    return Purpose.PARAMETER
