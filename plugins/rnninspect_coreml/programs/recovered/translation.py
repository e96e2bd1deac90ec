"""Translates what a program runs into the core's graph, one operation after the other."""

from __future__ import annotations

from rnninspect.graphs import Exhausted, Origin, View, one_place, without_axis
from rnninspect_coreml.programs.recovered.operands import Operands
from rnninspect_coreml.programs.recovered.operators import TABLE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from rnninspect.graphs import Value as CoreValue
    from rnninspect_coreml.programs.decoding import Decoder
    from rnninspect_coreml.programs.records import Operation, Output
    from rnninspect_coreml.programs.values import Value


class Translation(Operands):
    """Translates each operation that is run, until the graph's budget is spent.

    A list of states, of which a turn of a loop reads one and writes the next, is a state: what is
    read is a leaf, and what is written is what it becomes.
    """

    def __init__(self, decoder: Decoder, operations: int) -> None:
        super().__init__(decoder, operations)
        self._lists: dict[str, str] = {}  # what loops carry, and casts of it
        self._states: dict[str, CoreValue] = {}  # what is read of such a list
        self._written: dict[str, tuple[str, CoreValue]] = {}
        self._sequences: dict[str, CoreValue] = {}  # what lists of tensors were filled with

    def begin(self, values: Mapping[str, Value], inputs: Sequence[Output]) -> None:
        """A function is run with its inputs."""
        self.values, self.known = values, {}
        self._lists, self._states, self._written, self._sequences = {}, {}, {}, {}
        for each in inputs:
            found = self.of(each.name)
            if isinstance(found, View):
                self.graph.inputs.append(found)

    def end(self, outputs: Sequence[str]) -> None:
        """The function gives its outputs."""
        found = (self.of(name) for name in outputs)
        self.graph.outputs.extend(each for each in found if each is not None)

    def ran(self, operation: Operation, label: str) -> None:
        """An operation was run: translate it, if it is in the table."""
        translate = TABLE.get(operation.kind)
        if self.is_exhausted or not operation.outputs:
            return
        self.label = label
        try:
            if self._of_sequence(operation) or self._of_list(operation) or translate is None:
                return
            if operation.outputs[0].shape is None:
                return
            results = translate(self, operation, operation.outputs[0].shape)
            for output, found in zip(operation.outputs, results, strict=False):
                if found is not None:
                    self.known[output.name] = found
        except (Exhausted, LookupError, ValueError):
            return  # too large, or its shapes contradict each other: not followed

    def enter(self, inputs: Sequence[Output], carried: Collection[int]) -> None:
        """The body of a loop is about to run, which changes some of its inputs."""
        for at, each in enumerate(inputs):
            self.known.pop(each.name, None)
            if at not in carried:
                continue
            self._states.pop(each.name, None)
            self._lists[each.name] = each.name

    def looped(self, name: str, inputs: Sequence[Output], outputs: Sequence[str]) -> None:
        """A loop's body was run: note what it carries."""
        carried = []
        for each, result in zip(inputs, outputs, strict=False):
            old, new = self.of(each.name), self.of(result)
            source, written = self._written.get(result, ("", None))
            if source == each.name and source in self._states:
                old, new = self._states[source], written
            if isinstance(old, View) and new is not None and each.name != result:
                carried.append((old, new))
        self.graph.carry(name, carried)

    def chosen(self, operation: Operation, results: Sequence[Sequence[str]]) -> None:
        """Both branches were run: what they give is one of two values."""
        for output, *names in zip(operation.outputs, *results, strict=False):
            values = [self.given(operation, "pred"), *map(self.of, names)]
            known = [value for value in values if value is not None]
            if output.shape is None or len(known) != len(values) or self.is_exhausted:
                continue
            try:
                found = self.graph.apply("where", known, output.shape)
            except Exhausted:
                return
            if found is not None:
                self.known[output.name] = found

    def _of_sequence(self, operation: Operation) -> bool:
        """Whether an operation fills a list of tensors with a sequence, or reads one of them."""
        if operation.kind == "list_scatter":
            whole = self.given(operation, "value")
            if whole is not None:
                self._sequences[operation.outputs[0].name] = whole
            return True
        whole = self._sequences.get(_name(operation, "ls"))
        if operation.kind != "list_read" or whole is None:
            return False
        numbers = self.integers(operation, "index")
        found = one_place(self.graph, whole, 0, numbers[0] if numbers else None)
        found = None if found is None else without_axis(self.graph, found, 0)
        if found is not None:
            self.known[operation.outputs[0].name] = found
        return found is not None

    def _of_list(self, operation: Operation) -> bool:
        """Whether an operation reads or writes one of the states that a loop carries."""
        output, name = operation.outputs[0], _name(operation, "x")
        if operation.kind == "cast" and name in self._lists:
            self._lists[output.name] = self._lists[name]
            return False
        if operation.kind == "cast" and name in self._written:
            self._written[output.name] = self._written[name]
            return True
        if operation.kind == "gather" and name in self._lists and output.shape is not None:
            source = self._lists[name]
            if source not in self._states:
                self._states[source] = self.graph.leaf(Origin.OTHER, output, output.shape)
            self.known[output.name] = self._states[source]
            return True
        data = self._lists.get(_name(operation, "data")) if operation.kind == "scatter" else None
        updates = None if data is None else self.given(operation, "updates")
        if data is None or updates is None:
            return False
        self._written[output.name] = (data, updates)
        return True


def _name(operation: Operation, key: str) -> str:
    """The name of the value that an operation is given; empty if it is in the operation."""
    found = operation.inputs.get(key, ("",))[0]
    return found if isinstance(found, str) else ""
