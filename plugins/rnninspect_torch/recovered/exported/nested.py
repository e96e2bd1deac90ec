"""Operators of exported programs that have graphs: scan, while_loop, cond, and plain calls.

The arguments are those of torch/_higher_order_ops.
"""

from __future__ import annotations

from rnninspect.graphs import Value, View
from rnninspect.plugin import Record
from rnninspect_torch.recovered.exported.records import arguments_of, graphs_in, items_of, name_in
from rnninspect_torch.recovered.operators.arithmetic import applied
from rnninspect_torch.recovered.operators.parts import selected
from rnninspect_torch.recovered.operators.values import UNKNOWN, ListValue

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from rnninspect_torch.recovered.operators.program import Program

    JsonObject = dict[str, object]

_DEEPEST = 12  # graphs in each other


class Nested(Record):
    """Runs the graphs that are arguments of nodes.

    Attributes:
        program: what is translated to.
        run: runs a graph, given the values of its inputs by name; the values of its outputs.
    """

    program: Program
    run: Callable[[JsonObject, dict[str, object]], list[object]]


def run_nested(
    outer: Nested, name: str, node: JsonObject, values: dict[str, object]
) -> tuple[object, ...]:
    """What a node with graphs gives; nothing where it is not followed."""
    graphs = graphs_in(node)
    lists = [
        each.items if isinstance(each, ListValue) else [each]
        for each in arguments_of(node, values)[0]
        if each is not UNKNOWN
    ]
    if not graphs or outer.program.depth >= _DEEPEST:
        return ()
    outer.program.depth += 1
    try:
        if name == "scan" and len(lists) >= 2:
            return _scan(outer, graphs[0], lists)
        if name.startswith("while_loop") and len(graphs) == 2 and lists:
            more = [each for items in lists[1:] for each in items]
            return tuple(_turn(outer, graphs[1], lists[0], more))
        given = [each for items in lists for each in items]
        if name == "cond" and len(graphs) == 2:
            return _branches(outer, graphs, given)
        return tuple(_inside(outer, graphs[0], given)) if len(graphs) == 1 else ()
    finally:
        outer.program.depth -= 1


def _inside(outer: Nested, graph: JsonObject, given: Sequence[object]) -> list[object]:
    """The results of a graph that is given the last of these values."""
    names = [name_in(each) for each in items_of(graph.get("inputs"))]
    if len(names) > len(given):
        return []
    return outer.run(graph, dict(zip(names, given[len(given) - len(names) :], strict=True)))


def _turn(
    outer: Nested,
    graph: JsonObject,
    carried: Sequence[object],
    more: Sequence[object],
) -> list[object]:
    """Run a loop's body once, and note what it carries; what the loop gives."""
    program = outer.program
    names = [name_in(each) for each in items_of(graph.get("inputs"))]
    if len(names) != len(carried) + len(more):
        return []
    olds = [program.made(value.shape) if isinstance(value, Value) else value for value in carried]
    label = program.label
    results = _inside(outer, graph, [*olds, *more])
    pairs = [
        (old, new)
        for old, new in zip(olds, results, strict=False)
        if isinstance(old, View) and isinstance(new, Value)
    ]
    program.graph.carry(label, pairs)
    return [program.made(each.shape) if isinstance(each, Value) else each for each in results]


def _scan(outer: Nested, graph: JsonObject, lists: list[list[object]]) -> tuple[object, ...]:
    """A loop over the first axis of some values; their turns' results are stacked."""
    states, sequences, *others = lists
    more = [each for items in others for each in items]
    slices = [
        selected(outer.program, each, 0, None) if isinstance(each, Value) and each.shape else each
        for each in sequences
    ]
    results = _turn(outer, graph, states, [*slices, *more])
    return tuple(results[: len(states)])  # the rest has another shape: leaves


def _branches(
    outer: Nested, graphs: list[dict[str, object]], given: Sequence[object]
) -> tuple[object, ...]:
    """Both branches; which is taken is known at run time alone."""
    one, other = (_inside(outer, graph, given) for graph in graphs)
    condition = outer.program.made(())
    return tuple(
        applied(outer.program, "where", condition, first, second)
        if isinstance(first, Value) and isinstance(second, Value)
        else None
        for first, second in zip(one, other, strict=False)
    )
