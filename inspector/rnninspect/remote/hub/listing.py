"""The Hub's list of the files of a repository: pages of JSON, each with a link to the next one."""

from __future__ import annotations

from rnninspect.errors import UnreadableFile
from rnninspect.lean import json, re
from rnninspect.record import Record
from rnninspect.remote.addresses import redirected

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.remote.addresses import Address
    from rnninspect.remote.https.transport import Answer

MOST_OF_A_PAGE = 8 * 2**20  # bytes
_NEXT = re.compile(r'<([^>]{1,4000})>;\s*rel="next"')
_MALFORMED = (ValueError, TypeError, KeyError, AttributeError, RecursionError)


class HubFile(Record):
    """A file in the list of a repository; `etag` is the hash of its content."""

    size: int
    etag: str


def entries_in(answer: Answer) -> dict[str, HubFile | None]:
    """The entries of a page by their path in the repository; None for a folder.

    Raises:
        UnreadableFile: it is no page of a list.
    """
    if answer.status != 200 or not answer.whole:
        raise UnreadableFile(f"{answer.said} for the list of files")
    try:
        entries = json.loads(answer.body)
        known = (entry for entry in entries if entry.get("type") in ("file", "directory"))
        return dict(map(_entry_of, known))
    except _MALFORMED as error:
        raise UnreadableFile("the Hub's list of files is malformed") from error


def next_page(answer: Answer, page: Address) -> Address | None:
    """The address of the page after this one; None if it is the last.

    Raises:
        UnreadableFile: that is at another host, or the same page again.
    """
    match = _NEXT.search(answer.headers.get("link", ""))
    if match is None:
        return None
    following = redirected(page, match[1])
    if following.origin != page.origin:
        raise UnreadableFile("the Hub's list of files goes on at another host")
    if following == page:
        raise UnreadableFile("the Hub's list of files goes round in a circle")
    return following


def _entry_of(entry: dict[str, object]) -> tuple[str, HubFile | None]:
    path, size = entry["path"], entry["size"]
    stored = entry.get("lfs")
    found = stored.get("oid") if isinstance(stored, dict) else entry.get("oid")
    if not isinstance(path, str) or not isinstance(size, int) or size < 0:
        raise TypeError(path)
    return path, HubFile(size, str(found or "")) if entry["type"] == "file" else None
