"""Translates the graph of an exported program: nodes that are operators, whose shapes are known.

The JSON is that of torch/_export/serde/schema.py.
"""

from __future__ import annotations

from rnninspect.graphs import Exhausted, Graph, Value, View, budget_for
from rnninspect_torch.recovered.exported.nested import Nested, run_nested
from rnninspect_torch.recovered.exported.records import (
    arguments_of,
    changed_in,
    fields_of,
    is_in_place,
    items_of,
    name_in,
    names_in,
    shape_in,
    target_in,
)
from rnninspect_torch.recovered.operators.given import Given
from rnninspect_torch.recovered.operators.parts import selected
from rnninspect_torch.recovered.operators.program import Program
from rnninspect_torch.recovered.operators.table import run
from rnninspect_torch.recovered.operators.values import Pieces

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.graphs import Shape
    from rnninspect_torch.networks.named_tensors import NamedTensor

_ATEN, _HIGHER_ORDER = "torch.ops.aten.", "torch.ops.higher_order."
_STORED = (("parameter", "parameter_name"), ("buffer", "buffer_name"))
_STORED_CONSTANT = ("tensor_constant", "tensor_constant_name")


def translate(
    program: dict[str, object], entries: dict[str, NamedTensor], spend: Callable[[int], None]
) -> Graph | None:
    """The core's graph of a program; None if it has none, or takes too long."""
    module = fields_of(program.get("graph_module"))
    graph = fields_of(module.get("graph"))
    nodes = items_of(graph.get("nodes"))
    if not nodes:
        return None
    spend(len(nodes))
    shapes = fields_of(graph.get("tensor_values"))
    translation = Translation(Program(budget_for(len(nodes)), {}), shapes)
    try:
        translation.bind(fields_of(module.get("signature")), entries, changed_in(program))
        translation.run(graph)
        translation.close(fields_of(module.get("signature")))
    except Exhausted:
        return None
    return translation.program.graph


class Translation:
    """The values of a graph's names, and of those of the graphs in it.

    Attributes:
        program: what is translated to.
        values: by name; a nested graph has its own.
    """

    __slots__ = ("_nested", "_shapes", "_states", "program", "values")

    def __init__(self, program: Program, shapes: dict[str, object]) -> None:
        self.program = program
        self.values: dict[str, object] = {}
        self._shapes = shapes
        self._states: dict[str, View] = {}  # buffers that the program changes
        self._nested = Nested(program, self._run_inside)

    def bind(
        self,
        signature: dict[str, object],
        entries: dict[str, NamedTensor],
        changed: frozenset[str],
    ) -> None:
        """Bind the inputs of the outermost graph: tensors of the file, or what is fed.

        `changed` are the names of the buffers that it changes, or of their inputs.
        """
        for spec in items_of(signature.get("input_specs")):
            for kind, label in (*_STORED, _STORED_CONSTANT):
                fields = fields_of(fields_of(spec).get(kind))
                name, tensor = name_in(fields.get("arg")), str(fields.get(label))
                if name and tensor in entries and name not in changed and tensor not in changed:
                    self.values[name] = self.program.stored(entries[tensor])
                elif name:
                    self._states[name] = self._fed(name)
            fed = name_in(fields_of(fields_of(spec).get("user_input")).get("arg"))
            if fed:
                self._fed(fed)

    def _fed(self, name: str) -> View:
        view = self.program.fed(name, self.shape(name) or ())
        self.values[name] = view
        self.program.graph.inputs.append(view)
        return view

    def shape(self, name: str) -> Shape | None:
        """The shape that the file states for a name."""
        return shape_in(self._shapes.get(name))

    def run(self, graph: dict[str, object]) -> None:
        """Translate the nodes of a graph in order."""
        for node in items_of(graph.get("nodes")):
            fields = fields_of(node)
            target = str(fields.get("target"))
            if target.startswith(_ATEN):
                self._operator(target.removeprefix(_ATEN).partition(".")[0], fields)
            elif target.startswith(_HIGHER_ORDER):
                self.program.graph.expressions.spend(1)
                name = target.removeprefix(_HIGHER_ORDER).partition(".")[0]
                self.assign(fields, run_nested(self._nested, name, fields, self.values))
            else:
                self.assign(fields, None)

    def _operator(self, name: str, node: dict[str, object]) -> None:
        outputs = names_in(node)
        self.program.label = outputs[0] if outputs else name
        positional, named = arguments_of(node, self.values)
        given = Given(self.program, positional, named, len(outputs))
        result = given.get(1, "src") if name == "copy_" else run(self.program, name, given)
        self.assign(node, result)
        changed = target_in(node) if is_in_place(name) else ""
        if changed and outputs:
            self.values[changed] = self.values.get(outputs[0])

    def assign(self, node: dict[str, object], result: object) -> None:
        """Bind the names of a node's results; leaves for what is not followed."""
        names = names_in(node)
        if isinstance(result, Pieces):
            result = None if len(names) > _MOST_PIECES else self._unbound(result, len(names))
        results = result if type(result) is tuple else (result,)
        for at, name in enumerate(names):
            found = results[at] if at < len(results) else None
            shape = self.shape(name)
            if isinstance(found, Value) and (shape is None or len(shape) == len(found.shape)):
                self.values[name] = found
            elif shape is not None:
                self.values[name] = self.program.made(shape)

    def _unbound(self, pieces: Pieces, count: int) -> tuple[Value, ...]:
        return tuple(selected(self.program, pieces.value, pieces.axis, at) for at in range(count))

    def _run_inside(self, graph: dict[str, object], values: dict[str, object]) -> list[object]:
        """Run a graph in this one; the values of its outputs."""
        inner = Translation(self.program, fields_of(graph.get("tensor_values")))
        inner.values.update(values)
        inner.run(graph)
        return [inner.values.get(name_in(output)) for output in items_of(graph.get("outputs"))]

    def close(self, signature: dict[str, object]) -> None:
        """Note what the outermost graph gives, changed buffers among it."""
        for spec in items_of(signature.get("output_specs")):
            for each in fields_of(spec).values():
                given = self.values.get(name_in(fields_of(each).get("arg")))
                if isinstance(given, Value):
                    self.program.graph.outputs.append(given)
        for name, state in self._states.items():
            now = self.values.get(name)
            if isinstance(now, Value) and now != state:
                self.program.graph.outputs.append(now)


_MOST_PIECES = 4096
