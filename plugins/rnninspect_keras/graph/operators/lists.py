"""Lists and arrays of tensors, in which a loop reads its inputs and collects its outputs.

A list's handle has as `items` the one tensor that it was made of, whose first axis it is along, and
as `element` what was written into it last. An array's flow has both, its handle neither.
"""

from __future__ import annotations

from rnninspect.graphs import one_place, without_axis
from rnninspect_keras.graph.running.values import UNKNOWN, Kind, Value, view_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect.graphs import Graph
    from rnninspect.graphs import Value as CoreValue
    from rnninspect_keras.graph.running.calls import Call

    Operation = Callable[[Call], Sequence[Value]]


def _new(call: Call) -> tuple[Value, ...]:
    """An empty list; an empty array with its flow."""
    del call
    return (Value(Kind.DYNAMIC, ()), Value(Kind.DYNAMIC, ()))


def _filled(at_value: int, call: Call) -> tuple[Value]:
    """A list or an array that has the parts of a tensor along its first axis."""
    found = Value(Kind.DYNAMIC, ())
    found.items = call.input(at_value)
    return (found,)


def _read(at_list: int, call: Call) -> tuple[Value]:
    """One element of a list, at a place that is known at run time."""
    items, element = call.input(at_list).items, call.input(at_list).element
    if items is None:
        if element is not None:
            return (Value(Kind.DYNAMIC, element.shape),)
        return (Value(Kind.DYNAMIC, _asked(call)),)
    shape = None if not items.shape else items.shape[1:]
    if shape is None:
        return (Value(Kind.DYNAMIC, _asked(call)),)

    def work(graph: Graph, one: list[CoreValue]) -> CoreValue | None:
        place = one_place(graph, one[0], 0, None)
        return None if place is None else without_axis(graph, place, 0)

    return (call.follow(Value(Kind.DYNAMIC, shape), (items,), work),)


def _asked(call: Call) -> tuple[int | None, ...] | None:
    """The shape of an element that the operator declares."""
    declared = call.node.shape("element_shape")
    if declared is not None:
        return declared
    asked = call.input(len(call.inputs) - 1).integers
    return None if asked is None else tuple(None if size == -1 else size for size in asked)


def _written(at_value: int, call: Call) -> tuple[Value]:
    """A list with one element more, or with another one."""
    found = Value(Kind.DYNAMIC, ())
    found.element = call.input(at_value)
    return (found,)


def _stacked(at_list: int, call: Call) -> tuple[Value]:
    """All elements of a list along a new first axis."""
    given = call.input(at_list)
    if given.items is not None and given.element is None:
        return (given.items,)
    element = None if given.element is None else given.element.shape
    shape = _asked(call) if element is None else element
    return (Value(Kind.DYNAMIC, None if shape is None else (None, *shape)),)


def _popped(call: Call) -> tuple[Value, ...]:
    """TensorListPopBack: the list, and its last element."""
    given = call.input(0)
    if given.element is not None:
        return (given, view_of(given.element, given.element.shape))
    return (given, *_read(0, call))


def _number(call: Call) -> tuple[Value]:
    """How many elements there are."""
    del call
    return (Value(Kind.DYNAMIC, (), integers=(None,)),)


def _element_shape(call: Call) -> tuple[Value]:
    element = call.input(0).element
    shape = None if element is None else element.shape
    if shape is None:
        return (UNKNOWN,)
    return (Value(Kind.DYNAMIC, (len(shape),), integers=shape),)


def _operation(work: Callable[..., tuple[Value, ...]], *positions: int) -> Operation:
    return lambda call: work(*positions, call)


TABLE: dict[str, Operation] = {
    **dict.fromkeys(("TensorListReserve", "EmptyTensorList"), _new),
    **dict.fromkeys(("TensorArray", "TensorArrayV2", "TensorArrayV3"), _new),
    "TensorListFromTensor": _operation(_filled, 0),
    **dict.fromkeys(
        ("TensorArrayScatter", "TensorArrayScatterV2", "TensorArrayScatterV3"),
        _operation(_filled, 2),
    ),
    "TensorArrayUnpack": _operation(_filled, 1),
    "TensorListGetItem": _operation(_read, 0),
    **dict.fromkeys(
        ("TensorArrayRead", "TensorArrayReadV2", "TensorArrayReadV3"), _operation(_read, 2)
    ),
    "TensorListSetItem": _operation(_written, 2),
    "TensorListPushBack": _operation(_written, 1),
    **dict.fromkeys(
        ("TensorArrayWrite", "TensorArrayWriteV2", "TensorArrayWriteV3"),
        _operation(_written, 2),
    ),
    **dict.fromkeys(("TensorListStack", "TensorListGather"), _operation(_stacked, 0)),
    **dict.fromkeys(
        ("TensorArrayGather", "TensorArrayGatherV2", "TensorArrayGatherV3"),
        _operation(_stacked, 2),
    ),
    "TensorArrayPack": _operation(_stacked, 1),
    "TensorListPopBack": _popped,
    **dict.fromkeys(
        ("TensorListLength", "TensorArraySize", "TensorArraySizeV2", "TensorArraySizeV3"), _number
    ),
    "TensorListElementShape": _element_shape,
}
