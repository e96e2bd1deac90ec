"""Where the inputs of an operator come from, through bodies, conversions and dequantisation."""

from __future__ import annotations

from rnninspect.plugin import Fate, Limit, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_openvino.records import Dims, Network, Operator

# What a weight goes through on its way to an operator: of these the first input is the weight,
_ELEMENTWISE = frozenset(
    {"Convert", "Multiply", "Subtract", "FakeQuantize", "Divide", "ConvertLike"}
)
_MOVED = frozenset({"Reshape", "Squeeze", "Unsqueeze", "Transpose"})
# and of these it is a part, or one of several.
_PARTS = frozenset(
    {"Split", "VariadicSplit", "StridedSlice", "Slice", "Gather", "Broadcast", "Tile"}
)
_JOINED = frozenset({"Concat", "Add", "Select"})
_MAPS = {"body": "port_map", "then_body": "then_port_map", "else_body": "else_port_map"}
_MOST_STEPS = 200  # operators on the way of one weight


class SlicedAxis(Record):
    """The axis of which each iteration reads a part, and whether from its end to its start."""

    axis: int
    is_reversed: bool


class Scope:
    """A network, and what its parameters are bound to in the network around it.

    Attributes:
        network: the network.
        path: the names of the operators whose body it is, each with a slash.
        outer: the scope around it, and the operator whose body it is.
        bound: for each parameter, the port of that operator that it reads.
        carried: for each parameter that an iteration gives to the next, the result that it reads.
        sliced: the parameters that read a part of their port in each iteration, with its axis.
    """

    __slots__ = ("bound", "carried", "network", "outer", "path", "sliced")

    def __init__(self, network: Network, path: str, outer: tuple[Scope, Operator] | None) -> None:
        self.network, self.path, self.outer = network, path, outer
        self.bound: dict[int, int] = {}
        self.carried: dict[int, int] = {}
        self.sliced: dict[int, SlicedAxis] = {}

    def name(self, operator: Operator) -> str:
        """The name of an operator with those of the bodies around it."""
        return f"{self.path}{operator.name or operator.id}"

    def producer(self, operator: Operator, position: int) -> tuple[Operator, int] | None:
        """What gives an input, and from which of its ports; None if nothing does."""
        if position >= len(operator.inputs):
            return None
        return self.at_port(operator, operator.inputs[position].id)

    def at_port(self, operator: Operator, port: int) -> tuple[Operator, int] | None:
        """The same of an input by the id of its port."""
        given = self.network.edges.get((operator.id, port))
        found = None if given is None else self.network.operators.get(given[0])
        return None if found is None or given is None else (found, given[1])


def scopes(network: Network) -> Iterator[Scope]:
    """The network, and the bodies of its operators with all in them, in the document's order."""
    waiting = [Scope(network, "", None)]
    while waiting:
        scope = waiting.pop()
        yield scope
        inner = [
            _inside(scope, operator, body)
            for operator in scope.network.operators.values()
            for body in operator.bodies
        ]
        waiting.extend(reversed(inner))


def _inside(scope: Scope, operator: Operator, body: str) -> Scope:
    part = "" if body == "body" else f"{body.removesuffix('_body')}/"
    inner = Scope(operator.bodies[body], f"{scope.name(operator)}/{part}", (scope, operator))
    for each in operator.maps.get(_MAPS[body], ()):
        ends = (each.get("internal_layer_id", ""), each.get("external_port_id", ""))
        if each[""] == "input" and all(map(str.isdecimal, ends)):
            inner.bound[int(ends[0])] = int(ends[1])
            if "axis" in each:
                inner.sliced[int(ends[0])] = _sliced(each)
    inner.carried = {parameter: result for result, parameter in operator.back_edges}
    return inner


def _sliced(mapped: dict[str, str]) -> SlicedAxis:
    axis = mapped["axis"]
    stride = mapped.get("stride", "1")
    return SlicedAxis(int(axis) if axis.isdecimal() else -1, stride.startswith("-"))


class Weight(Record):
    """What gives an input that has weights.

    Attributes:
        fate: stored, computed or input.
        constants: the Const operators that it is made of, with their scopes.
        dims: its shape at the input; None where it is unknown.
        is_moved: whether its axes are others there than in the constant.
    """

    fate: Fate
    constants: tuple[tuple[Scope, Operator], ...]
    dims: Dims | None
    is_moved: bool


def weight_at(source: Source, scope: Scope, operator: Operator, position: int) -> Weight | None:
    """The weight at an input; None if nothing is connected to it."""
    start = scope.producer(operator, position)
    if start is None:
        return None
    dims = operator.inputs[position].dims
    walk = _Walk(source)
    walk.follow(scope, start[0])
    constants = tuple(walk.constants)
    fate = Fate.COMPUTED if walk.fate is Fate.STORED and not constants else walk.fate
    return Weight(fate, constants, dims or None, walk.is_moved)


class _Walk:
    """Goes from an input to the constants that it is made of."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.fate = Fate.STORED
        self.is_moved = False
        self.constants: dict[tuple[Scope, Operator], None] = {}

    def follow(self, scope: Scope, operator: Operator) -> None:
        """Follow an operator's output; of operators that give several it does not matter which."""
        waiting = [(scope, operator)]
        seen: set[tuple[Scope, Operator]] = set()
        while waiting:
            place = waiting.pop()
            if place in seen:
                continue
            seen.add(place)
            self._source.spend(Limit.STEPS, 1)
            if len(seen) > _MOST_STEPS:
                self.fate = Fate.COMPUTED
                return
            waiting.extend(self._before(*place))

    def _before(self, scope: Scope, operator: Operator) -> list[tuple[Scope, Operator]]:
        kind = operator.kind
        inputs = [0]
        if kind == "Const":
            self.constants[scope, operator] = None
            return []
        if kind == "Parameter":
            return self._outside(scope, operator)
        if kind in _ELEMENTWISE or kind in _MOVED:
            self.is_moved |= kind in _MOVED
        elif kind in _PARTS:
            self.fate = Fate.COMPUTED
        elif kind in _JOINED:
            self.fate, inputs = Fate.COMPUTED, list(range(len(operator.inputs)))
        else:
            self.fate = Fate.COMPUTED
            return []
        found = (scope.producer(operator, position) for position in inputs)
        return [(scope, each[0]) for each in found if each is not None]

    def _outside(self, scope: Scope, parameter: Operator) -> list[tuple[Scope, Operator]]:
        """What the parameter of a body is bound to; that of the whole network is an input."""
        if scope.outer is None:
            self.fate = Fate.INPUT
            return []
        around, owner = scope.outer
        port = scope.bound.get(parameter.id)
        found = None if port is None else around.at_port(owner, port)
        if parameter.id in scope.sliced or is_state(scope, parameter):
            self.fate = Fate.COMPUTED
            return []
        return [] if found is None else [(around, found[0])]


def is_state(scope: Scope, parameter: Operator) -> bool:
    """Whether an iteration gives the parameter another value than it had."""
    result = scope.network.operators.get(scope.carried.get(parameter.id, -1))
    if result is None:
        return False
    given = scope.producer(result, 0)
    return given is None or given[0] is not parameter


def source_of(scope: Scope, start: tuple[Operator, int] | None) -> Operator | None:
    """The Const that a value is a conversion of; None if it is anything else."""
    for _ in range(_MOST_STEPS):
        if start is None or start[0].kind == "Const":
            break
        if start[0].kind not in _ELEMENTWISE and start[0].kind not in _MOVED:
            return None
        start = scope.producer(start[0], 0)
    return None if start is None or start[0].kind != "Const" else start[0]
