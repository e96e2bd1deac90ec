"""Recognises recurrent cells that were taken apart, by what the graph computes.

A state that returns through a stored matrix is a recurrent layer; which cell it is, the equations
of the table of cells say, evaluated at random points. No pattern of an exporter is known here.
"""

from __future__ import annotations

from rnninspect.cells import convolved
from rnninspect.cells.equations import Recurrence
from rnninspect.graphs.recognition.candidates import candidates
from rnninspect.graphs.recognition.directions import walk_of
from rnninspect.graphs.recognition.inputs import input_varies, is_fed_apart, reads_its_result
from rnninspect.graphs.recognition.matching import matches
from rnninspect.graphs.recognition.misfits import unknown_steps
from rnninspect.graphs.recognition.pieces import ends, pieces
from rnninspect.graphs.recognition.reading import gate_reads
from rnninspect.graphs.recognition.records import Ambiguous, Recovered, Survey
from rnninspect.graphs.recognition.weights import (
    gate_order,
    hidden_size,
    input_size,
    map_of,
    weights_of,
)
from rnninspect.graphs.recognition.windows import places_of, window

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.candidates import Candidate
    from rnninspect.graphs.recognition.matching import Match
    from rnninspect.graphs.recognition.reading import GateReads


def recognise(graph: Graph) -> tuple[Recovered, ...]:
    """The cells of a graph, in its order.

    Raises:
        Exhausted: the graph's budget is spent.
    """
    return survey(graph).cells


def survey(graph: Graph) -> Survey:
    """The cells of a graph, and the steps that fit none or are ambiguous.

    Raises:
        Exhausted: the graph's budget is spent.
    """
    found: dict[object, Recovered] = {}
    doubtful: dict[frozenset[int], Ambiguous] = {}
    misfits: list[Candidate] = []
    taken: set[int] = set()
    tried: set[tuple[int, int]] = set()
    for candidate in candidates(graph):
        key = (candidate.state, candidate.new)
        if key in tried:
            continue
        tried.add(key)
        found_here = next(_fitting(graph, candidate), None)
        if found_here is None:
            misfits.append(candidate)
            continue
        matched, cell = found_here
        leaves = cell.leaves
        if doubt := _doubt(graph, candidate, matched, cell):
            known = doubtful.get(frozenset(leaves), Ambiguous(cell.place, leaves, (), doubt))
            doubtful[frozenset(leaves)] = _with_reading(known, cell)
            continue
        if candidate.how == "loop" or not taken.intersection(leaves):
            place = candidate.place if candidate.how == "loop" else ""
            found.setdefault((cell.weights, place), cell)
        taken.update(leaves)
    unknown = tuple(unknown_steps(graph, misfits, taken))
    taken.update(leaf for step in unknown for leaf in step.leaves)
    ambiguous = (each for each in doubtful.values() if not taken.intersection(each.leaves))
    return Survey(tuple(found.values()), unknown, tuple(ambiguous))


def _with_reading(step: Ambiguous, cell: Recovered) -> Ambiguous:
    """The same step, and a reading more if no other has its sizes."""
    if _sizes(cell) in map(_sizes, step.readings):
        return step
    return step._replace(readings=(*step.readings, cell))


def _sizes(cell: Recovered) -> tuple[str, int, int]:
    return cell.cell, cell.input_size, cell.hidden_size


def _fitting(graph: Graph, candidate: Candidate) -> Iterator[tuple[Match, Recovered]]:
    """The cells whose equations a step satisfies, and whose gates read what the cell's do."""
    for matched in matches(graph, candidate):
        gates = [matched.gates[letter] for letter in matched.step.gates]
        reads = [gate_reads(graph, matched.body, gate, matched.memory) for gate in gates]
        if any(each.recurrence is not matched.step.recurrence for each in reads):
            continue
        cell = _with_window(graph, _recovered(graph, candidate, matched, reads), reads)
        if cell is None:
            continue
        if matched.step.recurrence is Recurrence.MATRIX or not reads_its_result(
            graph, candidate, cell.ends.inputs
        ):
            yield matched, cell


def _with_window(graph: Graph, cell: Recovered, reads: list[GateReads]) -> Recovered | None:
    """The cell with the window of its convolutions; None where no cell convolves as it does."""
    taps = window(graph, reads)
    if not taps:
        return None if taps is None else cell
    name = convolved(cell.cell, taps)
    if name is None or cell.projection_size is not None:
        return None
    places = places_of(graph, cell.weights)
    return cell._replace(cell=name, kernel_size=taps, places=places, pieces=())


def _recovered(
    graph: Graph, candidate: Candidate, matched: Match, reads: list[GateReads]
) -> Recovered:
    hidden = hidden_size(graph, candidate, matched)
    parts, inputs = pieces(graph, matched, reads, hidden)
    maps = [at for each in reads for at in (*each.recurrent, *each.joined)] or reads[0].kernels
    sources, backwards = walk_of(graph, matched.body, inputs)
    return Recovered(
        cell=matched.cell,
        how=candidate.how,
        steps=candidate.steps,
        place=candidate.place or graph.places[map_of(graph, maps[0])],
        input_size=input_size(graph, matched, reads[0]),
        hidden_size=hidden,
        projection_size=candidate.width if matched.projection is not None else None,
        weights=weights_of(graph, matched, reads, hidden),
        gate_order=gate_order(graph, matched, reads),
        normalised=any(each.normalised for each in reads),
        pieces=parts,
        ends=ends(graph, candidate, matched, inputs),
        sources=sources,
        backwards=backwards,
    )


def _doubt(graph: Graph, candidate: Candidate, matched: Match, cell: Recovered) -> str:
    """Why a step of Elman's cell may be none; empty where it is one, and for all other cells.

    A layer over two inputs computes the same as a lone step. That is taken for a step only where
    the input is not as wide as the state, so that the output can be the next state and not a
    layer's output of the usual width. A layer that is applied again and again beside the same
    input is an iteration to a fixed point as often as it is a cell.
    """
    if matched.step.recurrence is Recurrence.NONE and candidate.how == "one step":
        return "a single step whose gates do not read the state"
    if len(matched.step.gates) > 1:
        return ""
    if candidate.how != "one step":
        if not input_varies(graph, candidate, matched.body):
            return "a step over the same input each time"
        apart = candidate.how == "loop" or is_fed_apart(graph, matched.body, cell.sources)
        return "" if apart else "a step over an input that may be made of its state"
    if candidate.new in matched.body.gates and cell.input_size != candidate.width:
        return ""
    return "a single step whose state and input cannot be told apart"
