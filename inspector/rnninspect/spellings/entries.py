"""What the search needs to know of a named tensor and of a module, whatever the format."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from rnninspect.model import StoredTensor

    class Named(Protocol):
        """A tensor by its name: parts separated by dots."""

        @property
        def name(self) -> str:
            """The name in the file: `cell.W_f.weight`."""

        @property
        def shape(self) -> tuple[int, ...]:
            """The sizes of its axes."""

    class Declared(Protocol):
        """A module with a class, in formats that store classes."""

        @property
        def name(self) -> str:
            """The name of the class without its package."""

        @property
        def kind(self) -> str:
            """The same for a layer; empty for a class that is only a container of others."""

        @property
        def path(self) -> str:
            """The class with its package."""

        @property
        def is_frameworks_own(self) -> bool:
            """Whether the class is one of the framework's."""

    # The stored tensor of an entry: a reader's own record, which only the reader looks into.
    Stored = Callable[[Any], StoredTensor]
