"""Whether an XML document is a network of OpenVINO: its root is `net`, whatever comes before it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source

_HEAD = 4096  # bytes in which the root begins
# What may come before the root, besides white space: the declaration, instructions and comments.
_BEFORE = (("<?", "?>"), ("<!--", "-->"))
_DOCTYPE = "<!DOCTYPE"  # which is refused when the file is read
_ENCODINGS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb": "utf-8-sig"}


def is_network(source: Source) -> bool:
    """Whether the root of the document is `net`, or declared to be."""
    head = source.head(_HEAD)
    text = head.decode(_ENCODINGS.get(head[:2], "utf-8"), "replace").lstrip("\ufeff")
    before = None
    while text != before:
        before = text
        text = text.lstrip()
        for start, end in _BEFORE:
            if text.startswith(start) and end in text[len(start) :]:
                text = text[len(start) :].partition(end)[2]
    declared = text.removeprefix(_DOCTYPE)
    if declared != text and declared[:1].isspace():
        name = declared.lstrip()
        return name.startswith("net") and not (name[3:4].isalnum() or name[3:4] == "_")
    return text.startswith("<net") and (text[4:5].isspace() or text[4:5] in (">", "/"))
