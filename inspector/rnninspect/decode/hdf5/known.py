"""Object headers that equal a known one but for addresses, which need not be decoded again.

Writers give the datasets of one shape the same header again and again, and groups too. The first of
them is decoded by `headers` and `objects`, which have the words for faults; a header with the same
bits wherever these matter is recognised by one comparison. Any other one is decoded as well.
"""

from __future__ import annotations

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
    OLD_MESSAGE,
    SHARED,
    SYMBOL_TABLE,
    Message,
)
from rnninspect.decode.hdf5.layouts import LayoutKind, own_part
from rnninspect.decode.hdf5.objects import Dataset
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from rnninspect.decode.hdf5.datatypes import Datatype
    from rnninspect.decode.hdf5.objects import Group
    from rnninspect.decode.hdf5.space import Space

PREFIX = 16  # bytes of a header of version 1 before its messages
LARGEST = 1_024  # bytes of messages that are compared
ALIKE = 2  # objects that count as one towards the limit `members`, as they take little memory
MOST = 4_096  # headers that are remembered
MOST_FORMS = 16  # of headers with one prefix
ASIDE = (ATTRIBUTE, ATTRIBUTE_INFO)  # read when an attribute is asked for
LINKS = (SYMBOL_TABLE, LINK, LINK_INFO)
COMPARED = {
    True: (CONTINUATION, *ASIDE, DATASPACE, DATATYPE, LAYOUT, FILTERS),  # of a dataset
    False: (CONTINUATION, *ASIDE, *LINKS),  # of a group
}


class Plain(Record):
    """What datasets have in common whose headers differ in addresses alone.

    Attributes:
        shape: of each.
        datatype: of their elements.
        bytes: as many as the shape and the type need.
        in_run: whether these are one run in the file, unfiltered; else they are in chunks.
    """

    shape: tuple[int, ...]
    datatype: Datatype
    bytes: int
    in_run: bool


class _Form:
    """Headers whose messages are of the same types and sizes.

    Attributes:
        at: where the address of a dataset's bytes is.
        known: what a header is by its bits that matter; None of a group.
        links: kind, start and end of the messages with a group's links.
        mask: the bits that matter.
        messages: how many a header has.
        second: where the address of the header's second part is, None if it has but one.
    """

    __slots__ = ("at", "known", "links", "mask", "messages", "second")

    def __init__(self) -> None:
        self.at = self.mask = self.messages = 0
        self.second: int | None = None
        self.links: list[tuple[int, int, int]] = []
        self.known: dict[int, Plain | None] = {}


class KnownHeaders:
    """The headers of one file."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self._forms: dict[bytes, list[_Form]] = {}  # by what is before the messages
        self._longest = self._number = self._found = 0

    def find(self, address: int) -> tuple[Plain | None, int] | None:
        """What a dataset is and where its bytes are, or None and 0 of a group.

        None if the header at the address is not known.
        """
        form, body, bits = self._match(address)
        if form is None:
            return None
        plain, start = form.known[bits], 0
        if plain is not None:
            start = self._space.offset.unpack_from(body, form.at)[0]
            if start == self._space.undefined:
                return None
            if plain.in_run and start + plain.bytes > self._space.end:
                return None
        self._space.count_messages(form.messages)
        self._found += 1
        if self._found % ALIKE == 0:
            self._space.count_links(1 - ALIKE)
        return plain, start

    def links(self, address: int) -> list[Message] | None:
        """The messages with the links of the group at an address, if its header is known."""
        form, body, bits = self._match(address)
        if form is None or form.known[bits] is not None:
            return None
        return [Message(kind, 0, body[start:end]) for kind, start, end in form.links]

    def _match(self, address: int) -> tuple[_Form | None, bytes, int]:
        """The form that the header at an address is known in, its messages and their bits."""
        data = self._space.read_more(address, PREFIX, self._longest)
        first = data[PREFIX : PREFIX + int.from_bytes(data[8:12], "little")]
        for form in self._forms.get(data[:PREFIX], ()) if first else ():
            body = first if form.second is None else first + self._second(first, form.second)
            bits = int.from_bytes(body, "little") & form.mask
            if bits in form.known:
                return form, body, bits
        return None, b"", 0

    def _second(self, first: bytes, at: int) -> bytes:
        """The messages that follow elsewhere; none where those of a known form cannot be."""
        start: int = self._space.offset.unpack_from(first, at)[0]
        size = self._space.size(first, at + self._space.offset.size)
        if size > LARGEST or start + size > self._space.end:
            return b""
        return self._space.read(start, size)

    def learn(self, found: Group | Dataset) -> None:
        """Remember a header, if others can be compared with it."""
        prefix = self._space.read(found.address, PREFIX)
        size = int.from_bytes(prefix[8:12], "little")
        plain = _plain(found) if isinstance(found, Dataset) else None
        usual = isinstance(found, Dataset) == (plain is not None)
        if prefix[0] != 1 or not 0 < size <= LARGEST or self._number >= MOST or not usual:
            return
        first, form = self._space.read(found.address + PREFIX, size), _Form()
        mask = self._compared(form, first, 0, is_dataset=plain is not None)
        body = first
        if mask and form.second is not None:
            more = self._second(first, form.second)
            rest = self._compared(form, more, len(first), is_dataset=plain is not None)
            mask, body = mask + rest if rest else b"", first + more
        if mask:
            form.mask = int.from_bytes(mask, "little")
            self._remember(prefix, int.from_bytes(body, "little"), form, plain)

    def _remember(self, prefix: bytes, number: int, form: _Form, plain: Plain | None) -> None:
        forms = self._forms.setdefault(prefix, [])
        like = (form.mask, form.second)
        known = next((each for each in forms if (each.mask, each.second) == like), None)
        if known is None and len(forms) < MOST_FORMS:
            forms.append(form)
            known = form
        if known is not None:
            known.known[number & known.mask] = plain
            self._number += 1
            self._longest = max(self._longest, int.from_bytes(prefix[8:12], "little"))

    def _compared(self, form: _Form, part: bytes, before: int, *, is_dataset: bool) -> bytes:
        """The bits that matter of a header's messages, `before` bytes after the first of them.

        None do if one of the messages is unusual; where the others are is noted in the form.
        """
        mask = bytearray(b"\xff" * len(part))
        width = self._space.offset.size
        for kind, flags, start, end in _messages(part):
            form.messages += 1
            own = (start, end)  # what need not be the same
            if kind in KEPT and (kind not in COMPARED[is_dataset] or flags & SHARED):
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
            elif kind in LINKS:
                form.links.append((kind, before + start, before + end))
            elif kind in KEPT and kind not in ASIDE:
                continue
            mask[slice(*own)] = bytes(own[1] - own[0])
        return bytes(mask)


def _messages(part: bytes) -> Iterator[tuple[int, int, int, int]]:
    """Kind, flags, start and end of each message in a part of a header."""
    at = 0
    while at + OLD_MESSAGE.size <= len(part):
        kind, size, flags = OLD_MESSAGE.unpack_from(part, at)
        start, at = at + OLD_MESSAGE.size, at + OLD_MESSAGE.size + size
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
