"""A graph of operations that knows no format, and the recurrent cells that are found in it.

A plugin translates its operators into operations of a `Graph`, by a table: the methods of the
graph, and the functions here that take operands as formats describe them. `recurrences` then
gives the recurrent layers among them.
"""

from __future__ import annotations

from rnninspect.graphs.building.expressions import Exhausted, budget_for
from rnninspect.graphs.building.operations import Graph
from rnninspect.graphs.building.parts import cut, one_place, split, with_size, without_axis
from rnninspect.graphs.building.products import added, einsum, matmul, turned_matmul
from rnninspect.graphs.building.reshaping import reshape, squeeze, transpose, unsqueeze
from rnninspect.graphs.building.values import Lanes, Multiplier, Origin, Shape, Value, View
from rnninspect.graphs.outcome import recurrences
from rnninspect.graphs.recognition.cells import recognise, survey
from rnninspect.graphs.recognition.records import Ambiguous, Recovered, Survey, Unknown, Weight

__all__ = [
    "Ambiguous",
    "Exhausted",
    "Graph",
    "Lanes",
    "Multiplier",
    "Origin",
    "Recovered",
    "Shape",
    "Survey",
    "Unknown",
    "Value",
    "View",
    "Weight",
    "added",
    "budget_for",
    "cut",
    "einsum",
    "matmul",
    "one_place",
    "recognise",
    "recurrences",
    "reshape",
    "split",
    "squeeze",
    "survey",
    "transpose",
    "turned_matmul",
    "unsqueeze",
    "with_size",
    "without_axis",
]
