"""What a server must send for a range of bytes (RFC 9110, section 14), and what shows a change."""

from __future__ import annotations

from email.utils import parsedate_to_datetime

from rnninspect.errors import UnreadableFile
from rnninspect.lean import re
from rnninspect.record import Record
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.remote.https.transport import Answer

_CONTENT_RANGE = re.compile(r"bytes (\d{1,19})-(\d{1,19})/(\d{1,19})", re.ASCII)
_EMPTY = re.compile(r"bytes \*/0", re.ASCII)
CHANGED = "the file changed while it was read"


class Version(Record):
    """What a server says of the content of a file.

    Attributes:
        size: bytes.
        etag: its ETag, with quotes; empty if it has none.
        modified: Last-Modified; empty likewise.
    """

    size: int
    etag: str = ""
    modified: str = ""

    @property
    def condition(self) -> dict[str, str]:
        """The header that makes a server refuse a range of another content."""
        if self.etag and not self.etag.startswith("W/"):
            return {"If-Match": self.etag}
        return {"If-Unmodified-Since": self.modified} if self.modified else {}

    @property
    def written(self) -> int:
        """When it was last modified, in nanoseconds; 0 if unknown."""
        try:
            return int(parsedate_to_datetime(self.modified).timestamp()) * 10**9
        except (ValueError, OverflowError):
            return 0


def version_of(answer: Answer, size: int) -> Version:
    """The version of an answer with a body."""
    return Version(size, answer.headers.get("etag", ""), answer.headers.get("last-modified", ""))


def asking(offset: int, length: int) -> dict[str, str]:
    """The header for a range."""
    return {"Range": f"bytes={offset}-{offset + length - 1}"}


def range_in(answer: Answer, offset: int, length: int) -> int:
    """The size of the file, by an answer 206 that has bytes from the offset on.

    Raises:
        UnreadableFile: the answer has another range, several, an encoding, or more or less bytes
            than it says.
    """
    encoding = answer.headers.get("content-encoding", "identity").lower()
    if encoding != "identity":
        raise UnreadableFile(f"the server sends a range encoded with {encoding[:40]}")
    text = answer.headers.get("content-range", "")
    match = _CONTENT_RANGE.fullmatch(text.strip())
    if match is None:
        what = f"Content-Range {text[:60]!r}" if text else "no Content-Range"
        raise UnreadableFile(f"the server sends 206 with {what}")
    first, last, size = map(int, match.groups())
    if first != offset or not first <= last < size or last - first >= length:
        asked = f"bytes {offset}-{offset + length - 1}"
        raise UnreadableFile(f"the server sends {text[:60]} for {asked}")
    if len(answer.body) != last - first + 1 or not answer.whole:
        raise UnreadableFile(
            f"the server says {text[:60]} and sends {plural(len(answer.body), 'byte')}"
        )
    return size


def is_empty_file(answer: Answer) -> bool:
    """Whether the answer to the first range says that there are no bytes."""
    text = answer.headers.get("content-range", "").strip()
    return answer.status == 416 and _EMPTY.fullmatch(text) is not None
