"""Object headers that equal a known one but for addresses, which need not be decoded again.

Writers give the datasets of one shape the same header again and again, and groups too. The first of
them is decoded by `headers` and `objects`, which have the words for faults; a header with the same
bits wherever these matter is recognised by one comparison. Any other one is decoded as well.
"""

from __future__ import annotations

from rnninspect.decode.hdf5.checksum import NEW_HEADER, NEW_PART, Postponed
from rnninspect.decode.hdf5.headers import (
    ATTRIBUTE,
    ATTRIBUTE_INFO,
    CONTINUATION,
    DATASPACE,
    DATATYPE,
    FILTERS,
    KEPT,
    LAYOUT,
    LINK,
    LINK_INFO,
    NEW_MESSAGE,
    OLD_MESSAGE,
    ORDERED,
    SHARED,
    SYMBOL_TABLE,
    Message,
    place_of_size,
)
from rnninspect.decode.hdf5.layouts import LayoutKind, own_part
from rnninspect.decode.hdf5.objects import Alike, Dataset, Plain
from rnninspect.lean import partial

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.hdf5.objects import Group
    from rnninspect.decode.hdf5.space import Space

    # A header that is known: its form, its messages, what it is, and of version 2 each part's
    # address and bytes with their checksum.
    _Found = tuple["_Form", bytes, Plain | None, Sequence[tuple[int, bytes]]]

PREFIX = 16  # bytes of a header of version 1 before its messages
CHECKSUM = 4  # bytes after those messages in a header of version 2
LARGEST = 1_024  # bytes of messages that are compared
ALIKE = 2  # objects that count as one towards the limit `members`, as they take little memory
MOST = 4_096  # headers that are remembered
RECENT = 16  # objects that were found last: groups are entered soon, names of types asked for
MOST_FORMS = 16  # of headers with one prefix
READ = (ATTRIBUTE, ATTRIBUTE_INFO, SYMBOL_TABLE, LINK, LINK_INFO)  # when it is asked for
OF_GROUP = (CONTINUATION, *READ)
OF_DATASET = (CONTINUATION, ATTRIBUTE, ATTRIBUTE_INFO, DATASPACE, DATATYPE, LAYOUT, FILTERS)


class _Form:
    """Headers whose messages are of the same types and sizes.

    Attributes:
        at: where the address of a dataset's bytes is.
        known: what a header is by its bits that matter; None of a group.
        read: kind, start and end of the messages with links and attributes.
        mask: the bits that matter.
        messages: how many a header has.
        second: where the address of the header's second part is, None if it has but one.
    """

    __slots__ = ("at", "known", "mask", "messages", "read", "second")

    def __init__(self) -> None:
        self.at = self.mask = self.messages = 0
        self.second: int | None = None
        self.read: list[tuple[int, int, int]] = []
        self.known: dict[int, Plain | None] = {}

    def is_like(self, other: _Form) -> bool:
        """Whether both compare the same bits of messages at the same places."""
        return (self.mask, self.at, self.messages, self.second, self.read) == (
            *(other.mask, other.at, other.messages, other.second, other.read),
        )


class KnownHeaders:
    """The headers of one file.

    Attributes:
        checksums: those of headers that were recognised; they are computed in the end.
    """

    def __init__(self, space: Space) -> None:
        self.checksums = Postponed(space)
        self._space = space
        self._forms: dict[bytes, list[_Form]] = {}  # by what is before the messages
        self._more = self._number = self._found = 0
        self._recent: dict[int, _Found] = {}

    def find(self, address: int) -> Alike | None:
        """The object at an address; None if its header is not known."""
        found = self._match(address)
        if found is None:
            return None
        form, body, plain, checked = found
        start = 0
        if plain is not None:
            start = self._space.offset.unpack_from(body, form.at)[0]
            if start == self._space.undefined:
                return None
            if plain.in_run and start + plain.bytes > self._space.end:
                return None
        if len(self._recent) == RECENT:
            self._recent.clear()
        self._recent[address] = found
        for part in checked:
            self.checksums.add(*part)
        self._space.count_messages(form.messages)
        self._found += 1
        if self._found % ALIKE == 0:
            self._space.count_links(1 - ALIKE)
        return Alike(address, plain, start)

    def again(self, address: int) -> tuple[Plain | None, list[Message]] | None:
        """What the object at an address is, and the messages with its links and attributes.

        None if its header is not known.
        """
        found = self._recent.get(address) or self._match(address)
        if found is None:
            return None
        form, body, plain, _ = found
        return plain, [Message(kind, 0, body[start:end]) for kind, start, end in form.read]

    def _match(self, address: int) -> _Found | None:
        """What the header at an address is, if it is known."""
        data = self._space.read_more(address, PREFIX, self._more)
        key, start, end, stop = _extent(data)
        if stop > len(data):
            return None
        for form in self._forms.get(key, ()):
            body, checked = data[start:end], [(address, data[:stop])] if stop > end else []
            if form.second is not None:
                body += self._second(body, form.second, checked)
            bits = int.from_bytes(body, "little") & form.mask
            if bits in form.known:
                return form, body, form.known[bits], checked
        return None

    def _second(self, first: bytes, at: int, checked: list[tuple[int, bytes]]) -> bytes:
        """The messages that follow elsewhere; none where those of a known form cannot be.

        A header of version 2 has checksums, and that of this part is added to the first one's.
        """
        start: int = self._space.offset.unpack_from(first, at)[0]
        size = self._space.size(first, at + self._space.offset.size)
        if size > LARGEST or start + size > self._space.end:
            return b""
        part = self._space.read(start, size)
        if not checked:
            return part
        checked.append((start, part))
        is_part = part.startswith(NEW_PART) and size >= len(NEW_PART) + CHECKSUM
        return part[len(NEW_PART) : -CHECKSUM] if is_part else b""

    def learn(self, found: Group | Dataset) -> None:
        """Remember a header, if others can be compared with it."""
        data = self._space.read_more(found.address, PREFIX, LARGEST)
        key, start, end, stop = _extent(data)
        plain = _plain(found) if isinstance(found, Dataset) else None
        usual = isinstance(found, Dataset) == (plain is not None)
        if not start < stop <= len(data) or self._number >= MOST or not usual:
            return
        form, body = _Form(), data[start:end]
        compared = partial(self._compared, form, key, OF_GROUP if plain is None else OF_DATASET)
        mask = compared(body, 0)
        if mask and form.second is not None:
            more = self._second(body, form.second, [(0, b"")] if stop > end else [])
            rest = compared(more, len(body))
            mask, body = mask + rest if rest else b"", body + more
        if mask:
            form.mask = int.from_bytes(mask, "little")
            self._remember(key, form, int.from_bytes(body, "little") & form.mask, plain)
            self._more = max(self._more, stop - PREFIX)

    def _remember(self, key: bytes, form: _Form, bits: int, plain: Plain | None) -> None:
        forms = self._forms.setdefault(key, [])
        known = next((each for each in forms if each.is_like(form)), None)
        if known is None and len(forms) < MOST_FORMS:
            forms.append(form)
            known = form
        if known is not None:
            known.known[bits] = plain
            self._number += 1

    def _compared(
        self, form: _Form, key: bytes, kinds: tuple[int, ...], part: bytes, before: int
    ) -> bytes:
        """The bits that matter of a header's messages, `before` bytes after the first of them.

        None do if one of the messages is unusual; where the others are is noted in the form.
        """
        mask = bytearray(b"\xff" * len(part))
        width = self._space.offset.size
        for kind, flags, start, end in _messages(part, key):
            form.messages += 1
            own = (start, end)  # what need not be the same
            if kind in KEPT and (kind not in kinds or flags & SHARED):
                return b""
            if kind == CONTINUATION:
                if form.second is not None:
                    return b""
                form.second, own = start, (start, start + width)
            elif kind == LAYOUT:
                place = own_part(self._space, part[start:end])
                if form.at or place is None:
                    return b""
                own = (start + place[0], start + place[1])
                form.at = before + own[1] - width
            elif kind in READ:
                form.read.append((kind, before + start, before + end))
            elif kind in KEPT:
                continue
            mask[slice(*own)] = bytes(own[1] - own[0])
        return bytes(mask)


def _extent(data: bytes) -> tuple[bytes, int, int, int]:
    """What a header and those that are compared with it begin with, and places in it.

    These are where its messages begin, where they end, and where it ends, after a checksum if it
    has one. Times, which may be before the messages, are not compared.
    """
    if not data.startswith(NEW_HEADER):
        end = PREFIX + int.from_bytes(data[8:12], "little")
        return data[:PREFIX], PREFIX, end, end
    at, width = place_of_size(data[5])
    size = data[at : at + width]
    end = at + width + int.from_bytes(size, "little")
    return data[:6] + size, at + width, end, end + CHECKSUM


def _messages(part: bytes, key: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, flags, start and end of each message in a part of a header, which begins with `key`."""
    head, step, at = OLD_MESSAGE, OLD_MESSAGE.size, 0
    if key.startswith(NEW_HEADER):
        head, step = NEW_MESSAGE, NEW_MESSAGE.size + (2 if key[5] & ORDERED else 0)
    while at + step <= len(part):
        kind, size, flags = head.unpack_from(part, at)
        start, at = at + step, at + step + size
        yield kind, flags, start, at


def _plain(found: Dataset) -> Plain | None:
    """What is the same of all datasets that are as this one; None if it is unusual."""
    layout, shape, size = found.layout, found.shape, found.needed_bytes
    if shape is None or layout.address is None or found.external_files:
        return None
    in_run = layout.kind is LayoutKind.CONTIGUOUS and not found.filters
    if in_run and not 0 < size == layout.size == found.held_bytes:
        return None
    if not in_run and layout.kind is not LayoutKind.CHUNKED:
        return None
    return Plain(shape, found.datatype, size, in_run)
