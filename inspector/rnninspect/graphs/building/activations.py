"""Activations that are written with several operators: swish, softsign, GELU, mish."""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rnninspect.graphs.building.expressions import Expressions


class Functions:
    """Which expressions of a step are functions of one sum of products, such as `s·σ(s)`."""

    def __init__(self, expressions: Expressions) -> None:
        self._expressions = expressions
        self._sums: dict[int, int] = {}  # an expression, and the sum that it is a function of
        self._last: dict[int, int] = {}  # a sum, and the last expression that uses it twice

    def note(self, at: int, below: Collection[int], raw: Mapping[int, bool]) -> bool:
        """Whether an expression uses a sum and an activation of it; children are noted first."""
        if self._expressions.kinds[at] is not Kind.APPLY:
            return False
        wide = [child for child in below if self._expressions.kinds[child] is not Kind.NUMBER]
        sums = {self._sums.get(child, child if raw[child] else None) for child in wide}
        only = sums.pop() if len(sums) == 1 else None
        if only is None:
            return False
        self._sums[at] = only
        # Without the sum itself it is what becomes of a gate: `where(z > 1/2, z - 1, z)` of lerp.
        sums_among = {raw[child] for child in wide}
        uses_twice = len(set(wide)) > 1 and sums_among == {True, False}
        if uses_twice:
            self._last[only] = at
        return uses_twice

    def within(self, gates: Collection[int], parents: Mapping[int, Sequence[int]]) -> set[int]:
        """The gates that are only parts of another function of the same sum."""
        return {
            gate
            for gate in gates
            if (of := self._sums.get(gate)) in self._last
            and self._last[of] != gate
            and all(self._sums.get(parent) == of for parent in parents.get(gate, ()))
        }


def whole_function(expressions: Expressions, part: int, argument: int, near: Sequence[int]) -> int:
    """The last of these expressions that is a function of the argument, and has this part.

    Args:
        expressions: those of the graph.
        part: a function of the argument, such as `σ(c')` in `c'·σ(c')`.
        argument: what it is a function of.
        near: expressions that may have it as a part.
    """
    inside, last = {part, argument}, part
    for at in sorted(near):  # children have smaller numbers
        if expressions.kinds[at] is not Kind.APPLY or at in inside:
            continue
        below = expressions.children[at]
        wide = {child for child in below if expressions.kinds[child] is not Kind.NUMBER}
        if wide <= inside:
            inside.add(at)
            last = at if wide & (inside - {argument}) else last
    return last
