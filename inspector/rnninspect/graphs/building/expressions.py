"""Expressions over one hidden unit, each stored once: what a lane of a tensor computes."""

from __future__ import annotations

from rnninspect.lean import IntEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


LINEAR = frozenset({"add", "sub", "mul", "div", "neg", "where", "norm"})
"""Functions under which a sum of products is not yet an activation; all others are nonlinear."""


class Kind(IntEnum):
    """What an expression is."""

    UNIT = 0  # a unit of a leaf: (leaf, fixed, label, offset); label None where it is broadcast
    NUMBER = 1  # a float
    MAP = 2  # an output unit of a linear map: (map, offset)
    APPLY = 3  # a function of its children, by name
    PICK = 4  # its child at one place of another axis: (label, start, size)
    JOIN = 5  # its children one after the other along another axis: (label, sizes)


_LEAST_BUDGET, _BUDGET_OF_A_NODE, _MOST_BUDGET = 100_000, 60, 2_500_000


def budget_for(nodes: int) -> int:
    """How many steps the translation and recognition of a graph of this many nodes may take."""
    return min(_LEAST_BUDGET + _BUDGET_OF_A_NODE * nodes, _MOST_BUDGET)


class Exhausted(Exception):  # noqa: N818 - an answer, not a fault
    """The graph takes more expressions than the budget allows."""


class Expressions:
    """An arena of expressions; equal ones are one, and children have smaller numbers."""

    __slots__ = ("_known", "_rewritten", "budget", "children", "data", "joined", "kinds")

    def __init__(self, budget: int) -> None:
        self.kinds: list[Kind] = []
        self.data: list[object] = []
        self.children: list[tuple[int, ...]] = []
        self.joined: list[bool] = []  # whether a JOIN is somewhere below, outside linear maps
        self.budget = budget
        self._known: dict[tuple[object, ...], int] = {}
        self._rewritten: dict[tuple[object, int], int] = {}

    def make(self, kind: Kind, data: object, children: tuple[int, ...] = ()) -> int:
        """The expression of this kind, data and children.

        Raises:
            Exhausted: the budget is spent.
        """
        key = (kind, data, children)
        found = self._known.get(key)
        if found is None:
            self.spend(1 + len(children) // 8)
            found = len(self.kinds)
            self._known[key] = found
            self.kinds.append(kind)
            self.data.append(data)
            self.children.append(children)
            joined = kind is Kind.JOIN
            for child in children:
                joined = joined or self.joined[child]
            self.joined.append(joined)
        return found

    def spend(self, amount: int) -> None:
        """Take steps from the budget; raises Exhausted where it is spent."""
        self.budget -= amount
        if self.budget < 0:
            raise Exhausted

    def shift(self, root: int, offset: int) -> int:
        """The same expression over a unit that is `offset` further along the lane axis."""
        return self._rewrite(root, offset, lambda at: self._shifted(at, offset)) if offset else root

    def _shifted(self, at: int, offset: int) -> int | None:
        data = self.data[at]
        match self.kinds[at]:
            case Kind.NUMBER:
                return at
            case Kind.UNIT if isinstance(data, tuple):
                leaf, fixed, label, start = data
                if label is None:
                    return at
                return self.make(Kind.UNIT, (leaf, fixed, label, start + offset))
            case Kind.MAP if isinstance(data, tuple):
                return self.make(Kind.MAP, (data[0], data[1] + offset))
        return None

    def pick(self, root: int, label: int, start: int, size: int) -> int:
        """The same expression at one place, or at some, of the axis with this label."""
        key = (label, start, size)
        return self._rewrite(root, key, lambda at: self._picked(at, key))

    def _picked(self, at: int, key: tuple[int, int, int]) -> int | None:
        label, start, size = key
        data = self.data[at]
        if self.kinds[at] is Kind.NUMBER:
            return at
        if self.kinds[at] is Kind.JOIN and isinstance(data, tuple) and data[0] == label:
            found = _part(data[1], start, size)
            if found is not None:
                return self.children[at][found]
        elif self.joined[at] and self.kinds[at] in (Kind.APPLY, Kind.JOIN):
            return None
        return self.make(Kind.PICK, key, (at,))

    def _rewrite(self, root: int, key: object, rule: Callable[[int], int | None]) -> int:
        """Apply a rule from the leaves up: what it gives, or the same over new children."""
        done, stack = self._rewritten, [root]
        while stack:
            at = stack[-1]
            if (key, at) in done:
                stack.pop()
                continue
            self.spend(1)
            found = rule(at)
            if found is None:
                missing = [child for child in self.children[at] if (key, child) not in done]
                if missing:
                    stack += missing
                    continue
                renewed = tuple(done[key, child] for child in self.children[at])
                found = self.make(self.kinds[at], self.data[at], renewed)
            done[key, at] = found
            stack.pop()
        return done[key, root]


def _part(sizes: tuple[int, ...], start: int, size: int) -> int | None:
    """Which part of a join is at this place; None where the place is not one whole part."""
    if start < 0:
        return None
    if len(set(sizes)) == 1:  # steps of a sequence: no search through all of them
        at, rest = divmod(start, sizes[0] or 1)
        return at if not rest and size == sizes[0] and at < len(sizes) else None
    begin = 0
    for at, length in enumerate(sizes):
        if begin == start:
            return at if length == size else None
        begin += length
    return None
