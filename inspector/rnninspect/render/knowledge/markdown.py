"""A list of rules or cells as Markdown, as the README shows it."""

from __future__ import annotations

from rnninspect.render.grid import draw_markdown

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.knowledge.listings import Listing
    from rnninspect.render.view import View


def render(listing: Listing, _: View) -> Iterator[str]:
    """The texts as they are: rules and cells are written for Markdown too."""
    yield f"{draw_markdown(listing.heads, listing.rows, listing.numbers)}\n"
