"""Which keys of a configuration declare which sizes of a cell: data, from a description in text."""

from __future__ import annotations

from rnninspect.cells import parse_sum
from rnninspect.declared.expressions import parse_alternatives
from rnninspect.lean import lru_cache
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.cells import Sum
    from rnninspect.declared.expressions import Alternative


class Dialect(Record):
    """The keys of one kind of configuration for one cell.

    Attributes:
        cell: key of CELLS.
        names: the values of `model_type` that it is for, or the name that a reader gives.
        lines: a line for each size, `E: intermediate_size | expand * hidden_size`: the size, a
            product of the cell's symbols, and expressions in keys of which the first counts whose
            keys the file has. `KEY ? OTHER` means OTHER where KEY is null, `KEY ~ OTHER` where it
            is `auto`; `a.b` is the key b of the object a; a quotient is rounded down, or up after
            the word `up`.
        marks: keys that a configuration without a known `model_type` must have, all of them.
        is_strict: whether its keys always mean that; else they are believed where most of them
            agree with the shapes, as in the arguments of a script.
        layers: which layers are of the cell: see `rnninspect.declared.positions`.
    """

    cell: str
    names: tuple[str, ...]
    lines: str
    marks: tuple[str, ...] = ()
    is_strict: bool = True
    layers: str = ""

    def sizes(self) -> tuple[tuple[Sum, tuple[Alternative, ...]], ...]:
        """Each size, and the alternatives for it."""
        return _sizes(self.lines)


@lru_cache(maxsize=128)
def _sizes(lines: str) -> tuple[tuple[Sum, tuple[Alternative, ...]], ...]:
    pairs = (line.partition(":") for line in lines.splitlines() if line.strip())
    return tuple((parse_sum(size), parse_alternatives(text)) for size, _, text in pairs)
