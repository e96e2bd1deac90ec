"""TensorFlow 1's loops: what a Merge begins with and carries, and what an Exit gives.

Facts: https://www.tensorflow.org/api_docs/cc/group/namespace/tensorflow/ops/internal, and the paper
"Dynamic Control Flow in Large-Scale Machine Learning" (2018). A frame has one body for all turns.
"""

from __future__ import annotations

from rnninspect_keras.graph.operators.elementwise import chosen
from rnninspect_keras.graph.running.order import MERGES, SWITCHES, node_of
from rnninspect_keras.graph.running.scopes import Loop
from rnninspect_keras.graph.running.values import UNKNOWN, Kind, Value, common

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_keras.graph.running.calls import Call
    from rnninspect_keras.graph.running.scopes import Scope

_COPIES = frozenset({"Identity", "RefIdentity", "NextIteration", "RefNextIteration"})
_ENTERS = frozenset({"Enter", "RefEnter"})


def merged(scope: Scope, call: Call, number: int) -> tuple[Value, ...]:
    """A Merge: what a loop carries round, or one of the branches of a condition."""
    index = Value(Kind.DYNAMIC, ())
    after = scope.order.returning.get(number)
    if after is None:
        known = [value for value in call.inputs if value is not UNKNOWN]
        if len(known) == 2:
            return (chosen(call, scope.mask(), known[1], known[0]), index)
        return (known[0] if known else UNKNOWN, index)
    name = scope.nodes[after].name
    begun = (at for at, read in enumerate(call.node.inputs) if node_of(read) not in ("", name))
    initial = next((scope.lookup(call.node.inputs[at]) for at in begun), UNKNOWN)
    if _origin(scope, after) == number:
        return (initial, index)
    value = Value(Kind.DYNAMIC, initial.shape)
    scope.loops.setdefault(_frame(scope, number), Loop()).carried[number] = (value, initial)
    return (value, index)


def left(scope: Scope, number: int) -> tuple[Value]:
    """An Exit: what the loop carried, after its last turn."""
    merge = _merge_of(scope, number)
    given = scope.lookup(scope.nodes[number].inputs[0]) if scope.nodes[number].inputs else UNKNOWN
    after = None if merge is None else scope.order.returning.get(merge)
    if merge is None or after is None:
        return (given,)
    for loop in scope.loops.values():
        if merge in loop.carried:
            initial, following = loop.carried[merge][1], returned(scope, merge)
            found = Value(Kind.DYNAMIC, common([initial.shape, following.shape]))
            found.element = following.element
            return (found,)
    return (given,)


def returned(scope: Scope, merge: int) -> Value:
    """What a turn of the loop makes of what a Merge carries."""
    outputs = scope.values.get(scope.nodes[scope.order.returning[merge]].name, ())
    return outputs[0] if outputs else UNKNOWN


def _origin(scope: Scope, number: int) -> int:
    """The node that a node copies, by way of others; itself if it copies none."""
    known, way, at = scope.origins, [number], number
    while at not in known:
        node = scope.nodes[at]
        reads = [name for name in map(node_of, node.inputs) if name in scope.order.places]
        if not reads or not (node.operator in _COPIES or node.operator in SWITCHES):
            known[at] = at
            break
        known[at] = at  # of a cycle, wherever it was entered
        at = scope.order.places[reads[0]]
        way.append(at)
    found = known[at]
    for each in way:
        known[each] = found
    return found


def _merge_of(scope: Scope, number: int) -> int | None:
    """The Merge behind the Switch that an Exit reads."""
    at = number
    for operators in (SWITCHES, MERGES):
        reads = [name for name in map(node_of, scope.nodes[at].inputs) if name]
        found = scope.order.places.get(reads[0]) if reads else None
        if found is None or scope.nodes[found].operator not in operators:
            return None
        at = found
    return at


def _frame(scope: Scope, merge: int) -> str:
    """The name of the loop around a Merge, by what enters it."""
    for name in map(node_of, scope.nodes[merge].inputs):
        at = scope.order.places.get(name)
        if at is not None and scope.nodes[at].operator in _ENTERS:
            return scope.nodes[at].text("frame_name")
    return scope.nodes[merge].name
