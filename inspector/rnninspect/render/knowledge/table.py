"""Rules, readers or cells as tables for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.render.colour import in_grid
from rnninspect.render.grid import GAP, draw
from rnninspect.render.widths import pack, width_of, wrap

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.render.knowledge.listings import Catalogue, Listing
    from rnninspect.render.view import View

NARROWEST = 40  # of the parts; a longer one is wrapped


def render(catalogue: Catalogue, view: View) -> Iterator[str]:
    """Each listing, with the last column wrapped to fit the width."""
    for number, listing in enumerate(catalogue.listings):
        yield from ("\n",) * (number > 0)
        yield from _listing(listing, view)


def _listing(listing: Listing, view: View) -> Iterator[str]:
    heads, rows = listing.heads, [_painted(listing.heads, row) for row in listing.rows]
    yield f"{draw(heads, rows, view.width, listing.numbers, colour=view.colour)}\n"
    if listing.parts:
        lines = list(_lines(listing, view.width))
        yield f"\n{draw((heads[0], listing.parts), lines, view.width, colour=view.colour)}\n"
    if listing.legend:
        yield "\n" + "".join(
            f"{line}\n" for text in listing.legend for line in wrap(text, view.width)
        )


def _painted(heads: Sequence[str], row: Sequence[str]) -> list[str]:
    """The texts of a line, that of a level with its style."""
    return [in_grid(text) if at == "Level" else text for at, text in zip(heads, row, strict=True)]


def _lines(listing: Listing, width: int) -> Iterator[tuple[str, str]]:
    """The parts beside what they belong to, as many on a line as fit."""
    names = [row[0] for row in listing.rows]
    left = width - len(GAP) - max(map(width_of, (listing.heads[0], *names)))
    for name, parts in zip(names, listing.of, strict=True):
        shown = name
        for line in pack(parts, "; ", max(left, NARROWEST)):
            yield shown, line
            shown = ""
