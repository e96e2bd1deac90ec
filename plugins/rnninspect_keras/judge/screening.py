"""Looks through a configuration of Keras for what is not on the closed list; runs nothing of it.

Keras 2 and 3 look up classes and functions of a configuration by name, in any module that it gives,
build and call them, at any depth: layers, cells, activations, losses, the arguments of a call. So
each object is compared with the list, wherever it is, and whether Keras would reach it or not.
"""

from __future__ import annotations

from itertools import chain

from rnninspect_keras.judge.allowed import (
    ALIASES,
    FUNCTIONS,
    LAYERS,
    MODELS,
    OPERATIONS,
    OPTIMIZERS,
    SETTINGS,
    TRAINING,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

Json = object  # what json.loads gives: dicts, lists, strings, numbers, None

PACKAGES = ("keras", "tf_keras", "tensorflow.keras", "keras.api")
# The public modules, and those where classes without a public name are defined.
PUBLIC = (
    *("activations", "constraints", "dtype_policies", "experimental", "initializers", "layers"),
    *("layers.experimental", "layers.experimental.preprocessing", "losses", "metrics"),
    *("mixed_precision", "models", "optimizers", "optimizers.legacy", "optimizers.schedules"),
    *("quantizers", "random", "regularizers"),
)
DEFINING = tuple(
    f"{package}.{module}"
    for package in ("keras.src", "tf_keras.src", "keras", "tensorflow.python.keras")
    for module in (
        *("models.functional", "models.model", "models.sequential"),
        *("engine.functional", "engine.sequential", "engine.training"),
    )
)
OPERATING = frozenset(
    f"keras.src.ops.{module}" for module in ("core", "linalg", "math", "nn", "numpy")
)
MODULES = frozenset(
    chain(
        ("", "builtins", *PACKAGES, *DEFINING),
        (f"{package}.{module}" for package in PACKAGES for module in PUBLIC),
    )
)
CLASSES = LAYERS | MODELS | SETTINGS | TRAINING | OPTIMIZERS
FUNCTION = "function"
CUSTOM = "Custom>"  # the package in which Keras 2 registers its own optimizers
# Values that Keras wraps into objects; arrays have one of these types.
PLAIN = frozenset(
    {"TensorShape", "__bytes__", "__ellipsis__", "__keras_tensor__", "__slice__", "__tuple__"}
)
ARRAYS = ("__numpy__", "__tensor__")
TYPES = frozenset(
    {"bool", "float16", "bfloat16", "float32", "float64", "int8", "int16", "int32", "int64"}
    | {"uint8", "uint16", "uint32", "uint64"}
)
NAMED = ("activation", "initializer", "regularizer", "constraint")  # keys that end so name one
NAMES = CLASSES | FUNCTIONS | ALIASES
VOCABULARY, CONSTANT = "vocabulary", "_CONSTANT_VALUE"
LONGEST_NAME = 60


def first_foreign(config: Json) -> str | None:
    """What of a configuration is not on the closed list, as words for people; None if all is."""
    pending: list[Json] = [config]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            foreign = next(_foreign_in(value), None)
            pending.extend(value.values())
        elif isinstance(value, list):
            foreign = _constant(value)
            pending.extend(value)
        else:
            continue
        if foreign:
            return foreign
    return None


def _foreign_in(value: Mapping[str, Json]) -> Iterator[str]:
    if "class_name" in value:
        yield from _foreign_object(value)
    for key, item in value.items():
        if key == VOCABULARY and not _is_list_of_words(item):
            yield f"a vocabulary in a file, {_quoted(item)}"
        if key.endswith(NAMED) and isinstance(item, str) and item not in NAMES:
            yield f"the {key} {_quoted(item)}"


def _foreign_object(value: Mapping[str, Json]) -> Iterator[str]:
    """What is foreign of an object that Keras would build: its name, module or registration."""
    name, config = value["class_name"], value.get("config")
    module, registered = value.get("module") or "", value.get("registered_name")
    if name in ARRAYS:
        if not (isinstance(config, dict) and config.get("dtype") in TYPES):
            yield f"an array of {_quoted(config)}"
    elif name == FUNCTION:
        if not (isinstance(config, str) and config in FUNCTIONS and _is_known(module)):
            yield f"the function {_quoted(config)}{_of(module)}"
        elif registered not in (None, "", FUNCTION, config):
            yield f"a function registered as {_quoted(registered)}"
    elif not (isinstance(name, str) and _is_own_class(name, module)):
        yield f"the class {_quoted(name)}{_of(module)}"
    elif registered not in (None, "", name):
        yield f"a class registered as {_quoted(registered)}"


def _is_own_class(name: str, module: Json) -> bool:
    if not isinstance(module, str):
        return False
    if module in OPERATING or (not module and name in OPERATIONS):  # HDF5 gives no modules
        return name in OPERATIONS
    if name in PLAIN:
        return not module
    return module in MODULES and (name in CLASSES or name.removeprefix(CUSTOM) in OPTIMIZERS)


def _is_known(module: Json) -> bool:
    return isinstance(module, str) and module in MODULES


def _constant(items: list[Json]) -> str | None:
    """A constant that a call takes in place of a tensor, unless it is made of numbers."""
    if CONSTANT in items[:1] and not all(map(_is_number, _flat(items[1:3]))):
        return f"a call with the constant {_quoted(items[2:3])}"
    return None


def _flat(values: Iterable[Json]) -> Iterator[Json]:
    pending = list(values)
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending.extend(value)
        else:
            yield value


def _is_number(value: Json) -> bool:
    return value is None or isinstance(value, int | float)


def _is_list_of_words(value: Json) -> bool:
    if value is None:
        return True
    return isinstance(value, list) and all(isinstance(word, str | int | float) for word in value)


def _of(module: Json) -> str:
    return f" of the module {_quoted(module)}" if module else ""


def _quoted(value: Json) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_NAME else f"{text[: LONGEST_NAME - 1]}…"
