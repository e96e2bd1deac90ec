"""Evaluates expressions of a function: names, attributes, items, calls of operators."""

from __future__ import annotations

from rnninspect.decode.pickles.values import Instance
from rnninspect.graphs import Exhausted, Value
from rnninspect_torch.recovered.operators.given import Given
from rnninspect_torch.recovered.operators.parts import selected
from rnninspect_torch.recovered.operators.table import not_followed, run
from rnninspect_torch.recovered.operators.values import (
    MISSING,
    UNKNOWN,
    ListValue,
    Pieces,
    Raised,
    Structure,
    items_of,
    unwrapped,
)
from rnninspect_torch.recovered.scripted.arguments import fields_of
from rnninspect_torch.recovered.scripted.scalars import NotScalar, scalar
from rnninspect_torch.script.calls import constant_number
from rnninspect_torch.script.syntax import Attribute, Call, Index, Items, Literal, Name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from rnninspect_torch.recovered.operators.program import Program
    from rnninspect_torch.recovered.scripted.code import Code
    from rnninspect_torch.recovered.scripted.objects import Objects
    from rnninspect_torch.script.classes import Function
    from rnninspect_torch.script.syntax import Expression

    Variables = dict[str, object]

_DEEPEST = 200  # expressions, blocks and calls in each other; Python allows some 900
_OPERATORS = ("torch.", "ops.")
_LONGEST_MERGE = 4096


class Evaluation:
    """Evaluates expressions, and runs what they call.

    Attributes:
        program: what is translated to.
        code, objects: of the archive.
        depth: of what is evaluated now.
    """

    def __init__(self, program: Program, code: Code, objects: Objects) -> None:
        self.program, self.code, self.objects = program, code, objects
        self.depth = 0

    def call(self, function: Function, positional: Sequence[object], named: Variables) -> object:
        """Run a function of the archive."""
        raise NotImplementedError

    def enter(self) -> None:
        """Count a level of nesting; Exhausted beyond the deepest."""
        self.depth += 1
        self.program.graph.expressions.spend(1)
        if self.depth > _DEEPEST:
            raise Exhausted

    def evaluate(self, at: Expression, variables: Variables, count: int = 0) -> object:
        """The value of an expression, of which `count` results are taken."""
        self.enter()
        match at:
            case Name():
                found = self._name(at, variables)
            case Literal():
                found = at.value
            case Call():
                found = self._call(at, variables, count)
            case Attribute():
                found = self.attribute(self.evaluate(at.base, variables), at.name)
            case Index():
                base = unwrapped(self.evaluate(at.base, variables))
                found = self._item(base, self.evaluate(at.key, variables))
            case Items():
                found = self._items(at, variables)
        self.depth -= 1
        return found

    def _name(self, at: Name, variables: Variables) -> object:
        first, dot, rest = at.path.partition(".")
        if first not in variables:
            number = constant_number(at)
            if number is not None:
                return self.objects.constant(number)
            return at if at.path.startswith("__torch__.") else UNKNOWN
        found = variables[first]
        for name in rest.split(".") if dot else ():
            found = self.attribute(found, name)
        return found

    def attribute(self, value: object, name: str) -> object:
        """An attribute of a module or a named tuple."""
        value = unwrapped(value)
        if isinstance(value, Instance):
            return self.objects.get(value, name)
        if isinstance(value, Structure) and name in value.fields:
            return value.items[value.fields.index(name)]
        return UNKNOWN

    def _item(self, base: object, key: object) -> object:
        if isinstance(base, Pieces):
            index = key if type(key) is int else None
            return selected(self.program, base.value, base.axis, index)
        items = items_of(base)
        if items is not None and type(key) is int:
            return items[key] if -len(items) <= key < len(items) else UNKNOWN
        if isinstance(base, ListValue) and base.items:
            first = base.items[-1]
            return self.program.made(first.shape) if isinstance(first, Value) else UNKNOWN
        return UNKNOWN

    def _items(self, at: Items, variables: Variables) -> object:
        if at.opening == "{":
            return UNKNOWN
        values = [self.evaluate(item, variables) for item in at.items]
        return ListValue(values, self.program.depth) if at.opening == "[" else tuple(values)

    def unpacked(self, value: object, count: int) -> Sequence[object]:
        """As many values as there are targets."""
        value = unwrapped(value)
        if isinstance(value, Pieces):
            return [selected(self.program, value.value, value.axis, at) for at in range(count)]
        items = items_of(value)
        return items if items is not None and len(items) == count else [UNKNOWN] * count

    # Calls.

    def _call(self, at: Call, variables: Variables, count: int) -> object:
        if isinstance(at.function, Name):
            path = at.function.path
            if path in _FORMS:
                return self._form(path, at, variables)
            positional, named = self._arguments(at, variables)
            if path.startswith(_OPERATORS) or "." not in path:
                target = variables.get(path)
                if isinstance(target, Name):
                    return self._function(target.path, positional, named)
                given = Given(self.program, positional, named, count)
                return self._operator(at, path, given, variables)
            return self._function(path, positional, named)
        if isinstance(at.function, Attribute):
            owner = unwrapped(self.evaluate(at.function.base, variables))
            positional, named = self._arguments(at, variables)
            return self._method(owner, at.function.name, positional, named)
        return UNKNOWN

    def _form(self, path: str, at: Call, variables: Variables) -> object:
        """Calls that are part of the language, with types among their arguments."""
        if path == "uninitialized" or len(at.arguments) != 2:
            return MISSING
        value = self.evaluate(at.arguments[_FORMS[path]], variables)
        if path == "getattr":
            name = at.arguments[1]
            return self.attribute(value, str(name.value)) if isinstance(name, Literal) else UNKNOWN
        return unwrapped(value) if path == "unchecked_cast" else value

    def _arguments(self, at: Call, variables: Variables) -> tuple[list[object], Variables]:
        positional: list[object] = []
        named: Variables = {}
        for expression, name in zip(at.arguments, at.names, strict=True):
            value = self.evaluate(expression, variables)
            if name:
                named[name] = value
            else:
                positional.append(value)
        return positional, named

    def _method(
        self, owner: object, name: str, positional: list[object], named: Variables
    ) -> object:
        """A method of a module; another object's is not followed."""
        found = self.code.classes.get(owner.path) if isinstance(owner, Instance) else None
        function = None if found is None else found.methods.get(name)
        if function is None:
            return not_followed(self.program, positional)
        return self.call(function, [owner, *positional], named)

    def _function(self, path: str, positional: list[object], named: Variables) -> object:
        """A function of the archive, or a named tuple that is made."""
        function = self.code.functions.get(path)
        if function is not None:
            return self.call(function, positional, named)
        fields = fields_of(self.code, path)
        if fields is None:
            return not_followed(self.program, positional)
        names = tuple(name for name, _ in fields)
        given = [*positional, *(named.get(name, UNKNOWN) for name in names[len(positional) :])]
        return Structure(names, tuple(given[: len(names)]))

    def _operator(self, at: Call, path: str, given: Given, variables: Variables) -> object:
        space, _, name = path.removeprefix("torch.").rpartition(".")
        if name == "RaiseException":
            raise Raised
        if space == "ops.quantized":
            name = f"quantized.{name}"
        values = given.everything()
        try:
            plain = [value if name in _OF_NONE else unwrapped(value) for value in values]
            return scalar(name, plain)
        except NotScalar:
            pass
        found = given.get(1, "src") if name == "copy_" else run(self.program, name, given)
        if found is None:
            found = not_followed(self.program, values)
        if name.endswith("_") and not name.endswith("__") and values:
            self._changed(at.arguments[0], values[0], found, variables)
        return found

    def _changed(self, at: Expression, old: object, new: object, variables: Variables) -> None:
        """An operator in place: the variable has another value now, and the state that it was."""
        if isinstance(at, Name) and at.path in variables:
            variables[at.path] = new
        if isinstance(old, Value) and isinstance(new, Value):
            self.objects.copied(old, new)


_FORMS = {"annotate": 1, "unchecked_cast": 1, "uninitialized": 0, "getattr": 0}
_OF_NONE = ("__is__", "__isnot__")
