"""A graph of operations that knows no format, and the recurrent cells that are found in it."""

from __future__ import annotations

from rnninspect.graphs.expressions import Exhausted
from rnninspect.graphs.operations import Graph
from rnninspect.graphs.recognition import Recovered, Weight, recognise
from rnninspect.graphs.values import Multiplier, Origin, Value, View

__all__ = [
    "Exhausted",
    "Graph",
    "Multiplier",
    "Origin",
    "Recovered",
    "Value",
    "View",
    "Weight",
    "recognise",
]
