"""The count of a gated cell without a file: one row for each framework's convention."""

from __future__ import annotations

from rnninspect.render.escape import for_terminal
from rnninspect.render.grid import draw
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.counting import ConventionCount, GatedCount
    from rnninspect.render.report.columns import Value
    from rnninspect.render.view import View

HEADS = ("Convention", "b", "Formula", "Parameters", "Note")


def render(counted: GatedCount, view: View) -> Iterator[str]:
    """The table of conventions, then two figures that follow from the counts."""
    conventions = counted.conventions
    drawn = draw(HEADS, list(map(_row, conventions)), view.width, colour=view.colour)
    yield "\n".join([drawn, "", *_uses(counted, conventions), ""])


def _row(one: ConventionCount) -> list[Value]:
    name, note = for_terminal(one.name), for_terminal(one.note)
    return [name, one.bias_vectors, one.formula, one.parameters, note]


def _uses(counted: GatedCount, conventions: tuple[ConventionCount, ...]) -> Iterator[str]:
    numbers = [one.parameters for one in conventions if one.parameters is not None]
    most, least = max(numbers), min(numbers)
    span = f"{least:,}" if least == most else f"{least:,} to {most:,}"
    yield f"one training example for each parameter: at least {span} examples"
    where = " at each position" if counted.spec.sizes.kernel_size else ""
    yield f"state{where}: {plural(counted.state_elements, 'element')} for one sequence"
    products = counted.multiply_adds
    if products is None:
        yield "one time step: multiply-adds depend on the steps of the solver"
    else:
        yield f"one time step{where}: {products:,} multiply-adds, without activations"
