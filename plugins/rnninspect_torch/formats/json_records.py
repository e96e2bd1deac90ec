"""JSON objects of bounded size: what a file of a few megabytes may become in memory is limited."""

from __future__ import annotations

from rnninspect.decode.json import most_values, parse_json, spend_steps
from rnninspect.plugin import Limit, UnreadableFile

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.plugin import Source


def read_json(source: Source) -> dict[str, object]:
    """A JSON object; UnreadableFile if it is something else, RefusedFile if it is too large."""
    source.limits.require(Limit.HEADER_BYTES, 4 * source.size, "a JSON record")
    spend_steps(source, source.size)
    texts = [source.read(0, source.size)]  # from which it is taken, to be freed once it is decoded
    values = most_values(texts[0])
    source.spend(Limit.NODES, values, "the number of values in all JSON records")
    spend_steps(source, 0, values)
    record = parse_json(texts.pop(), "a JSON record")
    if not isinstance(record, dict):
        raise UnreadableFile("a JSON record is not an object")
    return record
