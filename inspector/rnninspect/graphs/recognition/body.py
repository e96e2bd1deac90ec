"""What a step makes of its states: the gates in it, and its values at random points."""

from __future__ import annotations

from rnninspect.graphs.building.activations import Functions, whole_function
from rnninspect.graphs.building.expressions import LINEAR, Kind
from rnninspect.graphs.recognition.arithmetic import POINTS, calculated, random_points

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.arithmetic import Numbers

_MOST = 1024  # expressions of one step
_MIXED = 64  # between a state and the map that reads it
_NEARLY = 1e-3  # of shares such as 0.1 and 0.9 in half precision


class Body:
    """The expression of a new state, cut where the step begins.

    Attributes:
        order: its expressions, children first; empty if there are too many.
        gates: activations over linear maps.
        stops: where the step begins.
        top: the gates that the new state is made of directly.
    """

    __slots__ = (
        "_graph",
        "_mixing",
        "_parents",
        "_raw",
        "gates",
        "order",
        "root",
        "state",
        "stops",
        "top",
    )

    def __init__(self, graph: Graph, root: int, state: int, stops: frozenset[int]) -> None:
        self._graph, self.stops = graph, stops
        self.root, self.state = root, state
        self._parents: dict[int, list[int]] = {}
        self._mixing: dict[int, bool] = {}
        self.order = self._ordered()
        self._raw: dict[int, bool] = {}
        self.gates: set[int] = set()
        functions = Functions(graph.expressions)
        for at in self.order:
            self._look_at(at, functions)
        self.gates -= functions.within(self.gates, self._parents)
        self._absorb()
        self.top = self._gates_from((root,))

    def below(self, at: int) -> tuple[int, ...]:
        """The children of an expression within the step; of a map what mixes the state in."""
        expressions = self._graph.expressions
        if at in self.stops:
            return ()
        if expressions.kinds[at] is Kind.MAP:
            return tuple(unit for unit in self.sources(at) if self._mixes(unit))
        return expressions.children[at]

    def sources(self, at: int) -> tuple[int, ...]:
        """The expressions that a map multiplies."""
        data = self._graph.expressions.data[at]
        if not isinstance(data, tuple):
            return ()
        return tuple(unit for _, unit in self._graph.maps[data[0]].source)

    def reads_state(self, unit: int) -> bool:
        """Whether an expression is the state, or made of it without another map."""
        return unit == self.state or self._mixes(unit)

    def _mixes(self, root: int) -> bool:
        found = self._mixing.get(root)
        if found is None:
            found = self._mixing[root] = self._finds_state(root)
        return found

    def _finds_state(self, root: int) -> bool:
        expressions, seen, queue = self._graph.expressions, {root}, [root]
        if root in self.stops:
            return False
        for at in queue:
            expressions.spend(1)
            if len(queue) > _MIXED:
                return False
            if at == self.state:
                return True
            if at not in self.stops:
                queue += [child for child in expressions.children[at] if child not in seen]
                seen.update(expressions.children[at])
        return False

    def _ordered(self) -> list[int]:
        order: list[int] = []
        seen: set[int] = set()
        stack = [(self.root, False)]
        while stack:
            at, ready = stack.pop()
            if ready:
                order.append(at)
            elif at not in seen:
                seen.add(at)
                stack.append((at, True))
                for child in self.below(at):
                    self._parents.setdefault(child, []).append(at)
                    stack.append((child, False))
            if len(seen) > _MOST:
                return []
        self._graph.expressions.spend(len(order))
        return order

    def _look_at(self, at: int, functions: Functions) -> None:
        expressions = self._graph.expressions
        kind, children = expressions.kinds[at], self.below(at)
        if kind is Kind.MAP:
            self._raw[at] = True
            return
        raw = at not in self.stops and any(self._raw[child] for child in children)
        if at not in self.stops and functions.note(at, children, self._raw):
            self.gates.add(at)
            raw = False
        if raw and kind is Kind.APPLY and expressions.data[at] not in LINEAR:
            self.gates.add(at)
            raw = False
        self._raw[at] = raw

    def _absorb(self) -> None:
        """A gate that only goes on, scaled by numbers or through a function, is what it becomes."""
        for gate in sorted(self.gates):
            at = gate
            while (parent := self._only_parent(at)) is not None:
                at = parent
            if at != gate:
                self.gates.discard(gate)
                self.gates.add(at)

    def _only_parent(self, at: int) -> int | None:
        parents = self._parents.get(at, [])
        if len(parents) != 1 or at == self.root:
            return None
        expressions, parent = self._graph.expressions, parents[0]
        if expressions.kinds[parent] is not Kind.APPLY:
            return parent if expressions.kinds[parent] is Kind.PICK else None
        others = [child for child in expressions.children[parent] if child != at]
        numbers = [expressions.data[child] for child in others if self._is_number(child)]
        if len(numbers) != len(others) or len(expressions.children[parent]) != 1 + len(others):
            return None
        name = expressions.data[parent]
        if name == "mul" and self._is_share(parent, numbers):
            return None
        positive = all(isinstance(number, float) and number > 0 for number in numbers)
        first = expressions.children[parent][0] == at
        if name in ("mul", "div", "sub"):
            return parent if (positive or name == "sub") and (first or name == "mul") else None
        return parent if name not in ("neg", "where") else None

    def _is_share(self, at: int, numbers: list[object]) -> bool:
        """Whether a product with a number is added to the rest of something else: zoneout."""
        expressions = self._graph.expressions
        for parent in self._parents.get(at, []):
            others = [child for child in expressions.children[parent] if child != at]
            factors = [
                expressions.data[factor]
                for other in others
                for factor in expressions.children[other]
                if expressions.data[other] == "mul" and self._is_number(factor)
            ]
            both = [each for each in (*numbers, *factors) if isinstance(each, float)]
            if expressions.data[parent] == "add" and factors and abs(sum(both) - 1) < _NEARLY:
                return True
        return False

    def _is_number(self, at: int) -> bool:
        return self._graph.expressions.kinds[at] is Kind.NUMBER

    def _gates_from(self, roots: tuple[int, ...]) -> tuple[int, ...]:
        """The gates that are reached first; a sum of products that no activation bounds is one."""
        found: dict[int, None] = {}
        seen, stack = set(roots), list(roots)
        while stack:
            at = stack.pop()
            if at in self.gates or (at not in self.stops and self._is_plain_sum(at)):
                found[at] = None
                continue
            children = [child for child in self.below(at) if child not in seen]
            seen.update(children)
            stack += children
        return tuple(sorted(found))

    def _is_plain_sum(self, at: int) -> bool:
        """Whether this is a product of a matrix, with biases added and nothing else."""
        if not self._raw.get(at):
            return False
        expressions, stack, seen = self._graph.expressions, [at], {at}
        while stack:
            each = stack.pop()
            if each in self.stops or each in self.gates:
                return False
            if expressions.kinds[each] is not Kind.MAP:
                fresh = [child for child in expressions.children[each] if child not in seen]
                seen.update(fresh)
                stack += fresh
        return True

    def inner_gates(self, gate: int) -> tuple[int, ...]:
        """The gates inside a gate's argument."""
        return self._gates_within(gate)

    def _gates_within(self, gate: int) -> tuple[int, ...]:
        found: dict[int, None] = {}
        seen, stack = {gate}, list(self.below(gate))
        while stack:
            at = stack.pop()
            if at in seen:
                continue
            seen.add(at)
            if at in self.gates:
                found[at] = None
            else:
                stack += self.below(at)
        return tuple(sorted(found))

    def within(self, root: int) -> Iterator[int]:
        """The expressions above the gates, from a root on."""
        seen, stack = {root}, [root]
        while stack:
            at = stack.pop()
            yield at
            if at not in self.gates and at not in self.top:
                children = [child for child in self.below(at) if child not in seen]
                seen.update(children)
                stack += children

    def stripped(self, at: int) -> int:
        """What is under a chain of functions of one operand, and of norms with their gains."""
        expressions = self._graph.expressions
        while expressions.kinds[at] is Kind.APPLY and at not in self.stops:
            wide = [child for child in expressions.children[at] if not self._is_aside(child)]
            if len(wide) != 1 or wide[0] in self.gates:
                break
            at = wide[0]
        return at

    def _is_aside(self, at: int) -> bool:
        """Whether an operand is a number or stored: no part of the state."""
        expressions = self._graph.expressions
        data = expressions.data[at]
        if expressions.kinds[at] is Kind.UNIT and isinstance(data, tuple) and at not in self.stops:
            return self._graph.leaves[data[0]].origin == "stored"
        return expressions.kinds[at] is Kind.NUMBER

    def whole_function(self, part: int, argument: int, near: list[int]) -> int:
        """The last of these expressions that is a function of the argument, and has this part."""
        return whole_function(self._graph.expressions, part, argument, near)

    def is_function(self, at: int) -> bool:
        """Whether this is a nonlinear function of what gates make."""
        expressions = self._graph.expressions
        return (
            expressions.kinds[at] is Kind.APPLY
            and expressions.data[at] not in LINEAR
            and at not in self.gates
            and at not in self.stops
        )

    def values(self, mask: float) -> dict[int, Numbers]:
        """Values at random points, gates and states drawn; what is one for all units is `mask`."""
        points = random_points()
        found: dict[int, Numbers] = {}
        for at in self.order:
            found[at] = self._value(at, found, mask, next(points))
        return found

    def _value(self, at: int, found: dict[int, Numbers], mask: float, drawn: Numbers) -> Numbers:
        expressions = self._graph.expressions
        kind, data = expressions.kinds[at], expressions.data[at]
        if kind is Kind.NUMBER and isinstance(data, float):
            return (data,) * POINTS
        if at in self.gates or at in self.top or at in self.stops or kind is Kind.MAP:
            return drawn
        if kind is Kind.UNIT and isinstance(data, tuple):
            stored = self._graph.leaves[data[0]].origin == "stored"
            return drawn if data[2] is not None or stored else (mask,) * POINTS
        below = [found[child] for child in expressions.children[at]]
        return tuple(
            calculated(kind, data, [each[point] for each in below]) for point in range(POINTS)
        )
