"""Values for the parameters of a function that is run from outside, by their types."""

from __future__ import annotations

from rnninspect_torch.recovered.operators.values import UNKNOWN, OptionalValue, Structure
from rnninspect_torch.script.syntax import Index, Items, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.graphs import Shape, View
    from rnninspect_torch.recovered.operators.program import Program
    from rnninspect_torch.recovered.scripted.code import Code
    from rnninspect_torch.script.classes import Parameter
    from rnninspect_torch.script.syntax import Expression

_DEEPEST = 8


class Arguments:
    """Makes the arguments of one function: leaves for its tensors, of assumed or known shapes.

    Attributes:
        fed: the leaves, in order.
    """

    __slots__ = ("_code", "_program", "_shapes", "fed")

    def __init__(self, program: Program, code: Code, shapes: Iterator[Shape]) -> None:
        self._program, self._code, self._shapes = program, code, shapes
        self.fed: list[View] = []

    def of(self, parameters: Sequence[Parameter]) -> dict[str, object]:
        """An argument for each parameter but those that have a default other than None."""
        found = {}
        for parameter in parameters:
            value = self._value(parameter.kind, parameter.name)
            if value is not UNKNOWN or parameter.default is None:
                found[parameter.name] = value
        return found

    def _value(self, kind: Expression | None, key: str, depth: int = 0) -> object:
        if kind == Name("Tensor"):
            view = self._program.fed(("input", key), next(self._shapes, ()))
            self.fed.append(view)
            return view
        if depth > _DEEPEST:
            return UNKNOWN
        if isinstance(kind, Index) and isinstance(kind.base, Name):
            inner = kind.key.items if isinstance(kind.key, Items) else (kind.key,)
            if kind.base.path == "Optional":
                return OptionalValue(self._value(kind.key, key, depth + 1))
            if kind.base.path == "Tuple":
                values = (
                    self._value(each, f"{key}.{at}", depth + 1) for at, each in enumerate(inner)
                )
                return tuple(values)
        if isinstance(kind, Name) and kind.path in self._code.classes:
            return self._structure(kind.path, key, depth)
        return UNKNOWN

    def _structure(self, path: str, key: str, depth: int) -> object:
        fields = fields_of(self._code, path)
        if fields is None:
            return UNKNOWN
        values = (self._value(kind, f"{key}.{name}", depth + 1) for name, kind in fields)
        return Structure(tuple(name for name, _ in fields), tuple(values))


def fields_of(code: Code, path: str) -> list[tuple[str, Expression | None]] | None:
    """The fields of a named tuple and their types; None for another class."""
    found = code.classes.get(path)
    if found is None or found.base != "NamedTuple":
        return None
    return found.fields
