"""A list of rules, readers or cells as a table for a terminal or a pipe."""

from __future__ import annotations

from rnninspect.render.grid import draw

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.render.knowledge.listings import Listing
    from rnninspect.render.view import View


def render(listing: Listing, view: View) -> Iterator[str]:
    """Its last column is wrapped to fit the width."""
    yield f"{draw(listing.heads, listing.rows, view.width, numbers=listing.numbers)}\n"
