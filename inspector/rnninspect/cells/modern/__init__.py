"""The cells that bring sizes of their own: state spaces, linear attention with memory, and kin."""

from __future__ import annotations

from rnninspect.cells.modern.delta_rules import DELTA_RULES
from rnninspect.cells.modern.linear_attention import LINEAR_ATTENTION
from rnninspect.cells.modern.linear_systems import LINEAR_SYSTEMS
from rnninspect.cells.modern.quick import QUICK
from rnninspect.cells.modern.rwkv import RWKV
from rnninspect.cells.modern.state_spaces import STATE_SPACES
from rnninspect.cells.modern.xlstm import XLSTM
from rnninspect.lean import cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells.modern.definition import DescribedCell
    from rnninspect.cells.symbols import Cell

DESCRIBED: dict[str, DescribedCell] = {
    described.name: described
    for described in (
        *STATE_SPACES,
        *DELTA_RULES,
        *LINEAR_ATTENTION,
        *RWKV,
        *XLSTM,
        *LINEAR_SYSTEMS,
        *QUICK,
    )
}


@cache
def modern_cell(name: str) -> Cell:
    """The cell of this name; KeyError if there is none."""
    return DESCRIBED[name].cell()
