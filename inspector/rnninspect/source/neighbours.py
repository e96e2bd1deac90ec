"""What a path that a model names leads to."""

from __future__ import annotations

from rnninspect.lean import StrEnum
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.source.stores import Identity


class Whereabouts(StrEnum):
    """Where a path that a model names leads."""

    INSIDE = "inside"  # a regular file in the model's folder
    MISSING = "missing"
    OUTSIDE = "outside"  # absolute, or out of the folder by `..` or a link
    IRREGULAR = "irregular"  # a pipe, a device, a folder


class Neighbour(Record):
    """A file that the model names; what follows `whereabouts` is known only when it is inside.

    Attributes:
        whereabouts: where the path leads.
        path: the file's own path, all links followed, or its location on a server.
        size: its size in bytes.
        identity: what two names of the same file share.
    """

    whereabouts: Whereabouts
    path: str | None = None
    size: int = 0
    identity: Identity | None = None
