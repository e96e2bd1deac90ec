"""Object headers that equal a known one but for addresses, which need not be decoded again.

Writers give the datasets of one shape the same header again and again, and groups too. The first of
them is decoded by `headers` and `objects`, which have the words for faults; a header with the same
bits wherever these matter is recognised by one comparison. Any other one is decoded as well.
"""

from __future__ import annotations

from rnninspect.decode.hdf5.headers import (
    ATTRIBUTE,
    DATASPACE,
    DATATYPE,
    KEPT,
    LAYOUT,
    OLD_MESSAGE,
    SHARED,
    SYMBOL_TABLE,
)
from rnninspect.decode.hdf5.layouts import LayoutKind
from rnninspect.decode.hdf5.objects import Dataset
from rnninspect.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rnninspect.decode.hdf5.datatypes import Datatype
    from rnninspect.decode.hdf5.objects import Group
    from rnninspect.decode.hdf5.space import Space

PREFIX = 16  # bytes of a header of version 1 before its messages
LARGEST = 1_024  # bytes of messages that are compared
ALIKE = 2  # objects that count as one towards the limit `members`, as they take little memory
MOST = 4_096  # headers that are remembered
MOST_FORMS = 16  # of headers with one prefix
FIRST_WITH_ADDRESS = 3  # version of a layout message with the address behind two bytes


class Plain(Record):
    """What datasets have in common whose headers differ in addresses alone.

    Their bytes are one run in the file, unfiltered, as many as the shape and the type need.
    """

    shape: tuple[int, ...]
    datatype: Datatype
    bytes: int


class _Form:
    """Headers whose messages are of the same types and sizes.

    Attributes:
        at: where the address of a dataset's bytes is, or a group's symbol table message.
        known: what a header is by its bits that matter; None of a group.
        mask: these bits.
        messages: how many a header has.
    """

    __slots__ = ("at", "known", "mask", "messages")

    def __init__(self, at: int, mask: int, messages: int) -> None:
        self.at, self.mask, self.messages = at, mask, messages
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
            if start + plain.bytes > self._space.end:
                return None
        self._space.count_messages(form.messages)
        self._found += 1
        if self._found % ALIKE == 0:
            self._space.count_links(1 - ALIKE)
        return plain, start

    def table(self, address: int) -> bytes | None:
        """The symbol table message of the group at an address, if its header is known."""
        form, body, bits = self._match(address)
        return None if form is None or form.known[bits] is not None else body[form.at :]

    def _match(self, address: int) -> tuple[_Form | None, bytes, int]:
        """The form that the header at an address is known in, its messages and their bits."""
        data = self._space.read_more(address, PREFIX, self._longest)
        body = data[PREFIX : PREFIX + int.from_bytes(data[8:12], "little")]
        number = int.from_bytes(body, "little")
        for form in self._forms.get(data[:PREFIX], ()):
            if number & form.mask in form.known:
                return form, body, number & form.mask
        return None, body, 0

    def learn(self, found: Group | Dataset) -> None:
        """Remember a header, if others can be compared with it."""
        prefix = self._space.read(found.address, PREFIX)
        size = int.from_bytes(prefix[8:12], "little")
        if prefix[0] != 1 or not 0 < size <= LARGEST or self._number >= MOST:
            return
        body = self._space.read(found.address + PREFIX, size)
        plain = _plain(found) if isinstance(found, Dataset) else None
        if plain is not None:
            form = self._form(body, (DATASPACE, DATATYPE, LAYOUT), 2)
        elif not isinstance(found, Dataset):
            form = self._form(body, (ATTRIBUTE, SYMBOL_TABLE), 0)
        else:
            return
        if form is not None:
            self._remember(prefix, int.from_bytes(body, "little"), form, plain)

    def _remember(self, prefix: bytes, number: int, form: _Form, plain: Plain | None) -> None:
        forms = self._forms.setdefault(prefix, [])
        known = next((each for each in forms if each.mask == form.mask), None)
        if known is None and len(forms) < MOST_FORMS:
            forms.append(form)
            known = form
        if known is not None:
            known.known[number & known.mask] = plain
            self._number += 1
            self._longest = max(self._longest, int.from_bytes(prefix[8:12], "little"))

    def _form(self, body: bytes, kinds: tuple[int, ...], before: int) -> _Form | None:
        """Where the messages are; those that are used must be of some kinds and in this header.

        The last kind has what differs, `before` bytes from its beginning.
        """
        mask, number, place, at = bytearray(b"\xff" * len(body)), 0, 0, 0
        width = self._space.offset.size * (1 if before else 2)
        while at + OLD_MESSAGE.size <= len(body):
            kind, size, flags = OLD_MESSAGE.unpack_from(body, at)
            start, at = at + OLD_MESSAGE.size, at + OLD_MESSAGE.size + size
            number += 1
            if kind in KEPT and (kind not in kinds or flags & SHARED):
                return None
            if kind == kinds[-1]:
                if place or (before and body[start] < FIRST_WITH_ADDRESS):
                    return None
                place = start + before
                mask[place : place + width] = bytes(width)
            elif kind not in KEPT or kind == ATTRIBUTE:
                mask[start:at] = bytes(size)
        return _Form(place, int.from_bytes(mask, "little"), number) if place else None


def _plain(found: Dataset) -> Plain | None:
    """What is the same of all datasets that are as this one; None if it is unusual."""
    layout, shape = found.layout, found.shape
    if layout.kind is not LayoutKind.CONTIGUOUS or found.filters or found.external_files:
        return None
    if shape is None or layout.address is None or not layout.size:
        return None
    whole = found.needed_bytes == layout.size == found.held_bytes
    return Plain(shape, found.datatype, layout.size) if whole else None
