"""A file of which only blocks are fetched: aligned, kept within a bound, and larger in a run."""

from __future__ import annotations

from collections import OrderedDict

from rnninspect.errors import UnreadableFile
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from rnninspect.source.stores import Identity, State

BLOCK = 64 * 2**10
LARGEST_FETCH = 2**20  # at once, unless more is asked for at once
NEAR = 4  # fetches that skip less than this many blocks are a run


class Blocks:
    """Implements `rnninspect.source.opener.Store` over a function that fetches a range.

    A walk that goes forward in small steps fetches twice as much each time, up to LARGEST_FETCH:
    a request costs as much time as some hundred kilobytes. A jump starts again with one block.

    Args:
        state: of the file, when it was opened.
        fetch: the bytes of a range, by offset and length; exactly these.
        most_kept: bytes that are kept in memory.
        head: the first bytes, if they came with the answer that gave the size.
    """

    def __init__(
        self,
        state: State,
        fetch: Callable[[int, int], bytes],
        most_kept: int,
        head: bytes = b"",
    ) -> None:
        self.seen, self._fetch, self._most = state, fetch, max(most_kept, 2 * BLOCK)
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0
        self._ahead, self._end = BLOCK, len(head)
        if head and (len(head) == self.size or len(head) % BLOCK == 0):
            self._keep(0, head)

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.seen.size

    @property
    def identity(self) -> Identity:
        """Its location."""
        return self.seen.identity

    def read_at(self, offset: int, length: int) -> bytes:
        """The bytes at an offset; fewer at the end."""
        stop = min(offset + length, self.size)
        if stop <= offset:
            return b""
        if stop - offset > LARGEST_FETCH:  # a header of known length: once, and not kept
            return self._exactly(offset, stop - offset)
        first, last = offset // BLOCK, (stop - 1) // BLOCK
        missing = [number for number in range(first, last + 1) if number not in self._kept]
        found = {n: self._kept[n] for n in range(first, last + 1) if n in self._kept}
        if missing:
            found |= self._fill(missing[0], missing[-1])
        for number in found:
            if number in self._kept:
                self._kept.move_to_end(number)
        data = b"".join(found[number] for number in range(first, last + 1))
        return data[offset - first * BLOCK : stop - first * BLOCK]

    def _fill(self, first: int, last: int) -> dict[int, bytes]:
        """Fetch these blocks, and more if the reading goes forward."""
        start = first * BLOCK
        forward = 0 <= start - self._end < NEAR * BLOCK
        self._ahead = min(2 * self._ahead, LARGEST_FETCH) if forward else BLOCK
        stop = min(max((last + 1) * BLOCK, start + self._ahead), self.size)
        self._end = stop
        return self._keep(start, self._exactly(start, stop - start))

    def _exactly(self, offset: int, length: int) -> bytes:
        data = self._fetch(offset, length)
        if len(data) != length:
            raise UnreadableFile(
                f"{plural(len(data), 'byte')} came for {length} at offset {offset}"
            )
        return data

    def _keep(self, start: int, data: bytes) -> dict[int, bytes]:
        first = start // BLOCK
        blocks = {first + at // BLOCK: data[at : at + BLOCK] for at in range(0, len(data), BLOCK)}
        for number, block in blocks.items():
            self._held += len(block) - len(self._kept.pop(number, b""))
            self._kept[number] = block
        while self._held > self._most:
            self._held -= len(self._kept.popitem(last=False)[1])
        return blocks

    def changed(self) -> bool:
        """Never: each range was asked for on the condition that the file is the same."""
        return False

    def close(self) -> None:
        """Free the blocks."""
        self._kept.clear()
        self._held = 0
