"""What every public value can do: print itself, and become JSON or plain values."""

from __future__ import annotations

from rnninspect.command.environment import terminal_width
from rnninspect.render.view import View

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from rnninspect.render import Formats
    from rnninspect.render.page.markup import Markup


HEADING = 4  # the level of titles in a notebook, below its own


class Shown:
    """A value that is shown in the formats that the command prints it in."""

    __slots__ = ()

    def _formats(self) -> Formats:
        """The formats of the value, of `rnninspect.render`; the first is for people."""
        raise NotImplementedError

    def _document(self) -> object:
        """What these formats draw."""
        return self

    def _drawn(self, name: str) -> str:
        pieces: Iterator[str] = self._formats()[name](self._document(), View(terminal_width()))
        return "".join(pieces)

    def __str__(self) -> str:
        return self._drawn(next(iter(self._formats()))).removesuffix("\n")

    def _repr_html_(self) -> str | None:
        """What a notebook shows; without sections that is the `repr`."""
        from rnninspect.render.page.frame import fragment  # noqa: PLC0415 - only for notebooks

        sections = tuple(self._sections())
        return fragment(sections) if sections else None

    def _sections(self) -> Iterable[Markup]:
        """The parts that a notebook draws."""
        return ()

    def to_json(self) -> str:
        """The document that the command prints with `--format json`, to the byte."""
        return self._drawn("json")

    def to_dict(self) -> dict[str, Any]:
        """The same document as plain values: dictionaries, lists, strings, numbers, None."""
        import json  # noqa: PLC0415 - only here

        document: dict[str, Any] = json.loads(self.to_json())
        return document
