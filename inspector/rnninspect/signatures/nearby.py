"""The names in modules that may be cells, of all names of a network."""

from __future__ import annotations

from rnninspect.signatures.marks import MARKS
from rnninspect.signatures.parts import ends
from rnninspect.signatures.tables import by_odd_name
from rnninspect.stored.kinds import chosen, kind_of, kinds_of
from rnninspect.wording.order import without_numbers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


def near_cells(names: Sequence[str]) -> list[int]:
    """The indices of the names in modules with an odd name or a mark, and in modules like these.

    Among their tensors `known_layers` and `possible_layers` find what they find among all.
    """
    odd = {kind_of(name) for table in (by_odd_name(), MARKS) for name in table}
    modules = {
        without_numbers(kind[:at])
        for kind in set(kinds_of(names))
        for at in ends(kind)
        if kind[at:] in odd
    }
    return chosen(
        names, lambda kind: any(without_numbers(kind[:at]) in modules for at in ends(kind))
    )
