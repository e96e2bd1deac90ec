"""Translates a script several times: under assumptions of ranks, with sizes learned before."""

from __future__ import annotations

from itertools import chain, repeat

from rnninspect.graphs import Exhausted, Value, View, budget_for
from rnninspect.plugin import Record
from rnninspect_torch.recovered.operators.program import Program
from rnninspect_torch.recovered.operators.values import Raised, items_of, unwrapped
from rnninspect_torch.recovered.scripted.arguments import Arguments
from rnninspect_torch.recovered.scripted.execution import Execution
from rnninspect_torch.recovered.scripted.objects import Objects

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rnninspect.decode.pickles.values import Instance
    from rnninspect.graphs import Graph, Shape
    from rnninspect_torch.networks.records import Root
    from rnninspect_torch.recovered.operators.program import Sizes
    from rnninspect_torch.recovered.scripted.code import Code
    from rnninspect_torch.script.classes import Function

_RANKS = ((3, 2), (2, 2), (3, 3), (4, 4))  # of the first input, and of all others
_OF_SEQUENCES = ("select", "slice", "unbind", "transpose", "permute", "chunk", "split")
_MOST_ROUNDS = 8
_MOST_METHODS = 8
_MOST_BUDGET = 600_000  # of all translations; each step takes about five microseconds
_DEEPEST = 8  # tuples in each other
_MOST_OUTPUTS = 256


class Script(Record):
    """What an archive has: its main module, its code and its tensors.

    Attributes:
        constants: of the archive, in order.
        root: its tensors.
        examples: shapes of the inputs that the module was traced with; None if it was scripted.
    """

    module: Instance
    code: Code
    constants: Sequence[object]
    root: Root
    examples: tuple[Shape, ...] | None


def translations(script: Script) -> Iterator[Graph]:
    """The core's graph of each method under each assumption, likely ones first."""
    found = script.code.classes.get(script.module.path)
    methods = {} if found is None else found.methods
    whole = budget = min(budget_for(script.code.operators), _MOST_BUDGET)
    pool = budget_for(script.code.operators)  # of recognition
    for name in sorted(methods, key=lambda name: name != "forward")[:_MOST_METHODS]:
        if name.startswith("__"):
            continue
        for shapes, rank in _assumptions(script, methods[name]):
            program = _translated(script, methods[name], shapes, rank, budget)
            if program is None:
                continue
            script.root.operators = max(script.root.operators, program.operators)
            budget = program.graph.expressions.budget
            if budget >= 0:
                program.graph.expressions.budget = pool
            yield program.graph
            pool = program.graph.expressions.budget
            if budget < whole // 2 or pool < 0 or not _may_have_cells(program.graph):
                return


def _assumptions(script: Script, method: Function) -> Iterator[tuple[tuple[Shape, ...], int]]:
    """Shapes of the inputs, and the rank of anything else; the last shape is repeated."""
    if script.examples is not None and method.name == "forward":
        yield script.examples, 2
        return
    first = method.parameters[1].name if len(method.parameters) > 1 else ""
    is_cut = any(f"{name}({first}" in method.text for name in _OF_SEQUENCES)
    likely = sorted(_RANKS, key=lambda ranks: (ranks[0] > 3, (ranks[0] == 3) is not is_cut))
    for first_rank, others in likely:
        yield ((None,) * first_rank, (None,) * others), others


def _translated(
    script: Script, method: Function, shapes: tuple[Shape, ...], rank: int, budget: int
) -> Program | None:
    """A program, translated until nothing new is learned; None if the assumption is wrong."""
    sizes: Sizes = {}
    for _ in range(_MOST_ROUNDS):
        program = Program(budget, sizes, rank)
        try:
            _run(program, script, method, chain(shapes, repeat(shapes[-1] if shapes else ())))
        except Raised:
            return None
        except Exhausted:
            program.graph.expressions.budget = -1
            return program
        if not (program.learned and program.missed) and not _guessed(program):
            break
        budget = program.graph.expressions.budget
    return program


def _run(program: Program, script: Script, method: Function, shapes: Iterator[Shape]) -> None:
    entries = {id(entry.tensor): entry for entry in script.root.entries}
    objects = Objects(program, script.code, script.constants, entries)
    execution = Execution(program, script.code, objects)
    arguments = Arguments(program, script.code, shapes)
    given = arguments.of(method.parameters[1:])
    result = execution.call(method, [script.module], given)
    program.graph.inputs.extend(arguments.fed)
    program.graph.outputs.extend(_tensors(program, result))
    objects.note_states()


def _guessed(program: Program) -> bool:
    """Take a state that is joined with an input, both of unknown widths, to be as wide as outputs.

    The first input is not taken for a state.
    """
    outputs = program.graph.outputs
    widths = {value.shape[-1] for value in outputs if value.shape} - {None}
    states = {view.leaf for view in program.graph.inputs[1:]}
    for part, axis in program.open_parts():
        if isinstance(part, View) and part.leaf in states and len(widths) == 1:
            program.learn(part, axis, next(iter(widths)))
    return program.learned


def _tensors(program: Program, result: object) -> Iterable[Value]:
    """The tensors in what a method returns."""
    found: list[Value] = []
    waiting = [(unwrapped(result), 0)]
    while waiting and len(found) < _MOST_OUTPUTS:
        value, depth = waiting.pop()
        program.graph.expressions.spend(1)
        if isinstance(value, Value):
            found.append(value)
        elif depth < _DEEPEST:
            inner = items_of(value) or ()
            waiting += [(unwrapped(each), depth + 1) for each in reversed(inner)]
    return found


def _may_have_cells(graph: Graph) -> bool:
    """Whether another assumption may find what this one did not."""
    matrices = [applied.matrix for applied in graph.maps]
    returns = len(graph.inputs) > 1 and bool(graph.outputs)
    return bool(graph.loops) or returns or len(set(matrices)) < len(matrices)
