"""The count of a gated cell by each convention as JSON; see SCHEMA_VERSION."""

from __future__ import annotations

from rnninspect.render.report.json import dump, heading

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.counting import GatedCount
    from rnninspect.render.view import View


def render(counted: GatedCount, _: View) -> Iterator[str]:
    """One document; its parameters, state and multiply-adds are those of all levels."""
    spec, sizes = counted.spec, counted.spec.sizes
    conventions = [
        {
            "name": one.name,
            "bias_vectors": one.bias_vectors,
            "formula": one.formula,
            "parameters": one.parameters,
            "note": one.note,
        }
        for one in counted.conventions
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
        "state_size": {
            "elements": counted.state_elements,
            "each_position": bool(sizes.kernel_size),
        },
        "multiply_adds": counted.multiply_adds,
        "equations": list(counted.equations),
    }
    yield f"{dump(document)}\n"
