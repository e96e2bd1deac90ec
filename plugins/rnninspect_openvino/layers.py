"""Recurrent operators as layers: their sizes, their weights, and what contradicts them."""

from __future__ import annotations

import math

from rnninspect.lean import re
from rnninspect.plugin import (
    CELLS,
    LARGEST_SIZE,
    Fact,
    Fate,
    Observation,
    Operand,
    Origin,
    Purpose,
    Record,
    RecurrentLayer,
    Role,
    Sizes,
    SkippedLayer,
    Slot,
    no_formula,
)
from rnninspect_openvino.framework import OPENVINO
from rnninspect_openvino.layout import (
    ACTIVATIONS,
    DEFAULT_FORMAT,
    DIRECTIONS,
    GATE_LETTERS,
    OPERATORS,
    weight_inputs,
)
from rnninspect_openvino.values import weight_at

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_openvino.layout import Operator as Kind
    from rnninspect_openvino.layout import WeightInput
    from rnninspect_openvino.records import Operator
    from rnninspect_openvino.tensors import Stored
    from rnninspect_openvino.values import Scope

# Names of operators of others, such as CustomLSTM; not RNNTLoss.
_RECURRENT = re.compile(r"lstm|gru(?![a-z])|rnn(?!t)|deltanet|selectivescan|mamba", re.IGNORECASE)
_WORDS = ("lstm", "gru", "rnn", "deltanet", "selectivescan", "mamba")  # one is in each of them
_LONGEST_NAME = 100


class Found(Record):
    """A layer, or one without a formula, and what was noticed about it."""

    layer: RecurrentLayer | SkippedLayer
    observations: tuple[Observation, ...] = ()


class _Sized(Record):
    """The sizes of an operator, which of them were inferred, and what contradicts them."""

    sizes: Sizes | None
    inferred: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()


def is_recurrent(operator: Operator) -> bool:
    """Whether it is a recurrent operator, or has the name of one."""
    return operator.kind in OPERATORS or _sounds_recurrent(operator.kind[:_LONGEST_NAME])


def _sounds_recurrent(kind: str) -> bool:
    lowered = kind.lower()
    if kind.isascii() and not any(word in lowered for word in _WORDS):  # as of nearly all
        return False
    return _RECURRENT.search(kind) is not None


class Layers:
    """Describes the recurrent operators of a network."""

    def __init__(self, source: Source, stored: Stored) -> None:
        self._source, self._stored = source, stored

    def describe(self, scope: Scope, operator: Operator) -> Found:
        """One recurrent operator."""
        kind, name = OPERATORS.get(operator.kind), scope.name(operator)
        if kind is None:
            return self._skipped(scope, operator, no_formula("this operator"))
        after = kind.cell == "GRU" and operator.flag("linear_before_reset")
        peepholes = kind.cell == "LSTM" and len(operator.inputs) > kind.first + 3
        inputs = weight_inputs(kind, resets_after=after, peepholes=peepholes)
        operands = (
            self._joined_weights(operator, inputs)
            if operator.blobs
            else self._operands(scope, operator, inputs)
        )
        shapes = {operand.slots[0].role: operand.shape for operand in operands}
        cell = "CudnnGRU" if after else kind.cell
        sized = _sized(operator, kind, shapes, len(CELLS[cell].gates))
        if sized.sizes is None:
            return self._skipped(
                scope, operator, "its sizes are neither declared nor in its weights"
            )
        two = sized.sizes.directions == 2
        layer = RecurrentLayer(
            name=name,
            kind=f"Bidirectional({operator.kind})" if two else operator.kind,
            cell=cell,
            sizes=sized.sizes,
            origin=Origin.INFERRED if sized.inferred else Origin.DECLARED,
            inferred=sized.inferred,
            convention=OPENVINO,
            roles=frozenset(role for each in inputs for role in each.roles),
            operands=tuple(_in_both(operand, sized.sizes.directions) for operand in operands),
            gate_order=kind.gate_order or _gate_order(operator, kind),
        )
        faults = (*sized.faults, *_activations(operator, kind))
        return Found(
            layer, tuple(Observation(Fact.CONTRADICTION, each, layer=name) for each in faults)
        )

    def _operands(
        self, scope: Scope, operator: Operator, inputs: list[WeightInput]
    ) -> list[Operand]:
        """What fills the slots of the first direction."""
        found: list[Operand] = []
        for weight in inputs:
            given = weight_at(self._source, scope, operator, weight.position)
            if given is None:
                continue
            tensors = tuple(
                tensor
                for _, constant in given.constants
                for tensor in self._stored.of(constant)
                if tensor.purpose in (Purpose.PARAMETER, Purpose.CONSTANT)
            )
            alone = given.fate is Fate.STORED and len(given.constants) == 1
            part = self._stored.constants[given.constants[0][1]][0] if alone else None
            shape = part.shape if part and not given.is_moved else _whole(given.dims)
            seen = {each.identity for one in found for each in one.tensors}
            again = part is not None and part.identity in seen
            found.append(
                Operand(
                    name=tensors[0].name if len(tensors) == 1 else weight.letter,
                    slots=tuple(Slot(0, role) for role in weight.roles),
                    axes=weight.axes,
                    shape=shape,
                    fate=given.fate,
                    tensors=tensors,
                    merged=math.prod(shape or ()) if again else 0,
                )
            )
        return found

    def _joined_weights(self, operator: Operator, inputs: list[WeightInput]) -> list[Operand]:
        """The weights of versions 2 to 7: W and R in one run of bytes, and the bias."""
        roles = {
            "weights": (Role.KERNEL, Role.RECURRENT_KERNEL),
            "biases": next(each.roles for each in inputs if each.letter == "B"),
        }
        return [
            Operand(
                name=tensor.name,
                slots=tuple(Slot(0, role) for role in roles[part.label]),
                axes=(),
                shape=part.shape,
                tensors=(tensor,),
            )
            for part, tensor in zip(
                self._stored.constants[operator], self._stored.of(operator), strict=True
            )
            if part.label in roles
        ]

    def _skipped(self, scope: Scope, operator: Operator, reason: str) -> Found:
        given = (
            weight_at(self._source, scope, operator, position)
            for position in range(1, len(operator.inputs))
        )
        constants = [constant for each in given if each for _, constant in each.constants]
        tensors = {
            tensor.identity: tensor
            for constant in (operator, *constants)
            for tensor in self._stored.of(constant)
            if tensor.purpose is Purpose.PARAMETER
        }
        kind = operator.kind[:_LONGEST_NAME]
        return Found(SkippedLayer(scope.name(operator), kind, reason, tuple(tensors.values())))


def _in_both(operand: Operand, directions: int) -> Operand:
    """An operand of all directions: they are the first axis of each weight."""
    slots = (slot._replace(direction=each) for each in range(directions) for slot in operand.slots)
    return operand._replace(slots=tuple(slots))


def _whole(dims: tuple[int | None, ...] | None) -> tuple[int, ...] | None:
    known = tuple(size for size in dims or () if size is not None)
    return known if dims and len(known) == len(dims) else None


def _sized(
    operator: Operator, kind: Kind, shapes: dict[Role, tuple[int, ...] | None], gates: int
) -> _Sized:
    """Sizes as declared; what is not declared is read off the weights' shapes."""
    faults: list[str] = []
    directions = 1
    if kind.is_sequence:
        word = operator.attributes.get("direction", "forward")
        if word.lower() not in DIRECTIONS:
            faults.append(f"direction is {word[:40]!r}, expected one of {', '.join(DIRECTIONS)}")
        directions = DIRECTIONS.get(word.lower(), 1)
    hidden = _hidden(operator, faults)
    fed = operator.inputs[0].dims if operator.inputs else ()
    width = fed[-1] if fed else None
    kernel, recurrent = shapes.get(Role.KERNEL), shapes.get(Role.RECURRENT_KERNEL)
    inferred = []
    if hidden is None and recurrent and len(recurrent) > 1:
        hidden = recurrent[-1]
        inferred.append("hidden_size")
    if not width and kernel:
        rows = gates * (hidden or 0) * directions
        flat = kernel[0] // rows - (hidden or 0) if rows and len(kernel) == 1 else 0
        width = kernel[-1] if len(kernel) > 1 else flat
        inferred.append("input_size")
    if not hidden or not width or min(hidden, width) < 1 or max(hidden, width) > LARGEST_SIZE:
        return _Sized(None)
    return _Sized(Sizes(width, hidden, directions=directions), tuple(inferred), tuple(faults))


def _hidden(operator: Operator, faults: list[str]) -> int | None:
    text = operator.attributes.get("hidden_size")
    if text is None:
        return None
    if not text.isdecimal() or not 0 < int(text[:19]) <= LARGEST_SIZE:
        faults.append(f"hidden_size is {text[:40]!r}")
        return None
    return int(text)


def _gate_order(operator: Operator, kind: Kind) -> str:
    if kind.cell != "LSTM":
        return ""
    order = operator.attributes.get("weights_format", DEFAULT_FORMAT)
    letters = [GATE_LETTERS.get(letter, "") for letter in order[:8]]
    return "".join(letters) if sorted(letters) == ["f", "g", "i", "o"] else ""


def _activations(operator: Operator, kind: Kind) -> Iterator[str]:
    text = operator.attributes.get("activations", "")
    words = [word.strip().lower() for word in text[:400].split(",") if word.strip()]
    if words and len(words) not in (kind.activations, 2 * kind.activations):
        yield f"activations are {len(words)}, expected {kind.activations}"
    for word in words:
        if word not in ACTIVATIONS:
            yield f"activation {word[:40]!r} is not one of {', '.join(sorted(ACTIVATIONS))}"
    clip = operator.attributes.get("clip", "0")
    if clip.startswith("-"):
        yield f"clip is {clip[:40]}, expected 0 or more"
