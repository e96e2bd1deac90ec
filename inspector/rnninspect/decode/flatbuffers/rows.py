"""The same fields of many tables: those of one layout are read by one call each."""

from __future__ import annotations

from struct import Struct

from rnninspect.decode.flatbuffers.pages import STEPS_OF_A_TABLE, WITHIN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.decode.flatbuffers.tables import Tables

    Field = tuple[int, Struct]  # its slot and its type; UINT32 of what is reached by an offset
    Row = tuple[int, tuple[int, ...], tuple[int, ...]]
    # where the table is, where each field is from there, 0 if it is absent, and its number

_PORTION = 1_024  # tables
_OFFSET = 4  # bytes
_MOST_LAYOUTS = 1_000
_SIGNED = Struct("<i")


class _Layout:
    """The places of the fields of tables with one vtable, whose numbers do not overlap."""

    __slots__ = ("_order", "_unpack", "places", "size")

    def __init__(self, places: tuple[int, ...], fields: Sequence[Field]) -> None:
        self.places = places
        stored = sorted((place, at) for at, place in enumerate(places) if place)
        form, end = "<", 0
        for place, at in stored:
            kind = fields[at][1]
            form += f"{place - end}x{kind.format[1:]}"
            end = place + kind.size
        whole = Struct(form)
        self.size, self._unpack = whole.size, whole.unpack_from
        ranks = {at: rank for rank, (_, at) in enumerate(stored)}
        self._order = tuple([ranks.get(at, -1) for at in range(len(places))])

    def row(self, offset: int, page: bytes, at: int) -> Row:
        """The numbers of the table at an offset, and at a place in a page, by the fields' order."""
        numbers = (*self._unpack(page, at), 0)  # the last one stands for absent ones
        return offset, self.places, tuple([numbers[rank] for rank in self._order])


def rows_of(tables: Tables, fields: tuple[Field, ...]) -> Iterator[Row]:
    """The same fields of all tables of a vector in order: their numbers and where they are.

    It costs a third of what tables cost, of which none is made but for unusual ones.

    Raises:
        UnreadableFile, RefusedFile: as tables do.
    """
    pages, start, count = tables.pages, tables.start, len(tables)
    layouts: dict[int, _Layout | None] = {}
    vtable = 0
    for first in range(0, count, _PORTION):
        base, some = start + _OFFSET * first, min(_PORTION, count - first)
        distances = Struct(f"<{some}I").unpack(pages.run(base, _OFFSET * some, "a vector"))
        for index, distance in enumerate(distances, first):
            offset = start + _OFFSET * index + distance
            if distance and offset + _OFFSET <= pages.size:
                page, at = pages.page(offset), offset & WITHIN
                vtable = offset - _SIGNED.unpack_from(page, at)[0]
                layout = layouts.get(vtable)
                if layout is not None and at + layout.size <= len(page):
                    pages.spend(STEPS_OF_A_TABLE)
                    yield layout.row(offset, page, at)
                    continue
            table = tables[index]
            places = tuple([(table.place(slot) or offset) - offset for slot, _ in fields])
            yield offset, places, tuple([table.integer(slot, kind) for slot, kind in fields])
            if vtable not in layouts and len(layouts) < _MOST_LAYOUTS:
                layouts[vtable] = _layout(places, fields)


def _layout(places: tuple[int, ...], fields: Sequence[Field]) -> _Layout | None:
    """The layout of a table; None if its fields overlap each other."""
    end = _OFFSET
    for place, kind in sorted(
        (place, kind.size) for place, (_, kind) in zip(places, fields, strict=True) if place
    ):
        if place < end:
            return None
        end = place + kind
    return _Layout(places, fields)
