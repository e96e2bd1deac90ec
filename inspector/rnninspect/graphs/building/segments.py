"""Segments along the lane axis: cut, and brought to common borders."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from rnninspect.graphs.building.expressions import Expressions
    from rnninspect.graphs.building.values import Segments


def cut(expressions: Expressions, segments: Segments, start: int, size: int) -> Segments | None:
    """The units from `start` on, `size` of them; None where there are not as many."""
    found: list[tuple[int, int]] = []
    begin = 0
    for width, unit in segments:
        first, last = max(start, begin), min(start + size, begin + width)
        if first < last:
            found.append((last - first, expressions.shift(unit, first - begin)))
        begin += width
    return tuple(found) if found and 0 <= start <= begin - size else None


def aligned(
    expressions: Expressions, operands: Sequence[Segments]
) -> list[tuple[int, tuple[int, ...]]] | None:
    """The operands' expressions over common borders; one of width 1 counts for all units."""
    whole, pieces = _unbroken(operands)
    if whole:
        return pieces
    wide = [segments for segments in operands if sum(width for width, _ in segments) != 1]
    totals = {sum(width for width, _ in segments) for segments in wide}
    if len(totals) > 1:
        return None
    borders = sorted({border for segments in wide for border in _ends(segments)} or {1})
    walks = [_walk(expressions, segments, borders) for segments in operands]
    starts = [0, *borders[:-1]]
    widths = [end - start for start, end in zip(starts, borders, strict=True)]
    return list(zip(widths, zip(*walks, strict=True), strict=True))


def _unbroken(
    operands: Sequence[Segments],
) -> tuple[bool, list[tuple[int, tuple[int, ...]]] | None]:
    """Whether each operand is one segment, as most are; then what `aligned` gives."""
    units: list[int] = []
    width = 1
    for segments in operands:
        if len(segments) != 1:
            return False, None
        own, unit = segments[0]
        if own != 1:
            if width not in (1, own):
                return True, None
            width = own
        units.append(unit)
    return bool(units), [(width, tuple(units))]


def _ends(segments: Segments) -> Iterator[int]:
    end = 0
    for width, _ in segments:
        end += width
        yield end


def _walk(expressions: Expressions, segments: Segments, borders: list[int]) -> Iterator[int]:
    """The expression of one operand after each border."""
    if len(segments) == 1 and segments[0][0] == 1:
        yield from (segments[0][1] for _ in borders)
        return
    at, begin, start = 0, 0, 0
    for border in borders:
        while start >= begin + segments[at][0]:
            begin += segments[at][0]
            at += 1
        yield expressions.shift(segments[at][1], start - begin)
        start = border
