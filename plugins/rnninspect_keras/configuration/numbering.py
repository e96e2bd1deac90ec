"""The groups that Keras' own format keeps layers in: numbered by class, not by the layer's name."""

from __future__ import annotations

from rnninspect.lean import Counter, lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_keras.configuration.declared import Declared

CONTAINER = "layers"  # Keras 2.15 and 3
GAPPED_CONTAINER = "_layer_checkpoint_dependencies"  # Keras 2.12 to 2.14
# Layers without weights that come in numbers: Keras 2.12 to 2.14 visits only the others twice.
_WEIGHTLESS = {
    *("Activation", "Add", "Average", "Concatenate", "Dot", "Dropout", "Flatten", "GaussianNoise"),
    *("InputLayer", "Lambda", "LeakyReLU", "Masking", "Maximum", "Minimum", "Multiply", "Permute"),
    *("ReLU", "RepeatVector", "Reshape", "Softmax", "SpatialDropout1D", "SpatialDropout2D"),
    *("Subtract", "UpSampling1D", "UpSampling2D", "ZeroPadding1D", "ZeroPadding2D"),
}


_REMEMBERED = 1024  # class names


@lru_cache(_REMEMBERED)
def snake(class_name: str) -> str:
    """A class name in lower case with underscores, as Keras' `to_snake_case` makes it."""
    name = "".join(letter for letter in class_name if letter.isalnum() or letter == "_")
    parts: list[str] = []
    for before, letter, after in zip(f" {name}", name, f"{name[1:]} ", strict=False):
        if "A" <= letter <= "Z" and ("a" <= before <= "z" or (parts and "a" <= after <= "z")):
            parts.append("_")
        parts.append(letter)
    return "".join(parts).lower()


def numbered(class_names: Sequence[str]) -> tuple[str, ...]:
    """`lstm`, `lstm_1`, `gru`, … for classes in the order of the model."""
    seen: Counter[str] = Counter()
    return tuple(_next(snake(name), seen) for name in class_names)


def _next(base: str, seen: Counter[str]) -> str:
    number = seen[base]
    seen[base] += 1
    return f"{base}_{number}" if number else base


def layer_groups(
    place: str, layers: Sequence[Declared], exists: Callable[[str], bool]
) -> tuple[str, ...]:
    """The paths of the groups in which the layers of a model at `place` keep their variables."""
    start = f"{place}/" if place else ""
    if exists(start + GAPPED_CONTAINER):
        names, container = _gapped(layers), GAPPED_CONTAINER
    else:
        names, container = numbered([layer.class_name for layer in layers]), CONTAINER
    return tuple(f"{start}{container}/{name}" for name in names)


def _gapped(layers: Sequence[Declared]) -> tuple[str, ...]:
    """Layers with weights take two numbers each: they are reached by two attributes."""
    seen: Counter[str] = Counter()
    names = []
    for layer in layers:
        names.append(_next(snake(layer.class_name), seen))
        seen[snake(layer.class_name)] += _has_weights(layer)
    return tuple(names)


def _has_weights(layer: Declared) -> bool:
    inner = layer.child("layer")
    if inner is not None:
        return _has_weights(inner)
    members = layer.children("layers")
    if members:
        return any(_has_weights(member) for member in members)
    return layer.class_name not in _WEIGHTLESS
