"""The count of a layer whose cell brings sizes of its own as JSON; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.cells.products import sum_in_symbols
from rnninspect.cells.work import multiplies
from rnninspect.render.report.json import dump, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.counting import SizedCount
    from rnninspect.render.view import View


def render(counted: SizedCount, _: View) -> Iterator[str]:
    """One document; `weights` are of one layer, the other figures of all of them."""
    cell, sizes = counted.cell, counted.sizes
    weights = [
        {
            "name": weight.role.value,
            "parameters": cell.parameters(weight.role, sizes),
            "multiplies": multiplies(cell, weight),
        }
        for weight in cell.weights
        if weight.role in counted.roles
    ]
    document = {
        **heading(),
        "cell": cell.name,
        "layers": counted.layers,
        "sizes": dict(sizes.own),
        "sizes_by_default": list(counted.chosen),
        "formula": {
            "symbolic": counted.formula,
            "substituted": counted.substituted,
        },
        "weights": weights,
        "parameters": counted.parameters,
        "state_size": {
            "symbolic": sum_in_symbols(cell, cell.state),
            "elements": counted.state_elements,
        },
        "multiply_adds": counted.multiply_adds,
        "equations": list(counted.equations),
    }
    yield f"{dump(document)}\n"
