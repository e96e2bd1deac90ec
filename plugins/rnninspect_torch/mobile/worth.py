"""Whether a method of an ExecuTorch program may contain a recurrent cell: a cheap look."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.flatbuffers import Table

_CHAINS, _OPERATORS = 5, 6  # fields of an execution plan
_INSTRUCTIONS = 2  # of a chain
_ATEN, _COPY = "aten::", "_copy"
_PRODUCTS = {"mm", "addmm", "bmm", "linear", "matmul"}
_ACTIVATIONS = {"sigmoid", "tanh", "relu", "hardtanh", "hardsigmoid"}


def operators_of(plan: Table) -> list[str]:
    """The operators of a method by number, without `_copy`, which says that a result is no view."""
    names = ((each.text(0) or "") for each in plan.tables(_OPERATORS))
    return [name.removeprefix(_ATEN).removesuffix(_COPY) for name in names]


def may_contain_cell(plan: Table) -> bool:
    """Whether recognition may find a cell in a method."""
    names = set(operators_of(plan))
    return bool(names & _PRODUCTS and names & _ACTIVATIONS)


def calls_of(plan: Table) -> int:
    """How many instructions a method has."""
    return sum(len(chain.tables(_INSTRUCTIONS)) for chain in plan.tables(_CHAINS))
