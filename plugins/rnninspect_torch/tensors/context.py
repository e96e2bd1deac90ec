"""The part of a pickle's interpretation that rebuilders use; for type checkers only."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from rnninspect.decode.pickles.machine import Calls
    from rnninspect.plugin import Source

    class Context(Calls, Protocol):
        """The interpretation of a pickle's calls.

        Attributes:
            source: the file; its limits apply.
            scope: the folder of its storages: `data`, `constants`, …
            foreign: callables that loading would run, in order; an ordered set.
            nested: bytes stored for storages inside the pickle itself, by their scope.
        """

        source: Source
        scope: str
        foreign: dict[str, None]
        nested: dict[str, int]

        def spend(self, work: int) -> None:
            """Count work of a single opcode."""
            ...

        def within(self, scope: str) -> Context:
            """The interpretation of a file inside this one, which has storages of its own."""
            ...
