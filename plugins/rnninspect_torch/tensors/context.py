"""What the rebuilders of tensors may ask of the pickle that calls them; for type checkers alone."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol

    from rnninspect.plugin import Source
    from rnninspect_torch.pickles.machine import Calls

    class Context(Calls, Protocol):
        """A pickle whose calls are given a meaning.

        Attributes:
            source: the file; its limits apply.
            scope: the keys among which its storages are, `data`, `constants`, …
            foreign: callables that loading would run, in order; the dict's values are not used.
            nested: bytes stored for storages inside the pickle itself, by their scope.
        """

        source: Source
        scope: str
        foreign: dict[str, None]
        nested: dict[str, int]

        def spend(self, work: int) -> None:
            """Book work that one opcode asks for."""
            ...

        def within(self, scope: str) -> Context:
            """The context of a file inside this one, which has storages of its own."""
            ...
