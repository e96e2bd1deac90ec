"""RTNeural's JSON: a list of layers in Keras' layouts, as RTNeural/model_loader.h reads it.

AIDA-X writes the same with keys of its own beside it.
"""

from __future__ import annotations

from rnninspect.decode.json_structure.scanner import scan_json
from rnninspect.plugin import (
    Origin,
    RecurrentLayer,
    Role,
    SavedModel,
    Search,
    Searched,
    Sizes,
    SkippedLayer,
    Symbol,
    UnreadableFile,
    no_formula,
    parsing,
)
from rnninspect_audio.arrays import Arrays, items_of, member, operand, size_of
from rnninspect_audio.framework import RTNEURAL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.json_structure.values import Structure
    from rnninspect.plugin import Axis, Source, StoredTensor

_COLUMNS: Axis = (Symbol.GATES, Symbol.HIDDEN)
_KERNELS: tuple[tuple[tuple[Role, ...], tuple[Axis, ...]], ...] = (
    ((Role.KERNEL,), ((Symbol.INPUT,), _COLUMNS)),
    ((Role.RECURRENT_KERNEL,), ((Symbol.HIDDEN,), _COLUMNS)),
)
# The weights of each layer in their order.
_WEIGHTS = {
    "lstm": (*_KERNELS, ((Role.BIAS,), (_COLUMNS,))),
    "gru": (*_KERNELS, ((Role.BIAS, Role.RECURRENT_BIAS), ((2,), _COLUMNS))),
}
_GATE_ORDERS = {"lstm": "ifgo", "gru": "zrg"}
_OTHERS = frozenset({
    *("dense", "time-distributed-dense", "conv1d", "conv2d", "prelu", "batchnorm", "batchnorm2d"),
    *("activation", "input", "inputlayer", "flatten", "reshape", "dropout"),
})  # fmt: skip
_AXES_OF_AN_IMAGE = 4


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: malformed JSON, or a layer without a type, a size or weights.
        RefusedFile: a limit is exceeded.
    """
    with parsing("RTNeural model"):
        document = scan_json(source, lists_of_arrays=("weights",))
        model = _Model(source)
        outputs = _outputs(source, member(document, "in_shape", ""), "in_shape")
        layers = items_of(source, member(document, "layers", ""), "layers")
        for number, layer in enumerate(layers):
            outputs = model.add(layer, f"layers.{number}", outputs)
    return SavedModel(
        format="rtneural json",
        framework=RTNEURAL,
        producer="",
        layers=tuple(model.layers),
        tensors=tuple(model.arrays.tensors),
        skipped=tuple(model.skipped),
        observations=tuple(model.arrays.notes),
        search=Search(Searched.LAYERS, len(layers)),
    )


def _last_size(source: Source, value: Structure, place: str) -> int:
    """The size of what a layer hands on: of images rows times filters, else the last axis.

    Raises:
        UnreadableFile: there is none.
    """
    axes = items_of(source, value, place)
    if len(axes) == _AXES_OF_AN_IMAGE:
        return size_of(axes[-2], place) * size_of(axes[-1], place)
    return size_of(axes[-1] if axes else None, place)


def _outputs(source: Source, value: Structure, place: str) -> int:
    """The size of what a layer hands on; 0 if it is not declared."""
    try:
        return _last_size(source, value, place)
    except UnreadableFile:
        return 0


class _Model:
    """The layers so far."""

    def __init__(self, source: Source) -> None:
        self.arrays = Arrays(source)
        self.layers: list[RecurrentLayer] = []
        self.skipped: list[SkippedLayer] = []

    def add(self, layer: Structure, name: str, inputs: int) -> int:
        """Add a layer that reads so many inputs; the number of its outputs."""
        kind = member(layer, "type", name)
        if not isinstance(kind, str):
            raise UnreadableFile(f"{name}: its type is not a text", place=name)
        source, place = self.arrays.source, f"{name}.shape"
        tensors = self._weights(layer, name)
        if kind not in _WEIGHTS:
            if kind not in _OTHERS and tensors:
                self.skipped.append(SkippedLayer(name, kind, no_formula(kind), tuple(tensors)))
            return _outputs(source, layer.get("shape") if isinstance(layer, dict) else None, place)
        outputs = _last_size(source, member(layer, "shape", name), place)
        if not inputs:
            raise UnreadableFile(f"{name}: nothing declares what it reads", place=name)
        self.layers.append(self._recurrent(kind, name, Sizes(inputs, outputs), tensors))
        return outputs

    def _weights(self, layer: Structure, name: str) -> list[StoredTensor]:
        place = f"{name}.weights"
        given = layer.get("weights", []) if isinstance(layer, dict) else []
        arrays = items_of(self.arrays.source, given, place)
        return [self.arrays.add(f"{place}.{number}", array) for number, array in enumerate(arrays)]

    def _recurrent(
        self, kind: str, name: str, sizes: Sizes, tensors: list[StoredTensor]
    ) -> RecurrentLayer:
        weights = _WEIGHTS[kind]
        return RecurrentLayer(
            name=name,
            kind=kind,
            cell=kind.upper(),
            sizes=sizes,
            origin=Origin.DECLARED,
            convention=RTNEURAL,
            roles=frozenset(role for roles, _ in weights for role in roles),
            operands=tuple(
                operand(tensor, roles, axes)
                for (roles, axes), tensor in zip(weights, tensors, strict=False)
            ),
            extras=tuple(tensors[len(weights) :]),
            gate_order=_GATE_ORDERS[kind],
        )
