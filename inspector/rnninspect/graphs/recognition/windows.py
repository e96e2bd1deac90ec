"""The windows of cells whose linear maps are convolutions."""

from __future__ import annotations

import math

from rnninspect.cells import Role
from rnninspect.graphs.recognition.weights import map_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from rnninspect.graphs.building.operations import Graph
    from rnninspect.graphs.recognition.reading import GateReads
    from rnninspect.graphs.recognition.records import Weight

_BEFORE_SPACE = 2  # the axes of batch and channels


def window(graph: Graph, reads: Iterable[GateReads]) -> tuple[int, ...] | None:
    """The taps that all maps of a cell have; empty where none convolves, None where they differ."""
    maps = (at for each in reads for at in (*each.kernels, *each.recurrent, *each.joined))
    windows = {graph.maps[map_of(graph, at)].matrix.taps for at in maps}
    if all(math.prod(taps) == 1 for taps in windows):
        return ()
    return windows.pop() if len(windows) == 1 else None


def places_of(graph: Graph, weights: Iterable[Weight]) -> int:
    """The positions of a convolved state that have peepholes of their own; 0 without peepholes."""
    for weight in weights:
        if Role.PEEPHOLE in weight.roles:
            shape = graph.leaves[weight.leaves[0]].shape
            return math.prod(size or 0 for size in shape[-len(shape) + _BEFORE_SPACE :])
    return 0
