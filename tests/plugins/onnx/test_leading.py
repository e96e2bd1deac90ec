"""Where the outputs of operators lead is what running them on values finds."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from rnninspect.source.source import open_source
from rnninspect_onnx.graph.calls import Call
from rnninspect_onnx.graph.leaves import Leaves
from rnninspect_onnx.graph.values import Value, ValueKind, computed, gathered, scaled
from rnninspect_onnx.operators.leading import Lead, lead_of, some_of
from rnninspect_onnx.operators.table import OPERATORS, run
from rnninspect_onnx.protobuf.messages import NodeProto

NAMES = ("a", "b", "c")
OUTPUTS = 3


def values(at: int) -> tuple[Value, ...]:
    """Values of all kinds, of which the stored ones lead to the offset `at`."""
    stored = Value(ValueKind.CONSTANT, (2, 2), offset=at)
    numbers = Value(ValueKind.CONSTANT, (1,), (1,), offset=at)
    fed = Value(ValueKind.INPUT, (2, 2))
    return (
        *(stored, numbers, fed, gathered(stored, None), scaled([stored]), computed([stored])),
        *(computed([fed]), Value(ValueKind.BROKEN)),
    )


def sources(lead: Lead, operator: str, at: int) -> set[int]:
    """The inputs to which an output may lead."""
    if lead is Lead.FIRST:
        return {0} if at == 0 or operator == "Split" else set()
    return {NAMES.index(name) for name in some_of(operator, NAMES)} if lead is Lead.SOME else set()


@pytest.mark.parametrize("domain", ["", "com.microsoft"])
@pytest.mark.parametrize("operator", [*OPERATORS, "Unknown"])
def test_an_output_leads_where_its_operator_says(
    operator: str, domain: str, tmp_path: Path
) -> None:
    lead = lead_of(operator, domain)
    if lead is Lead.UNTOLD:
        return
    node = NodeProto(operator, domain, "", "", NAMES, ("x", "y", "z"), ())
    path = tmp_path / "file"
    path.touch()
    with open_source(path) as source:
        scales = Leaves(source).not_within(ValueKind.COMPUTED)
        weights = scales.not_within(ValueKind.SCALED, ValueKind.COMPUTED)
        for given in product(*map(values, range(len(NAMES)))):
            for at, output in enumerate(run(Call(node, given, {}))[:OUTPUTS]):
                reached = sources(lead, operator, at)
                assert set(weights.of(output)) <= reached
                assert lead is Lead.SCALED or set(scales.of(output)) <= reached
                if lead is Lead.FIRST and reached and given[0].kind < ValueKind.SCALED:
                    assert weights.of(output) == weights.of(given[0])
                    assert scales.of(output) == scales.of(given[0])
                if not reached:  # a factor that is no scale
                    assert output.kind is not ValueKind.CONSTANT or not scales.of(output)


def test_an_operator_of_another_domain_is_computed() -> None:
    assert lead_of("Transpose", "own") is lead_of("DynamicQuantizeLinear", "com.microsoft")
    assert lead_of("Transpose", "own") is Lead.NOWHERE
