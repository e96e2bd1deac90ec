"""What a loop carries from turn to turn: variables that its body assigns, and items of lists."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance
from rnninspect.graphs import Value, View
from rnninspect_torch.recovered.operators.values import (
    UNKNOWN,
    ListValue,
    Pieces,
    Structure,
    items_of,
    unwrapped,
)
from rnninspect_torch.script.syntax import Assign, If, Loop, Name, Unknown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_torch.recovered.operators.program import Program
    from rnninspect_torch.recovered.scripted.evaluation import Variables
    from rnninspect_torch.script.syntax import Block

_MOST_ITEMS = 64  # of a list that a loop may change
_DEEPEST = 6  # tuples in each other
_VARIABLES_IN_A_STEP = 16


def assigned_in(block: Block) -> Iterator[str]:
    """The variables that a block assigns, those in its inner blocks included."""
    waiting = [block]
    while waiting:
        for statement in waiting.pop():
            match statement:
                case Assign() | Unknown():
                    yield from statement.targets
                case If():
                    waiting += (statement.then, statement.otherwise)
                case Loop():
                    waiting.append(statement.body)


class Carried:
    """The carried values of one loop: leaves during its turn, and what the turn makes of them."""

    __slots__ = ("_lengths", "_lists", "_name", "_pairs", "_program", "_variables")

    def __init__(self, program: Program, body: Block, variables: Variables) -> None:
        self._program = program
        self._name = program.new_loop()
        self._pairs: list[tuple[str, View, object]] = []
        self._variables: dict[str, tuple[object, object]] = {}
        self._lists: list[tuple[ListValue, list[object], list[object]]] = []
        for name in dict.fromkeys(assigned_in(body)):
            if name in variables:
                old = variables[name]
                variables[name] = self._begin(unwrapped(old), name)
                self._variables[name] = (old, variables[name])
        lists = [(name, each) for name, each in variables.items() if isinstance(each, ListValue)]
        program.graph.expressions.spend(1 + len(variables) // _VARIABLES_IN_A_STEP)
        self._lengths = [(value, len(value.items)) for _, value in lists]
        for name, value in lists:
            if name not in self._variables:
                self._open(value, name)

    def _begin(self, value: object, key: str, depth: int = 0) -> object:
        """What a variable is in the turn: leaves for its tensors."""
        self._program.graph.expressions.spend(1)
        if isinstance(value, Value):
            return self._program.carried((self._name, key), value.shape) or UNKNOWN
        if value is UNKNOWN or value is None:
            found = self._program.carried((self._name, key), None)
            return UNKNOWN if found is None else found
        items = None if isinstance(value, ListValue) else items_of(value)
        if items is not None and depth < _DEEPEST:
            inner = tuple(
                self._begin(item, f"{key}.{at}", depth + 1) for at, item in enumerate(items)
            )
            return Structure(value.fields, inner) if isinstance(value, Structure) else inner
        if isinstance(value, Instance | str | ListValue | Pieces | Name):
            return value
        return UNKNOWN

    def _open(self, values: ListValue, name: str) -> None:
        """Replace the tensors of a list that the body may change."""
        items = values.items
        if not 0 < len(items) <= _MOST_ITEMS or values.is_open:
            return
        if any(self._program.graph.is_stored(item) for item in items if isinstance(item, Value)):
            return
        old = list(items)
        items[:] = [
            self._begin(item, f"{name}[{at}]")
            if isinstance(item, Value) or items_of(item) is not None
            else item
            for at, item in enumerate(items)
        ]
        self._lists.append((values, old, list(items)))

    def close(self, variables: Variables) -> None:
        """Tell the graph what is carried; what the variables are after the loop."""
        pairs: list[tuple[View, Value]] = []
        for name, (first, old) in self._variables.items():
            new = unwrapped(variables.get(name, UNKNOWN))
            variables[name] = self._end(name, first, old, new, pairs)
        for values, before, during in self._lists:
            for at, (first, old) in enumerate(zip(before, during, strict=True)):
                if at < len(values.items):
                    values.items[at] = self._end("", first, old, values.items[at], pairs)
        for value, length in self._lengths:  # one that is longer now has an unknown length
            value.is_open = value.is_open or len(value.items) > length
        self._program.graph.carry(self._program.label, pairs)

    def _end(
        self,
        key: str,
        first: object,
        old: object,
        new: object,
        pairs: list[tuple[View, Value]],
        depth: int = 0,
    ) -> object:
        """Note what a turn makes of a value; what the value is after the loop."""
        self._program.graph.expressions.spend(1)
        if isinstance(old, View) and isinstance(new, Value):
            if new == old:
                return first
            self._program.learn_like(old, new)
            pairs.append((old, new))
            return self._program.made(new.shape)
        if old is UNKNOWN and isinstance(new, Value):
            self._program.learn_shape((self._name, key), new.shape)
            return self._program.made(new.shape)
        olds, news = items_of(old), items_of(new)
        if isinstance(new, ListValue) or olds is None or news is None or len(olds) != len(news):
            return new
        firsts = items_of(first)
        if firsts is None or len(firsts) != len(olds) or depth > _DEEPEST:
            return new
        items = tuple(
            self._end(f"{key}.{at}", *three, pairs, depth + 1)
            for at, three in enumerate(zip(firsts, olds, news, strict=True))
        )
        return Structure(new.fields, items) if isinstance(new, Structure) else items
