"""Operators on sequences of tensors, as operations of the core's graph on their elements."""

from __future__ import annotations

from rnninspect.graphs import one_place, unsqueeze, with_size, without_axis
from rnninspect_onnx.graph.shapes import normalised_axis
from rnninspect_onnx.graph.values import EMPTY_SEQUENCE
from rnninspect_onnx.operators.sequences import is_by_one, split_sizes
from rnninspect_onnx.recovered.operands import Listed, Parts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_onnx.graph.calls import Call
    from rnninspect_onnx.graph.values import Value
    from rnninspect_onnx.recovered.operands import Operands

    Outputs = Sequence[Value | None]
    Results = Sequence[CoreValue | None]
    Operation = Callable[[Operands, Call, Outputs], Results]

_MOST_ELEMENTS = 1024
_ELEMENTS_IN_A_STEP = 8  # that are copied


def _split(to: Operands, call: Call, outputs: Outputs) -> Results:
    value, sizes = to.of(call.input(0)), call.input(1)
    axis = None if value is None else normalised_axis(call.number("axis", 0), len(value.shape))
    if value is None or axis is None or outputs[0] is None:
        return ()
    if sizes is None or is_by_one(sizes):
        keeps = call.number("keepdims", 1) == 1
        to.sequences[outputs[0]] = Parts(value, axis, None, keeps)
    elif (parts := split_sizes(value.shape[axis], sizes)) is not None:
        to.sequences[outputs[0]] = Parts(value, axis, parts, keeps_axis=True)
    return ()


def _construct(to: Operands, call: Call, outputs: Outputs) -> Results:
    elements = [to.of(value) for value in call.present()]
    known = tuple(element for element in elements if element is not None)
    if outputs[0] is not None and len(known) == len(elements):
        _list(to, outputs[0], known)
    return ()


def _insert(to: Operands, call: Call, outputs: Outputs) -> Results:
    """SequenceInsert: at a known place, or at the end."""
    given, position = call.input(0), call.input(2)
    found = Listed(()) if given is EMPTY_SEQUENCE else to.sequence(given)
    element, output = to.of(call.input(1)), outputs[0]
    if not isinstance(found, Listed) or element is None or output is None:
        return ()
    at: int | None = len(found.elements)
    if position is not None:
        at = _place(position, len(found.elements))
    if at is not None:
        _list(to, output, (*found.elements[:at], element, *found.elements[at:]))
    return ()


def _erase(to: Operands, call: Call, outputs: Outputs) -> Results:
    found, position, output = to.sequence(call.input(0)), call.input(1), outputs[0]
    if not isinstance(found, Listed) or output is None:
        return ()
    count = len(found.elements)
    at = count - 1 if position is None else _place(position, count)
    if at is not None:
        _list(to, output, (*found.elements[:at], *found.elements[at + 1 :]))
    return ()


def _list(to: Operands, output: Value, elements: tuple[CoreValue, ...]) -> None:
    to.graph.expressions.spend(1 + len(elements) // _ELEMENTS_IN_A_STEP)
    if len(elements) <= _MOST_ELEMENTS:
        to.sequences[output] = Listed(elements)


def _place(position: Value, count: int) -> int | None:
    numbers = position.whole_integers
    if not numbers:
        return None
    at = numbers[0] + count if numbers[0] < 0 else numbers[0]
    return at if 0 <= at <= count else None


def _at(to: Operands, call: Call, _: Outputs) -> Results:
    """SequenceAt: an element; of parts of a tensor also one that is known only at run time."""
    found, position = to.sequence(call.input(0)), call.input(1)
    if position is None or found is None:
        return ()
    if isinstance(found, Listed):
        at = _place(position, len(found.elements))
        return () if at is None or at == len(found.elements) else (found.elements[at],)
    return (_part(to, found, position.whole_integers),)


def _part(to: Operands, parts: Parts, index: Sequence[int] | None) -> CoreValue | None:
    whole, axis = parts.whole, parts.axis
    if parts.sizes is None or set(parts.sizes) == {1}:
        found = one_place(to.graph, whole, axis, index[0] if index else None)
        return found if parts.keeps_axis or found is None else without_axis(to.graph, found, axis)
    if not index or not -len(parts.sizes) <= index[0] < len(parts.sizes):
        return None
    at = index[0] % len(parts.sizes)
    size = parts.sizes[at]
    shape = with_size(whole.shape, axis, size)
    return to.graph.part(whole, axis, sum(parts.sizes[:at]), size, shape)


def _concat(to: Operands, call: Call, outputs: Outputs) -> Results:
    """ConcatFromSequence: of known elements, along an axis of theirs or a new one."""
    found, output = to.sequence(call.input(0)), outputs[0]
    if not isinstance(found, Listed) or not found.elements:
        return ()
    new = call.number("new_axis", 0) == 1
    rank = len(found.elements[0].shape) + new
    axis = normalised_axis(call.number("axis", 0), rank)
    if axis is None or output is None:
        return ()
    elements = list(_raised(to, found.elements, axis)) if new else list(found.elements)
    known = [element for element in elements if element is not None]
    sizes = [element.shape[axis] for element in known if len(element.shape) == rank]
    total = None if None in sizes else sum(size or 0 for size in sizes)
    if len(sizes) != len(found.elements):
        return ()
    return (to.graph.join(known, axis, with_size(known[0].shape, axis, total)),)


def _raised(to: Operands, elements: Sequence[CoreValue], axis: int) -> Iterator[CoreValue | None]:
    for element in elements:
        shape = (*element.shape[:axis], 1, *element.shape[axis:])
        yield unsqueeze(to.graph, element, (axis,), shape)


TABLE: dict[str, Operation] = {
    "SplitToSequence": _split,
    "SequenceConstruct": _construct,
    "SequenceInsert": _insert,
    "SequenceErase": _erase,
    "SequenceAt": _at,
    "ConcatFromSequence": _concat,
}
