"""Describes a network: its recurrent operators, all constants, and loops that may be a cell."""

from __future__ import annotations

from rnninspect.plugin import (
    Fact,
    Observation,
    Recurrences,
    RecurrentLayer,
    SavedModel,
    Search,
    Searched,
    SkippedLayer,
    parsing,
)
from rnninspect_openvino.document import Document
from rnninspect_openvino.framework import FORMAT, OLD_FORMAT, OPENVINO
from rnninspect_openvino.layers import Layers, is_recurrent
from rnninspect_openvino.loops import suspects
from rnninspect_openvino.recovered.worth import may_contain_cell
from rnninspect_openvino.tensors import Stored
from rnninspect_openvino.values import scopes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.plugin import Source
    from rnninspect_openvino.layers import Found
    from rnninspect_openvino.values import Scope

_NEW = 10  # the first version whose constants are operators with shapes
_SHOWN = 20  # faults of the graph


def describe(source: Source) -> SavedModel:
    """Describe a file.

    Raises:
        UnreadableFile: malformed XML, or a number or shape in it.
        RefusedFile: a limit is exceeded.
    """
    with parsing("OpenVINO network"):
        network = Document(source).network()
        found = list(scopes(network))
        stored = Stored(source, found)
        described = _operators(source, found, stored)
        apart = _recovered(source, found, stored)
        return SavedModel(
            format=FORMAT if network.version >= _NEW else OLD_FORMAT,
            framework=OPENVINO,
            producer=network.producer,
            layers=(
                *(one.layer for one in described if isinstance(one.layer, RecurrentLayer)),
                *apart.layers,
            ),
            tensors=apart.with_purposes(stored.tensors.values()),
            skipped=(
                *(one.layer for one in described if isinstance(one.layer, SkippedLayer)),
                *apart.skipped,
                *suspects(source, found, stored, apart.identities),
            ),
            observations=(
                *(note for one in described for note in one.observations),
                *apart.observations,
                *stored.contradictions(),
                *stored.observations(),
                *_broken(found),
            ),
            search=_search(found, apart),
        )


def _operators(source: Source, found: list[Scope], stored: Stored) -> list[Found]:
    """The recurrent operators, in the order of the document."""
    layers = Layers(source, stored)
    return [
        layers.describe(scope, operator)
        for scope in found
        for operator in scope.network.operators.values()
        if is_recurrent(operator)
    ]


def _search(found: list[Scope], apart: Recurrences) -> Search:
    count = sum(len(scope.network.operators) for scope in found)
    return Search(Searched.OPERATORS, count, apart.finished)


def _recovered(source: Source, found: list[Scope], stored: Stored) -> Recurrences:
    """The cells that were taken apart."""
    if not may_contain_cell(found, stored):
        return Recurrences()
    from rnninspect_openvino.recovered.translation import recovered  # noqa: PLC0415 - few need it

    return recovered(source, found, stored)


def _broken(found: list[Scope]) -> Iterator[Observation]:
    """Edges that contradict each other, or lead from or to operators that are not there."""
    for scope in found:
        network = scope.network
        known = network.operators
        lost = [
            f"an edge leads from layer {given[0]} to layer {taken[0]}, and one does not exist"
            for taken, given in network.edges.items()
            if given[0] not in known or taken[0] not in known
        ]
        for detail in (*network.faults[:_SHOWN], *lost[:_SHOWN]):
            yield Observation(
                Fact.BROKEN_GRAPH, f"{scope.path}{': ' if scope.path else ''}{detail}"
            )
