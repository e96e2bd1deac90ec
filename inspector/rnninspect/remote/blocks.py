"""A file of which only parts are fetched: kept in small blocks within a bound, more in a run."""

from __future__ import annotations

from collections import OrderedDict

from rnninspect.errors import UnreadableFile
from rnninspect.wording import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from rnninspect.source.stores import Identity, State

    Span = tuple[int, int]  # offset and length

BLOCK = 4 * 2**10  # what is kept and aligned
LEAST = 64 * 2**10  # at once: takes hardly longer than one byte
WORTH = 256 * 2**10  # a request takes as long as some hundred kilobytes
LARGEST = 2**20  # at once, unless more is asked for at once
NEAR = BLOCK  # reads that skip no more than this are a run
MOST_EXPECTED = 256  # places at a time


class Blocks:
    """Implements `rnninspect.source.opener.Store` over a function that fetches a range.

    A jump fetches LEAST. A run, in which each read begins where the last one ended, fetches WORTH
    and then twice as much each time, up to LARGEST. Of a small file the rest is fetched at once.

    Args:
        state: of the file, when it was opened.
        fetch: the bytes of a range, by offset and length; exactly these.
        most_kept: bytes that are kept in memory.
        head: the first bytes, if they came with the answer that gave the size.
        fetch_all: the bytes of several ranges at once, or None for one that failed.
    """

    def __init__(
        self,
        state: State,
        fetch: Callable[[int, int], bytes],
        most_kept: int,
        head: bytes = b"",
        fetch_all: Callable[[Sequence[Span]], Sequence[bytes | None]] | None = None,
    ) -> None:
        self.seen, self._fetch, self._fetch_all = state, fetch, fetch_all
        self._most = max(most_kept, 2 * LEAST)
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._held = 0
        self._ahead, self._read = LEAST, -2 * NEAR
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
        run, self._read = 0 <= offset - self._read <= NEAR, stop
        if stop - offset > LARGEST:  # a header of known length: once, and not kept
            return self._exactly(offset, stop - offset)
        numbers = _numbers(offset, stop)
        missing = [number for number in numbers if number not in self._kept]
        found = {n: self._kept[n] for n in numbers if n in self._kept}
        if missing:
            found |= self._fill(missing[0] * BLOCK, (missing[-1] + 1) * BLOCK, run=run)
        for number in found:
            if number in self._kept:
                self._kept.move_to_end(number)
        data = b"".join(found[number] for number in numbers)
        return data[offset % BLOCK : stop - offset + offset % BLOCK]

    def expect(self, places: Iterable[tuple[int, int]]) -> None:
        """Fetch places that will be read soon, by offset and length, several at once."""
        if self._fetch_all is None:
            return
        spans = self._lacking(places)
        if len(spans) > 1:  # one is as quick when it is read
            for (start, length), data in zip(spans, self._fetch_all(spans), strict=True):
                if data is not None and len(data) == length:
                    self._keep(start, data)

    def _lacking(self, places: Iterable[tuple[int, int]]) -> list[Span]:
        """What is not kept of some places, as much as may be kept; neighbours are one span."""
        wanted = {
            number
            for offset, length in places
            if 0 <= offset < self.size
            for number in _numbers(offset, min(offset + min(length, LARGEST), self.size))
            if number not in self._kept
        }
        spans: list[Span] = []
        for number in sorted(wanted)[: self._most // (2 * BLOCK)]:
            start, stop = number * BLOCK, min((number + 1) * BLOCK, self.size)
            if spans and start - sum(spans[-1]) < LEAST and stop - spans[-1][0] <= LARGEST:
                spans[-1] = (spans[-1][0], stop - spans[-1][0])
            else:
                spans.append((start, stop - start))
        return spans[:MOST_EXPECTED]

    def _fill(self, start: int, stop: int, *, run: bool) -> dict[int, bytes]:
        """Fetch these bytes, and more if the reading goes forward, or if there is little more."""
        self._ahead = min(max(2 * self._ahead, WORTH), LARGEST) if run else LEAST
        if self.size <= WORTH:
            start = next(at for at in range(0, stop, BLOCK) if at // BLOCK not in self._kept)
            stop = self.size
        stop = min(max(stop, start + self._ahead), self.size)
        return self._keep(start, self._exactly(start, stop - start))

    def _exactly(self, offset: int, length: int) -> bytes:
        data = self._fetch(offset, length)
        if len(data) != length:
            raise UnreadableFile(
                f"{plural(len(data), 'byte')} came for {length} at offset {offset}",
                place=f"offset {offset}",
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


def _numbers(offset: int, stop: int) -> range:
    """The blocks that these bytes are in."""
    return range(offset // BLOCK, -(-stop // BLOCK))
