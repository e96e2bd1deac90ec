"""Rules, readers or cells as Markdown tables, as the documentation shows them."""

from __future__ import annotations

from rnninspect.render.grid import draw_markdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.knowledge.listings import Catalogue, Listing
    from rnninspect.render.view import View


def render(catalogue: Catalogue, _: View) -> Iterator[str]:
    """The texts as they are: rules and cells are written for Markdown too."""
    for number, listing in enumerate(catalogue.listings):
        yield from ("\n",) * (number > 0)
        yield from _listing(listing)


def _listing(listing: Listing) -> Iterator[str]:
    heads, rows = listing.heads, listing.rows
    if listing.parts:
        heads = (*heads, listing.parts)
        rows = tuple((*row, "; ".join(parts)) for row, parts in zip(rows, listing.of, strict=True))
    yield f"{draw_markdown(heads, rows, listing.numbers)}\n"
    yield from (f"\n{text}\n" for text in listing.legend)
