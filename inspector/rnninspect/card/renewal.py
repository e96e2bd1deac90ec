"""Renews the block of a model card, and its front matter on request."""

from __future__ import annotations

from rnninspect.card.block import append_block, replace_block
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.card.described import Described


class Content(Record):
    """What a card is to contain.

    Attributes:
        block: the text between the markers.
        models: those that it describes.
        append: whether a card without markers gets them at its end.
        metadata: whether the front matter is filled too.
    """

    block: str
    models: tuple[Described, ...]
    append: bool = False
    metadata: bool = False


def renew(document: bytes, content: Content) -> bytes:
    """The card with its block replaced, and its front matter filled if that is asked for.

    Raises:
        MarkerError: the markers are missing, doubled or in the wrong order.
        MetadataError: the front matter cannot be read, or huggingface_hub is not installed.
    """
    put = append_block if content.append else replace_block
    fresh = put(document, content.block)
    if not content.metadata:
        return fresh
    from rnninspect.card.front_matter import fill  # noqa: PLC0415 - needs an extra

    return fill(fresh, content.models)
