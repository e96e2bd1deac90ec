"""The count of a layer whose cell brings sizes of its own as JSON; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.cells.products import in_numbers, in_symbols, sum_in_symbols
from rnninspect.cells.spelling import equations
from rnninspect.cells.work import multiplies
from rnninspect.render.report.json import dump, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.knowledge.size_sheet import SizeSheet
    from rnninspect.render.view import View


def render(sheet: SizeSheet, _: View) -> Iterator[str]:
    """One document; `weights` are of one layer, the other figures of all of them."""
    cell, sizes, layers = sheet.cell, sheet.sizes, sheet.levels
    weights = [
        {
            "name": weight.role.value,
            "parameters": cell.parameters(weight.role, sizes),
            "multiplies": multiplies(cell, weight),
        }
        for weight in cell.weights
        if weight.role in sheet.roles
    ]
    document = {
        **heading(),
        "cell": cell.name,
        "layers": layers,
        "sizes": dict(sizes.own),
        "sizes_by_default": list(sheet.chosen),
        "formula": {
            "symbolic": in_symbols(cell, sheet.roles),
            "substituted": in_numbers(cell, sheet.roles, dict(sizes.own)),
        },
        "weights": weights,
        "parameters": layers * sheet.parameters,
        "state_size": {
            "symbolic": sum_in_symbols(cell, cell.state),
            "elements": None if sheet.state is None else layers * sheet.state,
        },
        "multiply_adds": None if sheet.work is None else layers * sheet.work,
        "equations": list(equations(cell)),
    }
    yield f"{dump(document)}\n"
