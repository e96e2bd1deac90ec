"""The count of a gated cell by each convention as JSON; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.cells import CELLS
from rnninspect.cells.spelling import equations
from rnninspect.render.knowledge.formula_sheet import rows_of, state_of, work_of
from rnninspect.render.report.json import dump, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.knowledge.formula_sheet import FormulaSheet
    from rnninspect.render.view import View


def render(sheet: FormulaSheet, _: View) -> Iterator[str]:
    """One document; its parameters, state and multiply-adds are those of all levels."""
    spec, sizes = sheet.spec, sheet.spec.sizes
    conventions = [
        {"name": name, "bias_vectors": vectors, "formula": text, "parameters": number, "note": note}
        for name, vectors, text, number, note in rows_of(sheet)
    ]
    document = {
        **heading(),
        "cell": spec.cell,
        "layers": spec.levels,
        "sizes": {
            "input_size": sizes.input_size,
            "hidden_size": sizes.hidden_size,
            "projection_size": sizes.projection_size,
            "kernel_size": list(sizes.kernel_size) or None,
            "directions": sizes.directions,
            **dict(sizes.own),
        },
        "conventions": conventions,
        "state_size": {"elements": state_of(spec), "each_position": bool(sizes.kernel_size)},
        "multiply_adds": work_of(spec),
        "equations": list(equations(CELLS[spec.cell])),
    }
    yield f"{dump(document)}\n"
