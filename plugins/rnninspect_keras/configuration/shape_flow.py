"""Input shapes of the layers of a model, carried along its chain or its graph."""

from __future__ import annotations

from rnninspect_keras.configuration.declared import as_shape
from rnninspect_keras.configuration.shapes import Shape, output_shapes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.json import Json
    from rnninspect_keras.configuration.declared import Declared

_TENSOR = "__keras_tensor__"  # Keras 3's class name of a tensor among the arguments of a call
_PASSES = 2  # layers are listed in the order of their first use; a second use may read a later one
_TIMED_AXES = 3  # batch, steps, and at least one axis of each step
_MOST_CALLS = 100_000  # calls of layers; a model with more has its sizes inferred

# Outputs of the calls of each layer: (name, number of the call) -> shapes.
Outputs = dict[tuple[str, int], tuple[Shape, ...]]


Walked = tuple[dict[str, Shape], Shape]


class Carrier:
    """Carries shapes through models; each is walked once for each shape that it is given."""

    def __init__(self) -> None:
        self._walked: dict[tuple[int, Shape], Walked] = {}
        self._layers: dict[int, tuple[Declared, ...]] = {}

    def layers(self, model: Declared) -> tuple[Declared, ...]:
        """The layers of a model, read once."""
        key = id(model.entry)  # the entries live as long as the configuration does
        if key not in self._layers:
            self._layers[key] = model.children("layers")
        return self._layers[key]

    def input_shapes(self, model: Declared, given: Shape) -> dict[str, Shape]:
        """Layer name -> the shape that it reads at its first call, as far as that is stated."""
        return self._walk(model, given)[0]

    def _walk(self, model: Declared, given: Shape) -> Walked:
        """Input shapes by name, and the shape that the model gives."""
        key = (id(model.entry), given)
        if key not in self._walked:
            layers = self.layers(model)
            graph = any(isinstance(layer.entry.get("inbound_nodes"), list) for layer in layers)
            walk = self._functional if graph else self._sequential
            self._walked[key] = walk(model, layers, given)
        return self._walked[key]

    def _sequential(self, model: Declared, layers: Sequence[Declared], shape: Shape) -> Walked:
        del model
        found: dict[str, Shape] = {}
        for number, layer in enumerate(layers):
            shape = layer.input_shape or (_first_shape(layer) if number == 0 else None) or shape
            found[layer.name] = shape
            if layer.class_name != "InputLayer":
                shape = self._outputs(layer, [shape])[0]
        return found, shape

    def _functional(self, model: Declared, layers: Sequence[Declared], given: Shape) -> Walked:
        found: dict[str, Shape] = {}
        outputs: Outputs = {}
        calls = [(layer, list(_calls(layer))) for layer in layers]
        if sum(len(nodes) for _, nodes in calls) > _MOST_CALLS:
            return found, None
        stated = all(len(each) == 1 for _, nodes in calls for call in nodes for each in call)
        last = list(_references(model.settings.get("output_layers")))
        asked = [name for name, *_ in last] if len(last) == 1 else []
        for _ in range(1 if stated else _PASSES):
            for layer, nodes in calls:
                name = graph_name(layer)
                if not nodes:
                    found[name] = layer.input_shape or _first_shape(layer) or given
                    outputs[name, 0] = (found[name],)
                for number, sources in enumerate(nodes):
                    inputs = [_resolve(source, outputs) for source in sources]
                    if number == 0:
                        found[name] = layer.input_shape or (inputs[0] if inputs else None)
                    if not stated or name in asked:
                        outputs[name, number] = self._outputs(layer, inputs)
        return found, _resolve(last[0], outputs) if len(last) == 1 else None

    def _outputs(self, layer: Declared, inputs: Sequence[Shape]) -> tuple[Shape, ...]:
        first = inputs[0] if inputs else None
        if layer.class_name == "Merge":  # of Keras 1, whose layers state their own inputs
            return (None,)
        if self.layers(layer):
            return (self._walk(layer, first)[1],)
        inner = layer.child("layer")
        if layer.class_name != "TimeDistributed" or inner is None:
            return output_shapes(layer, inputs)
        if first is None or len(first) < _TIMED_AXES:
            return (None,)
        each = self._outputs(inner, [(first[0], *first[2:])])
        return tuple(given and (given[0], first[1], *given[1:]) for given in each)


def _first_shape(layer: Declared) -> Shape:
    """The shape that the first layer of a model is given; on any other layer Keras ignores it."""
    for key in ("batch_input_shape", "batch_shape"):
        shape = as_shape(layer.settings.get(key))
        if shape is not None:
            return shape
    return None


def graph_name(layer: Declared) -> str:
    """The name that a model's graph knows a layer by."""
    name = layer.entry.get("name")
    return name if isinstance(name, str) else layer.name


# Where a call's input comes from: (layer, number of its call, number of the output), or its shape.
Source = tuple[str, int, int] | tuple[Shape]


def _resolve(source: Source, outputs: Outputs) -> Shape:
    if len(source) == 1:
        return source[0]
    name, call, number = source
    # A model was called once when it was made, and a layer perhaps in another model: only the
    # calls of this graph are listed, while the reference counts all.
    calls = (outputs.get((name, known)) for known in (call, call - 1, 0))
    shapes = next(filter(None, calls), ())
    return shapes[number] if number < len(shapes) else None


def _calls(layer: Declared) -> Iterator[list[Source]]:
    """The inputs of each call of a layer, by Keras 3's arguments or by older Keras' lists."""
    nodes = layer.entry.get("inbound_nodes")
    for node in nodes if isinstance(nodes, list) else ():
        if isinstance(node, dict):
            yield list(_tensors(node.get("args")))
        else:
            yield list(_references(node))


def _tensors(value: Json) -> Iterator[Source]:
    """The shapes of the tensors in a call's arguments, in order."""
    pending: list[Json] = [value]
    while pending:
        current = pending.pop()
        if isinstance(current, list):
            pending.extend(reversed(current))
        elif isinstance(current, dict) and current.get("class_name") == _TENSOR:
            config = current.get("config")
            yield (as_shape(config.get("shape")) if isinstance(config, dict) else None,)


def _references(value: Json) -> Iterator[Source]:
    """`["layer", 0, 0]`, with or without further arguments, in lists of any depth."""
    pending: list[Json] = [value]
    while pending:
        current = pending.pop()
        if not isinstance(current, list):
            continue
        reference = _reference(current)
        if reference:
            yield reference
        else:
            pending.extend(reversed(current))


def _reference(value: list[Json]) -> tuple[str, int, int] | None:
    if len(value) < 3:
        return None
    name, call, number = value[:3]
    if isinstance(name, str) and isinstance(call, int) and isinstance(number, int):
        return (name, call, number) if min(call, number) >= 0 else None
    return None
