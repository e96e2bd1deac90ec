"""What every source of one model shares: limits, what was spent of them, and the other files."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.limits import Limit, Limits
    from rnninspect.source.opener import Opener
    from rnninspect.source.stores import State


class Reading:
    """The reading of one model, with all its shards, archive members and external files.

    All of its sources carry the same Reading, so that no number of parts multiplies a limit.

    Attributes:
        limits: the bounds that a reader respects.
        opener: opens and looks up the model's files, where they are.
        reads_values: whether a reader may read values of weights, which no one asked for as a rule.
        hashes_files: whether the report is to have the SHA-256 of each file, which reads all of it.
        companions: the other files that were found inside the model's folder, by path.
    """

    __slots__ = ("_spent", "companions", "hashes_files", "limits", "opener", "reads_values")

    def __init__(self, limits: Limits, opener: Opener, *, reads_values: bool = False) -> None:
        self.limits, self.opener, self.reads_values = limits, opener, reads_values
        self.hashes_files = False
        self.companions: dict[str, State] = {}
        self._spent: dict[Limit, int] = {}

    def spend(self, name: Limit, amount: int, place: str = "the model") -> None:
        """Add to what the whole model has cost; RefusedFile if that exceeds the limit."""
        spent = self._spent[name] = self._spent.get(name, 0) + amount
        self.limits.require(name, spent, place)

    def portion(self, name: Limit, most: int) -> int:
        """How much a loop may count by itself before it spends it: up to the limit, or `most`.

        To spend each piece for itself would cost more than the piece.
        """
        left: int = getattr(self.limits, name) - self._spent.get(name, 0)
        return min(most, left)
