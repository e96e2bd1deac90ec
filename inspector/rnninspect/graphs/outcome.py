"""What a reader says of the recurrent layers in a model's graph: found, skipped or in doubt."""

from __future__ import annotations

from rnninspect.cells import BIASES
from rnninspect.graphs.beginnings import first_states
from rnninspect.graphs.building.expressions import Exhausted
from rnninspect.graphs.layers import described, how_found, tensors_of_leaves
from rnninspect.graphs.recognition.cells import survey
from rnninspect.graphs.recognition.directions import by_layer
from rnninspect.model import Fact, Observation, SkippedLayer
from rnninspect.plugin import Recurrences
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from rnninspect.cells import Role
    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.layers import TensorsOf
    from rnninspect.graphs.recognition.records import Ambiguous, Recovered, Unknown

UNKNOWN = "unknown cell"
_GIVEN_UP = "the graph is too large to be searched for recurrent cells made of plain operators"


def recurrences(
    graph: Graph,
    tensors_of: TensorsOf,
    convention: str,
    one_bias: Collection[Role] = BIASES,
) -> Recurrences:
    """The layers of a translated model, and what else is recurrent in it.

    Args:
        graph: the graph, finished; its budget may be spent.
        tensors_of: the stored tensors of a leaf, by the key that the plugin gave it.
        convention: the plugin's word for its biases.
        one_bias: what a single vector stands for: the sum of both biases, or the only one.
    """
    try:
        graph.expressions.spend(0)
        found = survey(graph)
    except Exhausted:
        return Recurrences(observations=(Observation(Fact.UNUSUAL, _GIVEN_UP),), finished=False)
    try:
        first = first_states(graph, (*found.cells, *found.unknown))
    except Exhausted:  # what was found stays found
        first = ()
    states = tensors_of_leaves(graph, first, tensors_of)
    return Recurrences(
        layers=tuple(
            described(graph, cells, tensors_of, convention, one_bias)
            for cells in by_layer(found.cells)
        ),
        skipped=tuple(_skipped(graph, step, tensors_of) for step in found.unknown),
        observations=tuple(_doubt(graph, step, tensors_of) for step in found.ambiguous),
        states=frozenset(tensor.identity for tensor in states),
    )


def _skipped(graph: Graph, step: Unknown, tensors_of: TensorsOf) -> SkippedLayer:
    tensors = tensors_of_leaves(graph, step.leaves, tensors_of)
    return SkippedLayer(step.place, f"{UNKNOWN} ({how_found(step)})", step.reason, tensors)


def _doubt(graph: Graph, step: Ambiguous, tensors_of: TensorsOf) -> Observation:
    tensors = tensors_of_leaves(graph, step.leaves, tensors_of)
    readings = " or ".join(_readings(step.readings))
    detail = f"{step.place} may be {readings}, or a layer without a state: {step.reason}"
    return Observation(Fact.AMBIGUOUS, detail, tensor=tensors[0].name if tensors else None)


def _readings(readings: tuple[Recovered, ...]) -> Iterator[str]:
    """The cells that a step may be, with their sizes only if these differ."""
    for cell in readings:
        article = "an" if cell.cell[0] in "LRIE" else "a"
        sizes = f" of {plural(cell.input_size, 'input')} and {cell.hidden_size:,} hidden units"
        yield f"{article} {cell.cell}{sizes if len(readings) > 1 else ''}"
