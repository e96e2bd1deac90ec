"""What can happen to a layer between two files."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record


class Kind(StrEnum):
    """A kind of change; a convention changes numbers and names but not the mathematics."""

    ADDED = "added"
    REMOVED = "removed"
    REPLACED = "replaced"  # by another cell
    RESIZED = "resized"  # other sizes, or weights that it did not have or no longer has
    RETYPED = "retyped"  # another element type
    REQUANTISED = "requantised"  # another element type, and one of the two is quantised
    RENAMED = "renamed"
    JUDGED = "judged"  # the rules say something else of it
    UNKNOWN = "not understood"  # whether it changed cannot be said
    CONVENTION = "convention"


class Change(Record):
    """One change and, in words for people, what moved and why."""

    kind: Kind
    reason: str
