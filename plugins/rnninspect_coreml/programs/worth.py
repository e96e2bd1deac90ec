"""Whether a program may contain a cell that was taken apart: a cheap look at its operators.

A state returns in a loop, through a stored matrix that is applied twice, or from an output of the
function to an input of the same shape. Where none of these is, no expression is made.
"""

from __future__ import annotations

from rnninspect.lean import Counter
from rnninspect_coreml.programs.layout import ACTIVE, PRODUCTS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect_coreml.programs.records import Function, Operation


def may_contain_cell(function: Function) -> bool:
    """Whether recognition may find a cell in a function."""
    operations = function.block.operations
    kinds = {operation.kind for operation in operations}
    if "while_loop" in kinds or "cond" in kinds:
        return True
    if not kinds & PRODUCTS.keys():
        return False
    uses = Counter(name for operation in operations for name in _weights(operation))
    stored = {
        output.name
        for operation in operations
        if operation.kind == "const" or operation.kind.startswith("constexpr_")
        for output in operation.outputs
    }
    if any(count > 1 and name in stored for name, count in uses.items()):
        return True
    return bool(kinds & ACTIVE) and _returns(function)


def _weights(operation: Operation) -> Iterator[str]:
    """Names of what an operation multiplies by."""
    for key in PRODUCTS.get(operation.kind, ()):
        yield from (each for each in operation.inputs.get(key, ()) if isinstance(each, str))


def _returns(function: Function) -> bool:
    """Whether an output has the shape of an input: of a net of one step, a state."""
    wide = {
        each.shape for each in function.inputs if each.shape and max(map(_size, each.shape)) > 1
    }
    shapes = {
        output.name: output.shape
        for operation in function.block.operations
        for output in operation.outputs
    }
    return len(function.inputs) > 1 and any(
        shapes.get(name) in wide for name in function.block.outputs
    )


def _size(size: int | None) -> int:
    return size or 0
