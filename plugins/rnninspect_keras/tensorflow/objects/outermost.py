"""The models around the layers of an object graph, all but the outermost of which names show.

Other containers name a layer without it. Keras 3 writes the name of the innermost model around a
layer, Keras 2 that of a subclassed model alone.
"""

from __future__ import annotations

from rnninspect.plugin import Purpose

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_keras.tensorflow.objects.graph import GraphObject

OPERATIONS = "_operations"  # the layers of a model of Keras 3, by an attribute
_NO_LAYERS = ("forward_", "backward_", "stacked_rnn_cells")  # how parts of a layer begin
_MOST_MODELS = 8  # around a layer, by its name
_LEAST_PARTS = 3  # of a variable's name: model, layer, variable


def outermost_model(items: Sequence[GraphObject]) -> str:
    """The name that precedes all layers but those of inner models; empty if there is none.

    Objects are numbered by their distance from the root, so that the first variable is one of the
    outermost model's; in a flat list inner models' variables are between those of the outermost.
    """
    names = [
        item.name.split("/")
        for item in items
        if item.tensor is not None and item.tensor.purpose is Purpose.PARAMETER and "/" in item.name
    ]
    if not names:
        return ""
    first = names[0][0]
    if names[-1][0] != first and not any(OPERATIONS in item.children for item in items):
        return ""
    inside = [parts for parts in names if parts[0] == first]
    return first if all(map(_has_layer, inside)) else ""


def _has_layer(parts: Sequence[str]) -> bool:
    """Whether a layer's name follows the first part, and not a part of a layer."""
    if len(parts) < _LEAST_PARTS:
        return False
    return not parts[1].startswith(_NO_LAYERS) and "_cell" not in parts[1]


def without_model(name: str, model: str) -> str:
    """A variable's name as other containers have it."""
    return name.removeprefix(f"{model}/") if model else name


def models_around(items: Sequence[GraphObject]) -> dict[int, tuple[str, ...]]:
    """The names of the models around described layers, without the outermost one."""
    parents: dict[int, int] = {}
    for number, item in enumerate(items):
        listed = item.declared.children("layers") if item.declared is not None else ()
        names = {layer.name for layer in listed}
        for child in item.children.values() if names else ():
            layer = items[child].declared
            if layer is not None and layer.name in names and child != number:
                parents.setdefault(child, number)
    around: dict[int, tuple[str, ...]] = {}
    for number, parent in parents.items():
        path, at = list[str](), parent
        while at in parents and len(path) < _MOST_MODELS:
            declared = items[at].declared
            path.append(declared.name if declared is not None else "")
            at = parents[at]
        around[number] = tuple(reversed(path))
    return around
