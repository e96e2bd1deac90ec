"""Whether an XML document is a network of OpenVINO: its root is `net`, whatever comes before it."""

from __future__ import annotations

from rnninspect.lean import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_HEAD = 4096  # bytes in which the root begins
# What may come before the root: white space, the declaration, instructions and comments.
_BEFORE = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
# A document type is refused when the file is read.
_ROOT = re.compile(r"<net[\s>/]|<!DOCTYPE\s+net\b")
_ENCODINGS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb": "utf-8-sig"}


def is_network(source: Source) -> bool:
    """Whether the root of the document is `net`, or declared to be."""
    head = source.head(_HEAD)
    text = head.decode(_ENCODINGS.get(head[:2], "utf-8"), "replace").lstrip("\ufeff")
    at = 0
    while found := _BEFORE.match(text, at):
        at = found.end()
    return _ROOT.match(text, at) is not None
