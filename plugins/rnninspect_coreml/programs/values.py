"""What the names in a program stand for while it is gone through."""

from __future__ import annotations

from rnninspect.plugin import Fate, Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect_coreml.programs.records import Literal, Shape


class Value(Record):
    """A value while the program is gone through.

    Attributes:
        shape: sizes of its axes; None where it is not known.
        fate: whether it is stored, computed or given.
        literals: the identities of the stored values that it is made of.
        literal: the stored value that it is itself.
    """

    shape: Shape | None
    fate: Fate
    literals: tuple[str, ...] = ()
    literal: Literal | None = None
