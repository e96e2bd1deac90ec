"""Resource variables: what is stored in them once, and what each run assigns to them."""

from __future__ import annotations

from rnninspect_tflite.operators.values import Kind, Value
from rnninspect_tflite.schema.options import integer, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_tflite.operators.values import Call
    from rnninspect_tflite.schema.records import Key, Model, Operator


class Variables:
    """The variables of a model, by name.

    Attributes:
        reads: for each variable that a run assigns to, what it had before.
        results: what is assigned to it.
        initial: the stored tensors that such variables begin with.
        missing: the names of those that are read, and to which nothing is assigned.
    """

    def __init__(self, model: Model) -> None:
        self._changed = _assigned(model)
        self._names: dict[Value, str] = {}
        self._kept: dict[str, Value] = {}
        self.reads: dict[str, Value] = {}
        self.results: dict[str, Value] = {}
        self.initial: set[Key] = set()
        self.missing: dict[str, None] = {}

    def ran(self, call: Call) -> Value | None:
        """One of the three operators; what it gives in place of a value that nobody knows."""
        handle = call.input(0)
        match call.operator.name:
            case "VAR_HANDLE" if call.output is not None:
                self._names[call.output] = _name(call.operator)
            case "ASSIGN_VARIABLE" if handle is not None and handle in self._names:
                self._assign(self._names[handle], call.input(1))
            case "READ_VARIABLE" if handle is not None and handle in self._names:
                return self._read(self._names[handle], call)
        return None

    def _assign(self, name: str, value: Value | None) -> None:
        if value is None:
            return
        if name not in self._changed:
            self._kept[name] = value
        elif value.kind is Kind.DYNAMIC:
            self.results[name] = value
        else:
            self.initial.update(leaf.key for leaf in value.leaves)

    def _read(self, name: str, call: Call) -> Value | None:
        if name not in self._changed:
            return self._kept.get(name) or self._missing(name, call)
        if name not in self.results and call.output is not None:
            found = self.reads.setdefault(name, Value(call.output.tensor, Kind.INPUT))
            return found if found.shape == call.output.shape else None
        return self.results.get(name)

    def _missing(self, name: str, call: Call) -> Value | None:
        """A variable to which nothing is assigned: its elements are not in the file."""
        self.missing.setdefault(name)
        return None if call.output is None else Value(call.output.tensor, Kind.COMPUTED)


def _name(operator: Operator) -> str:
    return text(operator, 1)


def _assigned(model: Model) -> frozenset[str]:
    """The variables that are assigned to outside the subgraphs that run once."""
    if not any("ASSIGN_VARIABLE" in graph.kinds for graph in model.subgraphs):
        return frozenset()
    once = {
        integer(operator, 0)
        for graph in model.subgraphs
        for operator in graph.operators
        if operator.name == "CALL_ONCE"
    }
    changed: set[str] = set()
    for graph in model.subgraphs:
        if graph.number in once:
            continue
        names = {
            operator.outputs[0]: _name(operator)
            for operator in graph.operators
            if operator.name == "VAR_HANDLE" and operator.outputs
        }
        changed.update(
            names.get(operator.inputs[0], "")
            for operator in graph.operators
            if operator.name == "ASSIGN_VARIABLE" and operator.inputs
        )
    return frozenset(changed)
