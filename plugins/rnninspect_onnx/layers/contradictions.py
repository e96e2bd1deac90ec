"""Contradictions between a recurrent node and its inputs; onnx.checker accepts most of them."""

from __future__ import annotations

from rnninspect.plugin import Fact, Observation, plural
from rnninspect_onnx.graph.values import BEYOND, ValueKind
from rnninspect_onnx.recurrent.attribute_types import attribute_faults

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Sizes
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.layout import Operator
    from rnninspect_onnx.protobuf.messages import AttributeProto
    from rnninspect_onnx.recurrent.nodes import RecurrentCall
    from rnninspect_onnx.recurrent.sizes import NodeSizes
    from rnninspect_onnx.tensors.columns import Collected

_STATE_NAMES = {5: "initial_h", 6: "initial_c"}
# From the operators' definitions; ONNX Runtime ignores case.
_ACTIVATIONS = """
    affine elu hardsigmoid leakyrelu relu scaledtanh sigmoid softplus softsign tanh
    thresholdedrelu
"""
_MOST_ATTRIBUTES, _SHOWN_VALUES = 1000, 3  # of attributes that are checked, of values in a message
_ACTIVATIONS_OF_LSTM = 6  # in two directions, the most that any operator takes
_MOST_KNOWN = 256  # kinds of nodes without contradictions that are remembered
_LONGEST_WORD = 40  # characters of an unknown name in a message


class Contradictions:
    """Looks for contradictions of nodes; of those that are alike once, if there are none."""

    def __init__(self, tensors: Collected) -> None:
        self._tensors = tensors
        self._without: set[object] = set()

    def of(
        self, recurrent: RecurrentCall, operator: Operator, measured: NodeSizes
    ) -> tuple[Observation, ...]:
        """One observation for each contradiction, in the order of the node's parts."""
        looks = _looks(recurrent.call, operator, measured, self._tensors)
        if looks is not None and looks in self._without:
            return ()
        found = tuple(_contradictions(recurrent, operator, measured, self._tensors))
        if looks is not None and not found and len(self._without) < _MOST_KNOWN:
            self._without.add(looks)
        return found


def _looks(
    call: Call, operator: Operator, measured: NodeSizes, tensors: Collected
) -> tuple[object, ...] | None:
    """All that contradictions depend on; None where that is too much to compare."""
    looks: list[object] = [call.node.domain, call.node.operator, measured, len(call.inputs)]
    for each in call.node.attributes:
        if each.reference or each.tensors or each.sparse_tensors or each.graphs:
            return None
        name, _, *values = each
        looks += name, *values
    looks.append(call.shape(0))
    for weight in operator.weights:
        value = call.input(weight.position)
        stored = None if value is None or value.offset is None else tensors.get(value.offset)
        looks += (
            None if value is None else (value.kind, value.shape, value.offset is None),
            None if stored is None else stored.dtype,
        )
    looks += [call.shape(position) for position in operator.states]
    return tuple(looks)


def _contradictions(
    recurrent: RecurrentCall,
    operator: Operator,
    measured: NodeSizes,
    tensors: Collected,
) -> Iterator[Observation]:
    call = recurrent.call
    details = [*attribute_faults(call), *measured.faults, *_inputs(call, operator)]
    if not call.node.domain:  # com.microsoft's quantised operator may mix types
        details += _types(call, operator, tensors)
    if measured.sizes is not None:
        details += _states(call, operator, measured.sizes, measured.stated)
        directions = measured.stated[1] or measured.sizes.directions
        details += _activations(call, operator, directions)
    for detail in details:
        yield Observation(Fact.CONTRADICTION, detail, layer=recurrent.name)
    yield from _repeated(recurrent)
    if call.attribute("hidden_size") is None:
        detail = "hidden_size is not declared: ONNX Runtime rejects the model"
        yield Observation(Fact.UNDECLARED, detail, layer=recurrent.name)


def _repeated(recurrent: RecurrentCall) -> Iterator[Observation]:
    """Attributes that a node has more than once; readers differ on which one they use."""
    attributes = recurrent.call.node.attributes[:_MOST_ATTRIBUTES]
    if len({attribute.name for attribute in attributes}) == len(attributes):
        return
    given: dict[str, list[AttributeProto]] = {}
    for attribute in attributes:
        given.setdefault(attribute.name, []).append(attribute)
    for name, alike in given.items():
        if len(alike) < 2:
            continue
        word = repr(name[:_LONGEST_WORD]) if len(name) > _LONGEST_WORD else name
        stated = list(dict.fromkeys(map(_value_of, alike)))
        if len(stated) > 1:
            shown = " and ".join(stated[:_SHOWN_VALUES])
            fact, detail = Fact.CONTRADICTION, f"{word} occurs {len(alike)} times, as {shown}"
        else:
            fact, detail = Fact.DUPLICATE_NAME, f"{word} occurs {len(alike)} times"
        detail = f"{detail}: onnx.checker and ONNX Runtime reject the model"
        yield Observation(fact, detail, layer=recurrent.name)


def _value_of(attribute: AttributeProto) -> str:
    """The decoded value of an attribute, shortened, for comparison and messages."""
    values = (attribute.number, attribute.text, attribute.integers, attribute.strings)
    shown = next((value for value in values if value not in (None, ())), None)
    return "another value" if shown is None else str(shown)[:_LONGEST_WORD]


def _inputs(call: Call, operator: Operator) -> Iterator[str]:
    given = len(call.inputs)
    if given > operator.inputs:
        yield f"{plural(given, 'input')}, expected {operator.inputs} or fewer for {operator.cell}"
    fed = call.shape(0)
    if fed is not None and len(fed) != 3:
        yield f"X has {plural(len(fed), 'axis', 'axes')}, expected 3"
    for weight in operator.weights:
        value = call.input(weight.position)
        if value is None:
            continue
        if value.kind is ValueKind.BROKEN:
            source = call.node.inputs[weight.position]
            name = f"{weight.letter} of the node"
            yield f"{name} is {source}, which nothing defines, or only a cycle of nodes"
        elif value.offset is None and BEYOND in (value.shape or ()):
            yield f"{weight.letter} of the node has an axis of 2^63 elements or more"


def _types(call: Call, operator: Operator, tensors: Collected) -> Iterator[str]:
    """W, R, B and P must have one floating-point type; computed ones are not checked."""
    letters: dict[str, list[str]] = {}
    for weight in operator.weights:
        value = call.input(weight.position)
        tensor = None if value is None or value.offset is None else tensors.get(value.offset)
        if tensor is not None:
            letters.setdefault(tensor.dtype, []).append(weight.letter)
    if len(letters) < 2 and all("float" in dtype for dtype in letters):
        return
    listed = " and ".join(f"{', '.join(some)} {dtype}" for dtype, some in letters.items())
    what = "more than one type" if len(letters) > 1 else "an unsupported type"
    yield f"its weights have {what}: {listed}"


def _states(
    call: Call, operator: Operator, sizes: Sizes, stated: tuple[int | None, int | None]
) -> Iterator[str]:
    """Initial states are [D, batch, n], or [batch, D, n] with layout 1.

    A state that agrees with a contradicted attribute is not reported again.
    """
    hidden, directions = ((None, sizes.hidden_size, stated[0]), (None, sizes.directions, stated[1]))
    axis = 1 if call.number("layout", 0) == 1 else 0
    for position in operator.states:
        shape = call.shape(position)
        if shape is None:
            continue
        name = _STATE_NAMES[position]
        if len(shape) != 3:
            yield f"{name} has {plural(len(shape), 'axis', 'axes')}, expected 3"
        elif shape[2] not in hidden:
            yield f"{name} is {shape[2]} wide, expected {sizes.hidden_size}"
        elif (given := shape[axis]) is not None and given not in directions:
            yield f"{name} is for {plural(given, 'direction')}, expected {sizes.directions}"


def _activations(call: Call, operator: Operator, directions: int) -> Iterator[str]:
    """The default of RNN has two activations for any direction."""
    attribute = call.attribute("activations")
    if attribute is None or not attribute.counts[2]:
        return
    count = attribute.counts[2]
    needed = operator.activations * directions
    if count != needed and not (operator.cell == "RNN" and needed < count <= 2):
        yield f"{plural(count, 'activation')}, expected {needed}"
    for name in dict.fromkeys(attribute.strings[:_ACTIVATIONS_OF_LSTM]):
        if name.lower() not in _ACTIVATIONS.split():
            yield f"unknown activation {name[:_LONGEST_WORD]!r}"
