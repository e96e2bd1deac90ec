"""JSON objects of bounded size: what a file of a few megabytes may become in memory is limited."""

from __future__ import annotations

import json

from rnninspect.plugin import Limit, UnreadableFile, in_words

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source


TEXT_SHIFT, _VALUES_IN_A_STEP = 7, 2  # bytes of text, as a power of two, and values of a step


def read_json(source: Source) -> dict[str, object]:
    """A JSON object; UnreadableFile if it is something else, RefusedFile if it is too large."""
    limits = source.limits
    limits.require(Limit.HEADER_BYTES, 4 * source.size, "a JSON record")
    source.spend(Limit.STEPS, source.size >> TEXT_SHIFT)
    text = source.read(0, source.size)
    values = text.count(b",") + text.count(b"[") + text.count(b"{")
    source.spend(Limit.NODES, values, "the number of values in all JSON records")
    source.spend(Limit.STEPS, values // _VALUES_IN_A_STEP)
    try:
        held = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFile(f"cannot parse a JSON record: {in_words(error)}") from error
    if not isinstance(held, dict):
        raise UnreadableFile("a JSON record is no object")
    return held
