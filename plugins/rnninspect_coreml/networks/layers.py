"""The layers of a neural network, those in its branches and loops among them, and their weights."""

from __future__ import annotations

from rnninspect.decode.protobuf import FIXED32, LENGTH
from rnninspect.plugin import (
    Fact,
    Limit,
    Observation,
    Purpose,
    SkippedLayer,
    StoredTensor,
    has_recurrent_name,
    no_formula,
)
from rnninspect_coreml.loops import Step, products_of_state
from rnninspect_coreml.networks.layout import (
    ACTIVATION,
    ACTIVATIONS,
    ACTIVE,
    BRANCH,
    CONSTANTS,
    CONVOLUTION,
    CONVOLUTION_3D,
    CUSTOM,
    KINDS,
    LAYOUT,
    LOOP,
    PASSING,
    PLAIN,
    PRODUCTS,
)
from rnninspect_coreml.networks.records import Layer
from rnninspect_coreml.networks.recurrent import describe_layer
from rnninspect_coreml.networks.weights import read_weights

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.decode.protobuf import Found, Message, WireReader
    from rnninspect_coreml.description import Description
    from rnninspect_coreml.networks.layout import Held
    from rnninspect_coreml.networks.weights import Weights

_LAYERS, _PREPROCESSING = 1, 2
_NAME, _INPUTS, _OUTPUTS = 1, 2, 3
_FIRST_KIND = 100
_NETWORKS_OF = {BRANCH: ((1, "if"), (2, "else")), LOOP: ((3, "condition"), (4, "body"))}
_CLASS, _CUSTOM_WEIGHTS = 10, 20
_MEAN_IMAGE = 11
_MOST_STEPS_BACK = 16
_STEPS_OF_A_LAYER = 10


class Network:
    """Describes the layers of a network, one after the other."""

    def __init__(self, wire: WireReader, into: Description) -> None:
        self._wire, self._into = wire, into
        self._makers: dict[str, Layer] = {}  # constants, and what hands them on, by their outputs
        self._constants: dict[str, StoredTensor] = {}  # by the layer that gives them

    def read(self, message: Message, path: str, depth: int = 0) -> tuple[Layer, ...]:
        """Describe a network whose layers are below a path; its layers.

        Raises:
            UnreadableFile: malformed.
            RefusedFile: a limit is exceeded.
        """
        into, wire = self._into, self._wire
        into.source.limits.require(Limit.NESTING, depth, "the depth of networks")
        found = wire.collect(message, (_LAYERS, _PREPROCESSING))
        for number, span in enumerate(found.spans(_PREPROCESSING)):
            self._mean_image((span,), f"{path}preprocessing_{number}/meanImage")
        layers = [self._layer((span,), path, at) for at, span in enumerate(found.spans(_LAYERS))]
        for layer in layers:
            self._describe(layer, depth)
        return tuple(layers)

    def _layer(self, message: Message, path: str, at: int) -> Layer:
        wire = self._wire
        self._into.count_layer(_STEPS_OF_A_LAYER)
        name, kind, parts = "", 0, list[tuple[int, int]]()
        inputs, outputs = list[str](), list[str]()
        for number, wire_type, start, size in wire.fields(message):
            if wire_type != LENGTH:
                continue
            if number == _NAME:
                name = wire.text(start, size)
            elif number in (_INPUTS, _OUTPUTS):
                (inputs if number == _INPUTS else outputs).append(wire.text(start, size))
            elif number >= _FIRST_KIND:
                parts = [*(parts if number == kind else ()), (start, start + size)]
                kind = number
        name = path + (name or f"layer_{at}")
        return Layer(name, kind, tuple(parts), tuple(inputs), tuple(outputs))

    def _describe(self, layer: Layer, depth: int) -> None:
        kind = layer.kind
        if kind in PASSING or kind in CONSTANTS:
            for name in layer.outputs:  # what a loop carries is written again in its body
                self._makers.setdefault(name, layer)
        if kind in LAYOUT:
            self._recurrent(layer)
        elif kind in _NETWORKS_OF:
            self._nested(layer, depth)
        elif kind == CUSTOM:
            self._custom(layer)
        elif kind in KINDS or kind == ACTIVATION:
            tensor = self._add(layer.name, self._weights(layer))
            if tensor is not None and kind in CONSTANTS:
                self._constants[layer.name] = tensor
        elif kind not in PLAIN:
            reason = "unsupported kind of layer, whose weights are not counted"
            self._into.skipped.append(SkippedLayer(layer.name, f"layer kind {kind}", reason))

    def _recurrent(self, layer: Layer) -> None:
        described = describe_layer(self._wire, layer.message, LAYOUT[layer.kind], layer.name)
        self._into.add_layer(described.layer)
        for weights in described.weights:
            self._into.add_tensors(weights.tensors)
            self._into.observations.extend(weights.observations)
        for field, label in ((10, "activation"), (11, "backward activation")):
            found = self._wire.collect(layer.message, (field,))
            for at, span in enumerate(found.spans(field)):
                self._add(layer.name, self._activation((span,), f"{layer.name}/{label} {at}/"))
        for name in layer.inputs[1:]:
            self._note_state(name)

    def _note_state(self, name: str) -> None:
        """Mark the constant that a sequence starts from."""
        for _ in range(_MOST_STEPS_BACK):
            maker = self._makers.get(name)
            if maker is None:
                return
            if maker.kind in CONSTANTS:
                tensor = self._constants.get(maker.name)
                if tensor is not None:
                    self._into.states.add(tensor.identity)
                return
            name = maker.inputs[0] if maker.inputs else ""

    def _nested(self, layer: Layer, depth: int) -> None:
        fields = _NETWORKS_OF[layer.kind]
        found = self._wire.collect(layer.message, dict(fields))
        before = len(self._into.tensors)
        inside = [
            self.read(found.message(number), f"{layer.name}/{label}/", depth + 1)
            for number, label in fields
            if found.message(number)
        ]
        if layer.kind == LOOP and inside:
            self._loop(layer, inside[-1], before)

    def _loop(self, layer: Layer, body: Sequence[Layer], before: int) -> None:
        """Note what a loop carries; it may be a cell. Before it there were `before` tensors."""
        carried = _carried(body)
        for name in carried:
            self._note_state(name)
        steps = [
            Step(each.name, each.inputs, each.outputs, each.kind in PRODUCTS, each.kind in ACTIVE)
            for each in body
        ]
        names = {f"{name}/weights" for name in products_of_state(steps, carried, carried)}
        own = self._into.tensors[before:] if names else ()
        tensors = tuple(each for each in own if each.name in names)
        if tensors:
            self._into.possible(layer.name, tensors)

    def _custom(self, layer: Layer) -> None:
        found = self._wire.collect(layer.message, (_CLASS, _CUSTOM_WEIGHTS))
        tensors: list[StoredTensor] = []
        for at, span in enumerate(found.spans(_CUSTOM_WEIGHTS)):
            weights = read_weights(self._wire, (span,), f"{layer.name}/weights_{at}", None)
            self._add(layer.name, (weights,))
            tensors += weights.tensors
        name = self._wire.last_text(found, _CLASS)
        if has_recurrent_name(name):
            reason = no_formula("a class of the app")
            self._into.skipped.append(SkippedLayer(layer.name, name, reason, tuple(tensors)))

    def _weights(self, layer: Layer) -> Iterator[Weights]:
        if layer.kind == ACTIVATION:
            yield from self._activation(layer.message, f"{layer.name}/")
            return
        held = KINDS[layer.kind].weights
        fields = {number for each in held for number in (each.field, *(each.shape or ()))}
        found = self._wire.collect(layer.message, fields)
        for each in held:
            message = found.message(each.field)
            shape = self._shape(layer, found, each)
            if message:
                yield read_weights(self._wire, message, f"{layer.name}/{each.label}", shape)

    def _activation(self, message: Message, path: str) -> Iterator[Weights]:
        chosen = self._wire.collect(message, ACTIVATIONS)
        for number, held in ACTIVATIONS.items():
            found = self._wire.collect(chosen.message(number), {each.field for each in held})
            for each in held:
                if found.message(each.field):
                    name = path + each.label
                    yield read_weights(self._wire, found.message(each.field), name, None)

    def _shape(self, layer: Layer, found: Found, held: Held) -> tuple[int, ...] | None:
        if layer.kind in (CONVOLUTION, CONVOLUTION_3D) and held.shape is None:
            return _kernel_shape(self._wire, layer)
        sizes: list[int] = []
        for number in held.shape or ():
            sizes += self._wire.integers(found, number)[0]
        return tuple(sizes) or None

    def _add(self, name: str, found: Iterable[Weights]) -> StoredTensor | None:
        """Add weights of a layer that is not recurrent; the first of them."""
        first = None
        for weights in found:
            tensor = weights.tensor
            self._into.add_tensors(weights.tensors)
            self._into.observations.extend(weights.observations)
            if tensor is not None and not weights.fits:
                detail = f"{tensor.parameters:,} elements are not as many as {name} declares"
                self._into.observations.append(
                    Observation(Fact.CONTRADICTION, detail, tensor=tensor.name)
                )
            first = first or tensor
        return first

    def _mean_image(self, message: Message, name: str) -> None:
        found = self._wire.collect(message, (_MEAN_IMAGE,)).message(_MEAN_IMAGE)
        count = self._wire.count_fixed(self._wire.collect(found, (1,)), 1, FIXED32)
        if count:
            place, size = str(found[0][0]), 4 * count
            self._into.add_tensors(
                [StoredTensor(name, (count,), "float32", size, place, Purpose.CONSTANT)]
            )


def _carried(layers: Sequence[Layer]) -> set[str]:
    """The values that a turn of a loop reads and writes anew."""
    read, written, carried = set[str](), set[str](), set[str]()
    for layer in layers:
        read.update(name for name in layer.inputs if name not in written)
        carried.update(name for name in layer.outputs if name in read)
        written.update(layer.outputs)
    return carried


def _kernel_shape(wire: WireReader, layer: Layer) -> tuple[int, ...]:
    """The shape of a kernel; that of a deconvolution has its inputs first."""
    is_flat = layer.kind == CONVOLUTION
    turned = 60 if is_flat else 86
    sizes = (20,) if is_flat else (20, 21, 22)
    found = wire.collect(layer.message, (1, 2, 10, *sizes, turned))
    taps = [size for number in sizes for size in wire.integers(found, number)[0]] or [3, 3]
    outputs, inputs = found.number(1) or 0, found.number(2) or 0
    groups = found.number(10) or 1
    if found.number(turned):
        return (inputs, outputs // groups, *taps)
    return (outputs, inputs if is_flat else inputs // groups, *taps)
