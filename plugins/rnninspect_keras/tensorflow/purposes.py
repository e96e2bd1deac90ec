"""What the variables of an object graph are kept for: weights, optimizer slots, states, copies."""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect.plugin import Purpose
from rnninspect_keras.tensorflow.objects.graph import GraphObject, reach

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.tensorflow.checkpoints.records import Checkpoint

OPTIMIZER = ("optimizer", "_optimizer")
MODEL_VARIABLES = "_trainable_variables"  # of an optimizer: those that it trains
ITERATIONS = "_iterations"  # of an optimizer since TensorFlow 2.11: its counter of steps
_COPIES = "_all_variables"  # Keras 3's `export` saves each variable a second time under it
# Edges to what is not a weight: metrics, random states, what Keras 2 keeps for itself.
NO_WEIGHTS = ("keras_api", "signatures", "save_counter", "states", "metrics", "_random_generator")
_SEED_WORDS = ("seed_generator", "random_seed")
_STATE_NAME = "rnn_state"  # last part of the name of a stateful layer's state, in Keras 3
_METRIC_WORDS = ("metric", "tracker")


def assign_purposes(items: list[GraphObject], checkpoint: Checkpoint) -> None:
    """Give each object's tensor its purpose and its variable's name.

    A Keras 3 checkpoint may keep a weight under its optimizer's path, so what counts is whether
    the model reaches it by other ways.
    """
    if not items:
        return
    optimizers = _optimizers(items)
    weights = set(reach(items, [0], _leads_to_weights, without=optimizers))
    kept = set(reach(items, optimizers, lambda edge: edge != MODEL_VARIABLES))
    trained = [items[number].children.get(MODEL_VARIABLES) for number in optimizers]
    lists = [found for found in trained if found is not None]  # some weights are reached only here
    weights.update(reach(items, lists, lambda _: True))
    copies = items[0].children.get(_COPIES)
    copied = set(reach(items, [] if copies is None else [copies], lambda _: True)) - weights
    slots = {slot for item in items for slot in item.slots}
    known = {item.name for number, item in enumerate(items) if number in weights}
    names = Counter(item.name for item in items if item.tensor is not None)
    for number, item in enumerate(items):
        if item.tensor is None or item.tensor.purpose is not Purpose.PARAMETER:
            continue
        purpose = Purpose.STATE
        if number in slots or (number in kept and number not in weights):
            purpose = Purpose.OPTIMIZER
        elif number in copied:
            purpose = Purpose.COPY if item.name in known else Purpose.PARAMETER
        elif number in weights:
            purpose = Purpose.PARAMETER
        if _is_state(item.name) or (purpose is Purpose.PARAMETER and _is_counter(number, items)):
            purpose = Purpose.STATE
        name = item.name if item.name and names[item.name] == 1 else item.tensor.name
        item.tensor = item.tensor._replace(name=name, purpose=purpose)
        checkpoint.tensors[item.key] = item.tensor


def _is_state(name: str) -> bool:
    return name.rpartition("/")[2] == _STATE_NAME or any(word in name for word in _SEED_WORDS)


def _leads_to_weights(edge: str) -> bool:
    if edge in OPTIMIZER or edge in NO_WEIGHTS or edge == _COPIES:
        return False
    return not any(word in edge for word in (*_SEED_WORDS, *_METRIC_WORDS))


def _optimizers(items: list[GraphObject]) -> list[int]:
    """The objects that are optimizers, whatever their attributes are called."""
    named = [child for item in items for name, child in item.children.items() if name in OPTIMIZER]
    own = [number for number, item in enumerate(items) if number and _is_optimizer(item)]
    return list(dict.fromkeys(named + own))


def _is_optimizer(item: GraphObject) -> bool:
    """Whether an object has slots, or counts steps beside a learning rate or its variables."""
    if item.identifier in OPTIMIZER or item.slots:
        return True
    steps = item.children.keys() & {ITERATIONS, "iter"}
    return bool(steps and item.children.keys() & {"learning_rate", "_learning_rate", "_variables"})


def _is_counter(number: int, items: list[GraphObject]) -> bool:
    """Whether a variable is a whole number beside the model: a step, an epoch."""
    tensor = items[number].tensor
    if tensor is None or tensor.shape or not tensor.dtype.startswith(("int", "uint")):
        return False
    return number in items[0].children.values()
